//! 图 → SVG: calm, legible in black and white. Values are written where there is room, axes begin at zero, series
//! differ in shade, dash and mark. No scripts, no definitions shared between pictures of one page.

mod canvas;
mod scale;
mod upright;
mod words;

use super::{Chart, ChartKind, Series};
use canvas::{Anchor, Canvas};
use scale::{Scale, figure};
use words::{shorten, width, wrap};

/// Width of every picture in its own units; its page scales it to the width of the text.
pub const WIDTH: f64 = 600.0;
/// Words and figures.
const SIZE: f64 = 12.0;
const INK: &str = "#222";
const FAINT: &str = "#d0d0d0";

/// Dark to light, so that a copy without colour still tells them apart; then the same again.
const SHADES: &[Shade] = &[
    Shade::new("#1f4e79", "#fff", ""),
    Shade::new("#d9822b", "#000", "7 3"),
    Shade::new("#9dc3e6", "#000", "2 3"),
    Shade::new("#7f3b3b", "#fff", "9 3 2 3"),
    Shade::new("#f2d16b", "#000", "4 2"),
    Shade::new("#5f8f5f", "#000", "1 2"),
    Shade::new("#d9d9d9", "#000", "12 4"),
];

/// How one series looks.
struct Shade {
    fill: &'static str,
    /// Words on the fill.
    ink: &'static str,
    dashes: &'static str,
}

impl Shade {
    const fn new(fill: &'static str, ink: &'static str, dashes: &'static str) -> Shade {
        Shade { fill, ink, dashes }
    }

    fn of(series: usize) -> &'static Shade {
        &SHADES[series % SHADES.len()]
    }
}

/// The picture; its title stands beside it as text. `family` is what a viewer writes it with.
pub fn svg(chart: &Chart, family: &str) -> String {
    let mut canvas = Canvas::default();
    let top = legend(chart, &mut canvas);
    let height = if chart.labels.is_empty() || chart.series.is_empty() {
        empty(&mut canvas, top)
    } else if is_drawn_as_bars(chart) {
        bars(chart, &mut canvas, top)
    } else {
        upright::draw(chart, &mut canvas, top)
    };
    canvas.finish(WIDTH, height, family, &alternative(chart))
}

/// For those who cannot see it: the title and every value.
pub fn alternative(chart: &Chart) -> String {
    format!("{}。{}", chart.title, values_in_words(chart))
}

/// `11月13日 20，11月14日 18`; with names `负面（11月13日 3，11月14日 2）；正面（…）`.
pub fn values_in_words(chart: &Chart) -> String {
    if chart.labels.is_empty() || chart.series.is_empty() {
        return "无数据".to_owned();
    }
    let one = |series: &Series| {
        let values: Vec<String> = (chart.labels.iter().enumerate())
            .take(series.values.len())
            .map(|(position, label)| format!("{label} {}", figure(value(series, position))))
            .collect();
        let values = values.join("，");
        if series.name.is_empty() {
            return values;
        }
        format!("{}（{values}）", series.name)
    };
    let series: Vec<String> = chart.series.iter().map(one).collect();
    series.join("；")
}

/// What cannot be drawn counts as nothing.
fn value(series: &Series, position: usize) -> f64 {
    let value = series.values.get(position).copied().unwrap_or(0.0);
    if value.is_finite() { value } else { 0.0 }
}

fn all_values(chart: &Chart) -> impl Iterator<Item = f64> + Clone {
    let positions = chart.labels.len();
    chart
        .series
        .iter()
        .flat_map(move |series| (0..positions).map(|position| value(series, position)))
}

/// Names of many columns side by side would not be legible; beneath each other they are.
fn is_drawn_as_bars(chart: &Chart) -> bool {
    match chart.kind {
        ChartKind::Bars => true,
        ChartKind::Columns => !upright::has_room_for_names(chart),
        ChartKind::Line | ChartKind::Stacked => false,
    }
}

