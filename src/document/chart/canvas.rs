//! SVG elements. Numbers have one decimal, words are escaped: the same chart gives the same bytes.

use crate::document::escape::escape;
use std::fmt::Write;

/// Where a text stands at its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing that grows.
#[derive(Default)]
pub struct Canvas {
    body: String,
}

impl Canvas {
    pub fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str) {
        self.put(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\" \
             stroke=\"#222\" stroke-width=\"0.5\"/>"
        ));
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: &str, width: f64) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.put(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{ink}\" stroke-width=\"{width:.1}\"/>"
        ));
    }

    /// A curve of straight pieces; `dashes` is empty for an unbroken one.
    pub fn curve(&mut self, points: &[(f64, f64)], ink: &str, dashes: &str) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let points = points.join(" ");
        self.put(format_args!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.8\" \
             stroke-linejoin=\"round\" stroke-dasharray=\"{}\"/>",
            if dashes.is_empty() { "none" } else { dashes }
        ));
    }

    /// 标记 of a series: another shape for each, so that print in black tells them apart.
    pub fn marker(&mut self, shape: usize, (x, y): (f64, f64), size: f64, ink: &str) {
        let (left, right, top, bottom) = (x - size, x + size, y - size, y + size);
        let path = match shape % 4 {
            0 => {
                self.put(format_args!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{size:.1}\" fill=\"{ink}\"/>"
                ));
                return;
            }
            1 => format!(
                "{left:.1},{top:.1} {right:.1},{top:.1} {right:.1},{bottom:.1} {left:.1},{bottom:.1}"
            ),
            2 => format!("{left:.1},{bottom:.1} {x:.1},{top:.1} {right:.1},{bottom:.1}"),
            _ => format!("{left:.1},{y:.1} {x:.1},{top:.1} {right:.1},{y:.1} {x:.1},{bottom:.1}"),
        };
        self.put(format_args!("<polygon points=\"{path}\" fill=\"{ink}\"/>"));
    }

    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, size: f64, ink: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size:.0}\" fill=\"{ink}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// The whole drawing, on white.
    pub fn finish(self, width: f64, height: f64, family: &str, name: &str) -> String {
        let (family, name) = (escape(family), escape(name));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{name}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"{family}\">\n\
             <rect width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>\n{}</svg>\n",
            self.body
        )
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        self.body
            .write_fmt(element)
            .expect("a string takes whatever is written");
        self.body.push('\n');
    }
}
