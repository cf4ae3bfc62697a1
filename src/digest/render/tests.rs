use super::{Format, render, render_brief};
use crate::digest::fixture::{Case, case, issue, path};
use crate::digest::wording::printable;
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