/// 图例, where there is something to tell apart; returns where the picture may begin.
fn legend(chart: &Chart, canvas: &mut Canvas) -> f64 {
    if chart.series.len() < 2 {
        return 4.0;
    }
    let (mut x, mut y) = (8.0, 4.0);
    for (position, series) in chart.series.iter().enumerate() {
        let name = shorten(&series.name, SIZE, 260.0);
        let room = 26.0 + width(&name, SIZE) + 16.0;
        if x + room > WIDTH && x > 8.0 {
            (x, y) = (8.0, y + 18.0);
        }
        let shade = Shade::of(position);
        if chart.kind == ChartKind::Line {
            canvas.curve(
                &[(x, y + 7.0), (x + 20.0, y + 7.0)],
                shade.fill,
                shade.dashes,
            );
            canvas.marker(position, (x + 10.0, y + 7.0), 3.0, shade.fill);
        } else {
            canvas.rectangle(x + 4.0, y + 1.0, 12.0, 12.0, shade.fill);
        }
        canvas.text((x + 24.0, y + 11.0), Anchor::Start, SIZE, INK, &name);
        x += room;
    }
    y + 22.0
}

fn empty(canvas: &mut Canvas, top: f64) -> f64 {
    let height = top + 80.0;
    canvas.line((8.0, height - 8.0), (WIDTH - 8.0, height - 8.0), INK, 1.0);
    let middle = (WIDTH / 2.0, top + 44.0);
    canvas.text(middle, Anchor::Middle, SIZE, INK, "无数据");
    height
}

/// Bars of more names than this would not fit a page.
const MOST_BARS: usize = 60;
/// Height of a picture that still leaves room for its title on a page.
const TALLEST: f64 = 760.0;

/// 条形图: names on the left in up to two lines, values at the ends.
fn bars(chart: &Chart, canvas: &mut Canvas, top: f64) -> f64 {
    let scale = Scale::around(all_values(chart));
    let labels = &chart.labels[..chart.labels.len().min(MOST_BARS)];
    let longest = labels.iter().map(|label| width(label, SIZE));
    let longest = longest.fold(0.0, f64::max);
    let names = longest.min(190.0);
    let room_for_value = all_values(chart)
        .map(|value| width(&figure(value), SIZE))
        .fold(0.0, f64::max);
    let (left, right) = (names + 16.0, WIDTH - room_for_value - 14.0);
    let x = |value: f64| left + (right - left) * scale.share(value);
    let count = chart.series.len() as f64;
    let two_lines = if longest > names { 32.0 } else { 22.0 };
    let slot = (count * 14.0 + 8.0)
        .max(two_lines)
        .min(TALLEST / labels.len() as f64);
    let thickness = ((slot - 4.0) / count).min(14.0);
    let size = SIZE.min(thickness + 2.0);
    let bottom = top + 4.0 + slot * labels.len() as f64;
    for mark in scale.marks() {
        canvas.line((x(mark), top), (x(mark), bottom), FAINT, 0.5);
        let at = (x(mark), bottom + 15.0);
        canvas.text(at, Anchor::Middle, SIZE - 1.0, INK, &figure(mark));
    }
    for (position, label) in labels.iter().enumerate() {
        let middle = top + 4.0 + slot * (position as f64 + 0.5);
        let lines = if slot < 28.0 { 1 } else { 2 };
        let lines = wrap(label, SIZE, names + 1.0, lines);
        let first = middle + 4.0 - 7.0 * (lines.len() as f64 - 1.0);
        for (number, line) in lines.iter().enumerate() {
            let at = (left - 8.0, first + 14.0 * number as f64);
            canvas.text(at, Anchor::End, SIZE, INK, line);
        }
        let begin = middle - thickness * count / 2.0;
        for (number, series) in chart.series.iter().enumerate() {
            let value = value(series, position);
            let y = begin + thickness * number as f64;
            let (from, to) = (x(value.min(0.0)), x(value.max(0.0)));
            let fill = Shade::of(number).fill;
            canvas.rectangle(from, y + 1.0, to - from, thickness - 2.0, fill);
            let at = (to + 5.0, y + thickness / 2.0 + size * 0.35);
            canvas.text(at, Anchor::Start, size, INK, &figure(value));
        }
    }
    canvas.line((x(0.0), top), (x(0.0), bottom), INK, 1.0);
    let unseen = chart.labels.len() - labels.len();
    if unseen > 0 {
        let at = (left, bottom + 32.0);
        canvas.text(
            at,
            Anchor::Start,
            SIZE,
            INK,
            &format!("另有{unseen}项未画出"),
        );
        return bottom + 40.0;
    }
    bottom + 22.0
}

#[cfg(test)]
mod tests;
