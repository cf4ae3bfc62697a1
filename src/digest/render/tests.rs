use super::{Format, render, render_brief};
use crate::digest::fixture::{case, issue, path};
use crate::model::Issue;

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
