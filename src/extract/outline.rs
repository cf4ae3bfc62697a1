//! A parsed page → one flat list of its elements and texts in page order, each with what it holds: Chinese characters,
//! linked ones, sentences. One pass that every reader of articles shares; chooses nothing.

use crate::extract::html::{self, Paragraphs, Step};
use crate::extract::names::{self, Hint};
use regex::Regex;
use scraper::{ElementRef, Html};
use std::sync::LazyLock;

/// The page as a list.
pub struct Outline<'d> {
    pub entries: Vec<Entry<'d>>,
}

/// One element or text.
pub struct Entry<'d> {
    pub what: What<'d>,
    /// Name of the element; empty for a text.
    pub name: &'d str,
    pub parent: usize,
    /// Position behind the last entry inside this one.
    pub end: usize,
    pub hint: Hint,
    /// Its class or id speaks of a title.
    pub is_titled: bool,
    /// Readers see it: no script, nothing styled away.
    pub is_visible: bool,
    pub sums: Sums,
}

/// An element, or the words between two.
pub enum What<'d> {
    Element(ElementRef<'d>),
    Text(&'d str),
}

/// What an entry holds, with everything inside it.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    /// Size of the words: a Chinese character is 1, four Latin letters are 1.
    pub size: u32,
    /// The part of `size` inside links.
    pub linked: u32,
    pub links: u32,
    /// Worth as text of an article: running text counts for, links and labels count against.
    pub worth: i32,
    /// The same without what names of blocks call furniture.
    pub trusted_worth: i32,
    /// Running text alone, furniture left out.
    pub prose: u32,
    /// What is neither running text nor furniture: links, labels, cells.
    pub rest: u32,
}

/// A line of fewer characters is a label or a button.
const MIN_SENTENCE: u32 = 12;

/// Lines without any mark that are longer are text all the same: headings, names, cells.
const MIN_UNMARKED: u32 = 30;

/// A mark between sentences is worth so many characters.
const WORTH_OF_MARK: u32 = 6;

/// What a label costs.
const COST_OF_LABEL: i32 = 2;

/// A link costs at most so much, however long its words.
const MAX_COST_OF_LINKS: u32 = 60;

/// A list of links inside a container costs at most so much: it is cut out later.
const MAX_COST_OF_BLOCK: i32 = 100;

/// What the foot of every Chinese site says about itself.
static LEGAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("版权所有|ICP备|ICP证|公网安备|许可证|举报电话|举报邮箱|不良信息|未经授权|未经书面|未经许可|All Rights Reserved|Copyright|COPYRIGHT|copyright")
        .expect("the pattern is part of the program")
});

impl<'d> Outline<'d> {
    /// Walks over the page once.
    pub fn of(document: &'d Html) -> Self {
        let mut builder = Builder::default();
        html::walk(document.root_element(), |step| {
            match step {
                Step::Open(element) => builder.open(element),
                Step::Text(text) => builder.text(text),
                Step::Close(_) => builder.close(),
            }
            true
        });
        builder.finish()
    }

    /// The elements in page order with their positions.
    pub fn elements(&self) -> impl Iterator<Item = (usize, ElementRef<'d>)> + '_ {
        let numbered = self.entries.iter().enumerate();
        numbered.filter_map(|(position, entry)| Some((position, entry.element()?)))
    }

    /// Elements of one name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (usize, ElementRef<'d>)> {
        let entries = self.entries.iter().enumerate();
        let named = entries.filter(move |(_, entry)| entry.name == name);
        named.filter_map(|(position, entry)| Some((position, entry.element()?)))
    }

    /// Words that readers see inside one entry, by paragraphs; `skips` leaves entries out.
    pub fn text(&self, root: usize, mut skips: impl FnMut(usize) -> bool) -> String {
        let mut paragraphs = Paragraphs::default();
        let mut open: Vec<(usize, &str)> = Vec::new();
        let mut position = root;
        while position < self.entries[root].end {
            let entry = &self.entries[position];
            while let Some((_, name)) = open.pop_if(|(end, _)| *end <= position) {
                paragraphs.edge(name);
            }
            match &entry.what {
                What::Text(text) if entry.is_visible => paragraphs.push(text),
                What::Text(_) => {}
                What::Element(_) if !entry.is_visible || (position != root && skips(position)) => {
                    position = entry.end;
                    continue;
                }
                What::Element(_) => {
                    paragraphs.edge(entry.name);
                    open.push((entry.end, entry.name));
                }
            }
            position += 1;
        }
        paragraphs.finish()
    }

    /// The first character inside one entry that readers see.
    pub fn first_character(&self, root: usize) -> Option<char> {
        let inside = &self.entries[root..self.entries[root].end];
        let texts = inside.iter().filter(|entry| entry.is_visible);
        let texts = texts.filter_map(|entry| match entry.what {
            What::Text(text) => Some(text),
            What::Element(_) => None,
        });
        texts
            .flat_map(str::chars)
            .find(|character| html::is_shown(*character))
    }

    /// Words inside one entry on one line.
    pub fn line(&self, root: usize) -> String {
        self.text(root, |_| false).replace('\n', " ")
    }
}

