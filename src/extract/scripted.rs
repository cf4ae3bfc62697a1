//! 发布时间 that a page keeps for its own programs only: `var publish_time = "1492149480"`, `"publishDate":"2017-04-14T05:58:00Z"`.
//! Read where neither the page nor its statements for machines show a time.

use crate::extract::dates;
use crate::model::{PublishedAt, Timestamp};
use regex::Regex;
use std::sync::LazyLock;

/// A record states its title at most so many bytes away from its time.
const MAX_DISTANCE: usize = 16 * 1024;

/// Programs of this many statements of time hold other things than one article.
const MAX_STATEMENTS: usize = 200;

/// Names of the time of publication, then those of creation; a value in the forms of `dates::parse_published`. `ct` is
/// what articles of WeChat accounts call it.
static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i-u)(?:\b|_)(?:(publish(?:ed)?_?(?:date|time|at|on)|pub_?(?:date|time)|date_?published|release_?(?:date|time))|((?:ori_?)?create_?time|created_?at|ct))["']?\s*[:=]\s*["']?(\d{10}(?:\d{3})?\b|\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)"#,
    )
    .expect("the pattern is valid")
});

/// One time that the programs of a page state.
struct Statement {
    position: usize,
    is_publication: bool,
    at: PublishedAt,
}

/// The time of the article called `title` in `page`, the page as it came. Several times need the title beside them: a
/// page holds the records of other articles too.
pub fn published_at(page: &str, title: &str, now: Timestamp) -> Option<PublishedAt> {
    let statements: Vec<Statement> = STATEMENT
        .captures_iter(page)
        .take(MAX_STATEMENTS)
        .filter_map(|found| {
            let position = found.get(0)?.start();
            // `?ct=…` in an address.
            let before = page.as_bytes().get(position.wrapping_sub(1));
            if matches!(before, Some(b'?' | b'&' | b';')) {
                return None;
            }
            Some(Statement {
                position,
                is_publication: found.get(1).is_some(),
                at: dates::parse_published(found.get(3)?.as_str(), now)?,
            })
        })
        .collect();
    let of_kind = |is_publication: bool| {
        let mut times = statements
            .iter()
            .filter(move |statement| statement.is_publication == is_publication);
        let first = times.next()?;
        let is_only = times.all(|other| other.at.at == first.at.at);
        is_only.then_some(first.at)
    };
    of_kind(true)
        .or_else(|| beside_title(page, title, &statements))
        .or_else(|| {
            let has_publication = statements.iter().any(|one| one.is_publication);
            of_kind(false).filter(|_| !has_publication)
        })
}

/// The statement nearest to the title that a program states.
fn beside_title(page: &str, title: &str, statements: &[Statement]) -> Option<PublishedAt> {
    let titles: Vec<usize> = titles(page, title);
    let nearest = statements
        .iter()
        .filter_map(|statement| {
            let distances = titles
                .iter()
                .map(|title| title.abs_diff(statement.position));
            let distance = distances
                .min()
                .filter(|distance| *distance < MAX_DISTANCE)?;
            Some((!statement.is_publication, distance, statement.at))
        })
        .min_by_key(|(is_other, distance, _)| (*is_other, *distance))?;
    Some(nearest.2)
}

/// Where programs state this title: `"title": "…"`, blanks aside.
fn titles(page: &str, title: &str) -> Vec<usize> {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)\b(?:\w*title|headline)["']?\s*[:=]\s*["']([^"'<>]{4,200})["']"#)
            .expect("the pattern is valid")
    });
    let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    let wanted = bare(title);
    TITLE
        .captures_iter(page)
        .filter_map(|found| {
            let stated = found.get(1)?;
            (bare(stated.as_str()) == wanted).then_some(stated.start())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::published_at;
    use crate::model::Timestamp;

    fn now() -> Timestamp {
        chrono::DateTime::parse_from_rfc3339("2017-05-01T08:00:00+08:00").expect("time")
    }

    fn read(page: &str) -> Option<String> {
        published_at(page, "清明公休日安排", now()).map(|found| found.at.to_rfc3339())
    }

    #[test]
    fn the_only_time_that_a_program_states_is_taken() {
        for page in [
            r#"<script>var publish_time = "1492149480" || "";</script>"#,
            r#"<script>window.data={"publishDate":"2017-04-14T05:58:00.000Z"}</script>"#,
            r#"<script>var ct = "1492149480"; var svr_time = "1492600000" * 1;</script>"#,
        ] {
            assert_eq!(
                read(page).as_deref(),
                Some("2017-04-14T13:58:00+08:00"),
                "{page}"
            );
        }
    }

    #[test]
    fn several_times_need_the_title_beside_them() {
        let other = r#"{"title":"另一篇文章","publishDate":"2017-04-12 08:00:00"}"#;
        let own = r#"{"title":"清明 公休日安排","publishDate":"2017-04-14 13:58:00","createdAt":"2017-04-14 09:00"}"#;
        let page = format!("<script>var list = [{other},{own}]</script>");
        assert_eq!(read(&page).as_deref(), Some("2017-04-14T13:58:00+08:00"));
        let page = format!(
            "<script>var list = [{other},{}]</script>",
            other.replace("12", "13")
        );
        assert_eq!(read(&page), None);
    }

    #[test]
    fn numbers_that_are_no_time_are_left() {
        for page in [
            r#"<script>var ct = "12345";</script>"#,
            r#"<script>var product = 1492149480;</script>"#,
            r#"<script>publishDate: "2037-04-14"</script>"#,
        ] {
            assert_eq!(read(page), None, "{page}");
        }
    }
}
