//! 折线图、柱形图、堆积柱形图: labels below, values up.

use super::canvas::{Anchor, Canvas};
use super::scale::{Scale, figure};
use super::words::{width, wrap};
use super::{FAINT, INK, SIZE, Shade, WIDTH, all_values, value};
use crate::document::{Chart, ChartKind};

/// Height of the part between the axes.
const PLOT: f64 = 190.0;
const RIGHT: f64 = WIDTH - 12.0;
/// Lines a label may take.
const MAX_LINES: usize = 3;

/// Where things stand.
struct Plot {
    scale: Scale,
    left: f64,
    top: f64,
    /// Room of one label.
    slot: f64,
}

impl Plot {
    fn x(&self, position: usize) -> f64 {
        self.left + self.slot * (position as f64 + 0.5)
    }

    fn y(&self, value: f64) -> f64 {
        self.top + PLOT * (1.0 - self.scale.share(value))
    }
}

pub fn draw(chart: &Chart, canvas: &mut Canvas, top: f64) -> f64 {
    let scale = match chart.kind {
        ChartKind::Stacked => {
            let totals: Vec<f64> = (0..chart.labels.len()).map(|at| total(chart, at)).collect();
            Scale::around(totals.into_iter())
        }
        _ => Scale::around(all_values(chart)),
    };
    let left = left_edge(&scale);
    let plot = Plot {
        left,
        top: top + 16.0,
        slot: (RIGHT - left) / chart.labels.len() as f64,
        scale,
    };
    for mark in plot.scale.marks() {
        let y = plot.y(mark);
        canvas.line((left, y), (RIGHT, y), FAINT, 0.5);
        let at = (left - 6.0, y + 4.0);
        canvas.text(at, Anchor::End, SIZE - 1.0, INK, &figure(mark));
    }
    match chart.kind {
        ChartKind::Line => lines(chart, canvas, &plot),
        ChartKind::Stacked => stacks(chart, canvas, &plot),
        _ => columns(chart, canvas, &plot),
    }
    canvas.line((left, plot.y(0.0)), (RIGHT, plot.y(0.0)), INK, 1.0);
    labels(chart, canvas, &plot)
}

fn left_edge(scale: &Scale) -> f64 {
    let widest = scale
        .marks()
        .into_iter()
        .map(|mark| width(&figure(mark), SIZE));
    widest.fold(0.0, f64::max) + 12.0
}

fn total(chart: &Chart, position: usize) -> f64 {
    let parts = chart.series.iter().map(|series| value(series, position));
    parts.map(|part| part.max(0.0)).sum()
}

/// Does each name fit below its columns, in lines of at least three characters?
pub fn has_room_for_names(chart: &Chart) -> bool {
    let room = (RIGHT - 50.0) / chart.labels.len() as f64 - 4.0;
    let looks_like_a_day = |label: &String| label.starts_with(|c: char| c.is_ascii_digit());
    let fits = |label: &String| {
        let lines = width(label, SIZE) / room;
        lines <= 1.0 || (room >= 3.2 * SIZE && lines <= MAX_LINES as f64 - 0.3)
    };
    chart
        .labels
        .iter()
        .all(|label| fits(label) || looks_like_a_day(label))
}

/// Names below; of days too close to each other every second, third, … is named. Returns the bottom of the picture.
fn labels(chart: &Chart, canvas: &mut Canvas, plot: &Plot) -> f64 {
    let widest = chart
        .labels
        .iter()
        .map(|label| width(label, SIZE))
        .fold(0.0, f64::max);
    let room = plot.slot - 4.0;
    let (every, room) = if widest <= room || room >= 3.2 * SIZE {
        (1, room)
    } else {
        let widest = widest.min(110.0);
        let every = ((widest + 8.0) / plot.slot).ceil().max(1.0);
        (every as usize, every * plot.slot - 4.0)
    };
    let bottom = plot.top + PLOT;
    let mut most_lines = 1;
    for (position, label) in chart.labels.iter().enumerate().step_by(every) {
        let x = plot.x(position);
        canvas.line((x, bottom), (x, bottom + 4.0), INK, 0.8);
        let lines = wrap(label, SIZE, room, if every == 1 { MAX_LINES } else { 1 });
        most_lines = most_lines.max(lines.len());
        for (number, line) in lines.iter().enumerate() {
            // The first and the last name stay inside the picture.
            let half = width(line, SIZE) / 2.0;
            let x = x.clamp(half.min(WIDTH / 2.0), (WIDTH - half).max(WIDTH / 2.0));
            let at = (x, bottom + 17.0 + 14.0 * number as f64);
            canvas.text(at, Anchor::Middle, SIZE, INK, line);
        }
    }
    bottom + 10.0 + 14.0 * most_lines as f64
}