impl<'d> Entry<'d> {
    /// The element, unless it is a text.
    pub fn element(&self) -> Option<ElementRef<'d>> {
        match self.what {
            What::Element(element) => Some(element),
            What::Text(_) => None,
        }
    }
}

#[derive(Default)]
struct Builder<'d> {
    entries: Vec<Entry<'d>>,
    open: Vec<usize>,
    /// Position of the open block that the current line stands in, and of those around it.
    blocks: Vec<usize>,
    hidden: usize,
    furniture: usize,
    links: usize,
    line: Line,
}

/// The words since the last edge of a block.
#[derive(Default)]
struct Line {
    letters: Letters,
    linked: Letters,
    is_legal: bool,
}

#[derive(Default)]
struct Letters {
    han: u32,
    latin: u32,
    marks: u32,
}

impl Letters {
    fn add(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '0'..='9' | 'a'..='z' | 'A'..='Z' => self.latin += 1,
                '\0'..='\u{7f}' => {
                    self.marks += u32::from(matches!(character, ',' | '!' | '?' | ';'))
                }
                '，' | '。' | '！' | '？' | '；' | '、' => self.marks += 1,
                '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' => self.han += 1,
                other => self.latin += u32::from(other.is_alphanumeric()),
            }
        }
    }

    fn size(&self) -> u32 {
        self.han + self.latin / 4
    }
}

impl<'d> Builder<'d> {
    fn open(&mut self, element: ElementRef<'d>) {
        let name = element.value().name();
        let marks = names::marks(element);
        let is_hidden = marks.is_hidden || html::is_wordless(name);
        self.hidden += usize::from(self.hidden > 0 || is_hidden);
        self.furniture += usize::from(self.furniture > 0 || marks.hint == Hint::Furniture);
        // Without an address it is a mark in the text, and often one that is never closed.
        let is_link = name == "a" && marks.has_href;
        self.links += usize::from(self.links > 0 || is_link);
        let position = self.push(What::Element(element));
        let entry = &mut self.entries[position];
        (entry.name, entry.hint, entry.is_titled) = (name, marks.hint, marks.is_titled);
        if is_link {
            self.entries[position].sums.links = 1;
        }
        if html::is_edge(name) {
            self.end_line();
            self.blocks.push(position);
        }
        self.open.push(position);
    }

    fn text(&mut self, text: &'d str) {
        if self.hidden == 0 {
            let line = &mut self.line;
            let letters = if self.links > 0 {
                &mut line.linked
            } else {
                &mut line.letters
            };
            letters.add(text);
            line.is_legal |= text.len() >= 12 && LEGAL.is_match(text);
        }
        self.push(What::Text(text));
    }

    fn close(&mut self) {
        let Some(position) = self.open.pop() else {
            return;
        };
        if self.blocks.last() == Some(&position) {
            self.end_line();
            self.blocks.pop();
        }
        self.hidden = self.hidden.saturating_sub(1);
        self.furniture = self.furniture.saturating_sub(1);
        self.links = self.links.saturating_sub(1);
        self.entries[position].end = self.entries.len();
    }

    fn push(&mut self, what: What<'d>) -> usize {
        let position = self.entries.len();
        self.entries.push(Entry {
            what,
            name: "",
            parent: self.open.last().copied().unwrap_or(0),
            end: position + 1,
            hint: Hint::None,
            is_titled: false,
            is_visible: self.hidden == 0,
            sums: Sums::default(),
        });
        position
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let (own, linked) = (line.letters.size(), line.linked.size());
        let Some(block) = self.blocks.last().filter(|_| own + linked > 0) else {
            return;
        };
        let is_prose = own > linked
            && !line.is_legal
            && (own + linked >= MIN_UNMARKED
                || (own >= MIN_SENTENCE && line.letters.marks + line.linked.marks > 0));
        let worth = if is_prose {
            (own + WORTH_OF_MARK * line.letters.marks).cast_signed()
        } else if linked > own {
            -(linked.min(MAX_COST_OF_LINKS).cast_signed())
        } else {
            -COST_OF_LABEL
        };
        let is_furniture = self.furniture > 0;
        let sums = &mut self.entries[*block].sums;
        sums.size += own + linked;
        sums.linked += linked;
        sums.worth += worth;
        if !is_furniture {
            sums.trusted_worth += worth;
            let share = if is_prose {
                &mut sums.prose
            } else {
                &mut sums.rest
            };
            *share += own + linked;
        }
    }

    fn finish(mut self) -> Outline<'d> {
        // Children stand behind their parents: from the end on, every sum is whole before it is passed up.
        for position in (1..self.entries.len()).rev() {
            let (sums, parent) = (self.entries[position].sums, self.entries[position].parent);
            self.entries[parent].sums.add(sums);
        }
        Outline {
            entries: self.entries,
        }
    }
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.size += other.size;
        self.linked += other.linked;
        self.links += other.links;
        self.worth += other.worth.max(-MAX_COST_OF_BLOCK);
        self.trusted_worth += other.trusted_worth.max(-MAX_COST_OF_BLOCK);
        self.prose += other.prose;
        self.rest += other.rest;
    }
}
