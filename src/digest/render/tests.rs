use super::{render, render_brief};
use crate::digest::fixture::{case, issue, path};
use crate::digest::layout::number_line;
use crate::document::{Format, Press};
use crate::model::{Issue, IssueState};

/// Compares with `tests/fixtures/digest/<name>`; `YUQING_BLESS=1` writes it anew.
fn matches_file(name: &str, given: &[u8]) {
    let path = path(name);
    if std::env::var_os("YUQING_BLESS").is_some() {
        std::fs::write(&path, given).expect("fixtures can be written");
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    let given = String::from_utf8(given.to_vec()).expect("text is UTF-8");
    assert!(
        given == wanted,
        "{name} differs; the issue now reads:\n{given}"
    );
}

fn rendered(issue: &Issue, format: Format) -> Vec<u8> {
    render(issue, format).expect("every issue can be rendered")
}

fn text_of(issue: &Issue, format: Format) -> String {
    String::from_utf8(rendered(issue, format)).expect("text is UTF-8")
}

#[test]
fn the_sample_issue_reads_as_the_office_prints_it() {
    let issue = issue(&case("sample"));
    matches_file("sample.txt", &rendered(&issue, Format::Text));
    matches_file("sample.md", &rendered(&issue, Format::Markdown));
    matches_file("sample.html", &rendered(&issue, Format::Html));
    matches_file("sample.issue.json", &rendered(&issue, Format::Json));
    matches_file("sample.brief.txt", render_brief(&issue).as_bytes());
    matches_file("sample.clips.txt", &rendered(&issue, Format::Clips));
}

#[test]
fn a_busy_new_year_is_cut_and_dated_with_its_years() {
    matches_file("busy.txt", &rendered(&issue(&case("busy")), Format::Text));
}

#[test]
fn hostile_words_are_only_words() {
    let issue = issue(&case("hostile"));
    matches_file("hostile.txt", &rendered(&issue, Format::Text));
    matches_file("hostile.md", &rendered(&issue, Format::Markdown));
    matches_file("hostile.html", &rendered(&issue, Format::Html));
    let html = text_of(&issue, Format::Html);
    assert!(
        !html.contains("<script") && !html.contains("<img") && !html.contains("href=\"javascript")
    );
}

#[test]
fn no_rendition_holds_what_xml_forbids_or_turns_a_line_around() {
    let issue = issue(&case("hostile"));
    for format in [Format::Html, Format::Text, Format::Markdown, Format::Clips] {
        let text = text_of(&issue, format);
        let found = text.chars().find(|character| {
            (character.is_control() && *character != '\n')
                || "\u{202e}\u{200b}\u{fffe}".contains(*character)
        });
        assert_eq!(found, None, "{format}");
    }
}

/// Parts of the file are stored, not compressed: its XML can be read in place.
#[test]
fn word_files_name_their_fonts_and_escape_their_words() {
    let bytes = rendered(&issue(&case("hostile")), Format::Docx);
    let file = String::from_utf8_lossy(&bytes);
    for font in ["方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"] {
        assert!(file.contains(&format!("w:eastAsia=\"{font}\"")), "{font}");
    }
    assert!(file.contains("w:lineRule=\"exact\"") && file.contains("w:firstLine=\"640\""));
    assert!(!file.contains("<img") && !file.contains('\u{202e}') && !file.contains('\u{fffe}'));
}

#[test]
fn the_same_issue_gives_the_same_bytes() {
    let issue = issue(&case("sample"));
    let can_draw = Press::standard().fonts.check().is_ok();
    for format in Format::ALL {
        if *format == Format::Pdf && !can_draw {
            continue;
        }
        assert_eq!(
            rendered(&issue, *format),
            rendered(&issue, *format),
            "{format}"
        );
    }
}

#[test]
fn the_number_line_tells_where_the_issue_stands() {
    let mut issue = issue(&case("sample"));
    assert_eq!(number_line(&issue), "2017年第168期（总第431期）");
    issue.state = IssueState::Void;
    assert_eq!(number_line(&issue), "2017年第168期（总第431期）（作废）");
    (issue.number, issue.signed, issue.state) = (None, None, IssueState::Draft);
    assert_eq!(number_line(&issue), "2017年第　期（草稿）");
    issue.state = IssueState::Approved;
    assert_eq!(number_line(&issue), "2017年第　期（送审稿）");
}

#[test]
fn a_draft_has_no_serial_number_and_room_for_names() {
    let mut issue = issue(&case("sample"));
    (issue.number, issue.signed) = (None, None);
    let text = text_of(&issue, Format::Text);
    assert!(
        !text.contains("编号") && text.contains("编辑：　　　　审核：　　　　签发："),
        "{text}"
    );
}

#[test]
fn a_signed_issue_names_its_hands() {
    let mut issue = issue(&case("sample"));
    let signature = issue.signed.as_mut().expect("signed");
    (signature.editor, signature.approver) = ("甲".to_owned(), "乙".to_owned());
    let text = text_of(&issue, Format::Text);
    assert!(text.contains("编辑：甲　审核：乙　签发：某某"), "{text}");
}

#[test]
fn notes_for_the_editor_are_not_printed() {
    let mut issue = issue(&case("sample"));
    issue.content.sections[0].entries[0].summary_note = "摘要由语言模型代写".to_owned();
    assert!(!text_of(&issue, Format::Json).contains("summary_note"));
    let told = super::render_value(&issue).to_string();
    assert!(told.contains("摘要由语言模型代写"), "{told}");
}

#[test]
fn json_has_the_names_of_the_contract() {
    let json: serde_json::Value =
        serde_json::from_slice(&rendered(&issue(&case("sample")), Format::Json)).expect("JSON");
    for key in [
        "id",
        "digest",
        "year",
        "number",
        "total_number",
        "state",
        "period",
    ] {
        assert!(!json[key].is_null(), "{key}");
    }
    let entry = &json["sections"][0]["entries"][0];
    for key in ["title", "summary", "level", "posts"] {
        assert!(!entry[key].is_null(), "{key}");
    }
}

/// For eyes: `YUQING_LOOK=/tmp/look cargo test --lib look -- --ignored`, then open the files.
#[test]
#[ignore = "writes files to look at"]
fn look_at_the_sample() {
    let folder = std::env::var("YUQING_LOOK").expect("YUQING_LOOK names a folder");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for name in ["sample", "busy", "hostile"] {
        let issue = issue(&case(name));
        for format in [Format::Docx, Format::Html] {
            let path = format!("{folder}/{name}.{format}");
            std::fs::write(path, rendered(&issue, format)).expect("the file can be written");
        }
    }
}
