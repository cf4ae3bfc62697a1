//! A chart on a page: the same vectors that are printed, the values as a table behind it.

use crate::document::{Chart, chart};
use askama::Template;

/// With what a browser writes the words of a picture.
const FAMILY: &str = "'Noto Sans CJK SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif";

#[derive(Template)]
#[template(path = "chart.html", config = "src/web/askama.toml")]
struct Figure<'c> {
    title: &'c str,
    picture: String,
    names: Vec<&'c str>,
    rows: Vec<(&'c str, Vec<String>)>,
}

/// `<figure>` with the picture and its table; a template shows it with `|safe`: every word in it is escaped.
///
/// # Errors
/// Never in practice: the template is checked when the program is built.
pub fn figure(drawn: &Chart) -> Result<String, askama::Error> {
    let value = |values: &[f64], row: usize| {
        values.get(row).map_or_else(
            || "—".to_owned(),
            |value| format!("{}", (value * 100.0).round() / 100.0),
        )
    };
    let rows = drawn.labels.iter().enumerate().map(|(row, label)| {
        let cells = drawn.series.iter().map(|series| value(&series.values, row));
        (label.as_str(), cells.collect())
    });
    Figure {
        title: &drawn.title,
        picture: chart::svg(drawn, FAMILY),
        names: (drawn.series.iter())
            .map(|series| match series.name.as_str() {
                "" => "数量",
                name => name,
            })
            .collect(),
        rows: rows.collect(),
    }
    .render()
}