fn lines(chart: &Chart, canvas: &mut Canvas, plot: &Plot) {
    let count = chart.labels.len();
    let size = if count > 20 { 2.2 } else { 3.0 };
    let mut taken = Vec::new();
    for (number, series) in chart.series.iter().enumerate() {
        let point = |position: usize| (plot.x(position), plot.y(value(series, position)));
        let points: Vec<(f64, f64)> = (0..count.min(series.values.len())).map(point).collect();
        let shade = Shade::of(number);
        if points.len() > 1 {
            canvas.curve(&points, shade.fill, shade.dashes);
        }
        for point in &points {
            canvas.marker(number, *point, size, shade.fill);
        }
        taken.extend(
            points
                .iter()
                .map(|(x, y)| Room::around(*x, *y, 2.0 * size, 2.0 * size)),
        );
    }
    // What a reader looks for first finds room first: peaks, then the end, then all others.
    for series in &chart.series {
        let count = count.min(series.values.len());
        if count == 0 {
            continue;
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| {
            value(series, *b)
                .total_cmp(&value(series, *a))
                .then(a.cmp(b))
        });
        order.insert(1, count - 1);
        // Several curves with all their values would be a thicket.
        let is_crowded = chart.series.len() > 1 && chart.labels.len() > 12;
        let named = if is_crowded { 2 } else { order.len() };
        let mut seen = vec![false; count];
        for position in order.into_iter().take(named) {
            if std::mem::replace(&mut seen[position], true) {
                continue;
            }
            let (x, y) = (plot.x(position), plot.y(value(series, position)));
            let text = figure(value(series, position));
            let is_written = write_beside(canvas, &mut taken, (x, y), &text);
            // Below the point, unless the names of the axis stand there.
            if !is_written && y + 20.0 < plot.top + PLOT {
                write_beside(canvas, &mut taken, (x, y + 25.0), &text);
            }
        }
    }
}

fn columns(chart: &Chart, canvas: &mut Canvas, plot: &Plot) {
    let count = chart.series.len() as f64;
    let thickness = (plot.slot * 0.76 / count).min(40.0);
    let mut taken = Vec::new();
    let mut values = Vec::new();
    for position in 0..chart.labels.len() {
        let begin = plot.x(position) - thickness * count / 2.0;
        for (number, series) in chart.series.iter().enumerate() {
            let value = value(series, position);
            let x = begin + thickness * number as f64;
            let (top, bottom) = (plot.y(value.max(0.0)), plot.y(value.min(0.0)));
            let height = bottom - top;
            canvas.rectangle(x, top, thickness, height, Shade::of(number).fill);
            let middle = x + thickness / 2.0;
            taken.push(Room::around(
                middle,
                (top + bottom) / 2.0,
                thickness,
                height,
            ));
            values.push((value, middle, top));
        }
    }
    // A figure across the neighbouring column would be told for its.
    values.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    for (value, middle, top) in values {
        write_beside(canvas, &mut taken, (middle, top + 3.0), &figure(value));
    }
}

fn stacks(chart: &Chart, canvas: &mut Canvas, plot: &Plot) {
    let thickness = (plot.slot * 0.72).min(48.0);
    let mut taken = Vec::new();
    for position in 0..chart.labels.len() {
        let x = plot.x(position);
        let mut sum = 0.0;
        for (number, series) in chart.series.iter().enumerate() {
            let part = value(series, position).max(0.0);
            let (top, bottom) = (plot.y(sum + part), plot.y(sum));
            sum += part;
            if part == 0.0 {
                continue;
            }
            let shade = Shade::of(number);
            canvas.rectangle(
                x - thickness / 2.0,
                top,
                thickness,
                bottom - top,
                shade.fill,
            );
            let text = figure(part);
            // One part alone is told by the sum above it.
            if bottom - top >= SIZE + 1.0
                && width(&text, SIZE) < thickness - 2.0
                && part < total(chart, position)
            {
                let at = (x, (top + bottom) / 2.0 + 4.0);
                canvas.text(at, Anchor::Middle, SIZE - 1.0, shade.ink, &text);
            }
        }
        write_beside(canvas, &mut taken, (x, plot.y(sum) + 3.0), &figure(sum));
    }
}

/// A rectangle where something stands.
struct Room {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Room {
    fn around(x: f64, y: f64, width: f64, height: f64) -> Room {
        Room {
            left: x - width / 2.0,
            right: x + width / 2.0,
            top: y - height / 2.0,
            bottom: y + height / 2.0,
        }
    }

    fn meets(&self, other: &Room) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Writes above a point, unless something stands there.
fn write_beside(
    canvas: &mut Canvas,
    taken: &mut Vec<Room>,
    (x, y): (f64, f64),
    text: &str,
) -> bool {
    let size = SIZE - 1.0;
    let room = Room::around(x, y - 11.0, width(text, size) + 1.0, size);
    if taken.iter().any(|other| other.meets(&room)) {
        return false;
    }
    canvas.text((x, y - 7.0), Anchor::Middle, size, INK, text);
    taken.push(room);
    true
}
