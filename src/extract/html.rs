//! Element → text with paragraphs, and other small questions to a parsed page. No recursion: pages may be deep.

use crate::extract::site_rules::Css;
use crate::text::printable::printable;
use scraper::{ElementRef, Html, Selector};
use std::sync::LazyLock;
use url::Url;

/// A selector that is part of the program.
pub fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("selectors of the program are valid")
}

/// What a walk over an element meets.
pub enum Step<'d> {
    Open(ElementRef<'d>),
    Text(&'d str),
    Close(ElementRef<'d>),
}

/// Walks over `root` in document order; `meet` says whether to go into an element it was shown.
pub fn walk<'d>(root: ElementRef<'d>, mut meet: impl FnMut(Step<'d>) -> bool) {
    let mut node = *root;
    loop {
        let element = ElementRef::wrap(node);
        let goes_in = match element {
            Some(element) => meet(Step::Open(element)),
            None => {
                if let Some(text) = node.value().as_text() {
                    meet(Step::Text(text));
                }
                false
            }
        };
        if goes_in && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        if let Some(element) = element.filter(|_| goes_in) {
            meet(Step::Close(element));
        }
        // Up until there is a sibling; every parent on the way is closed.
        loop {
            if node.id() == root.id() {
                return;
            }
            if let Some(sibling) = node.next_sibling() {
                node = sibling;
                break;
            }
            let Some(parent) = node.parent() else { return };
            node = parent;
            if let Some(element) = ElementRef::wrap(node) {
                meet(Step::Close(element));
            }
        }
    }
}

/// Text of `root` as a reader sees it: paragraphs separated by `\n`, cells by a blank; `skips` leaves elements out.
pub fn text(root: ElementRef<'_>, skips: impl Fn(&ElementRef<'_>) -> bool) -> String {
    let mut paragraphs = Paragraphs::default();
    walk(root, |step| {
        match step {
            Step::Text(text) => paragraphs.push(text),
            Step::Open(element) => {
                if is_invisible(&element) || (element.id() != root.id() && skips(&element)) {
                    return false;
                }
                paragraphs.edge(element.value().name());
            }
            Step::Close(element) => paragraphs.edge(element.value().name()),
        }
        true
    });
    paragraphs.finish()
}

/// Text of `root` on one line.
pub fn line(root: ElementRef<'_>) -> String {
    text(root, |_| false).replace('\n', " ")
}

/// Text of a string of markup, as feeds and interfaces hand it out.
pub fn text_of_markup(markup: &str) -> String {
    let tamed = crate::extract::tame::tame(markup);
    let fragment = Html::parse_fragment(&tamed.html);
    text(fragment.root_element(), |_| false)
}

/// Words as they come → paragraphs, white space made single.
#[derive(Default)]
pub struct Paragraphs {
    text: String,
    /// A blank is owed before the next word of the paragraph.
    is_spaced: bool,
}

impl Paragraphs {
    /// Words of the current paragraph.
    pub fn push(&mut self, text: &str) {
        let mut start = 0;
        for (position, character) in text.char_indices() {
            if !is_shown(character) {
                self.join(&text[start..position]);
                self.is_spaced |= character.is_whitespace();
                start = position + character.len_utf8();
            }
        }
        self.join(&text[start..]);
    }

    /// Characters that all are shown.
    fn join(&mut self, shown: &str) {
        if shown.is_empty() {
            return;
        }
        if self.is_spaced && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
        self.is_spaced = false;
        self.text.push_str(shown);
    }

    /// The beginning or end of an element of this name.
    pub fn edge(&mut self, name: &str) {
        if matches!(name, "td" | "th") {
            self.is_spaced = true;
        } else if is_edge(name) {
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            self.is_spaced = false;
        }
    }

    /// The text so far.
    pub fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }
}

/// True for characters that readers see: no white space, nothing of no width, nothing that steers a terminal.
pub fn is_shown(character: char) -> bool {
    match character {
        // Nearly all.
        '!'..='~' | '\u{3001}'..='\u{fefe}' => true,
        // Put between characters to defeat search.
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' => false,
        // References (`&#1;`) bring control characters into well-formed pages.
        other => !other.is_whitespace() && !other.is_control(),
    }
}

/// Elements that begin and end a line; the cells of a table, too, hold texts of their own.
pub fn is_edge(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "br"
            | "li"
            | "ul"
            | "ol"
            | "dl"
            | "dt"
            | "dd"
            | "tr"
            | "td"
            | "th"
            | "table"
            | "tbody"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "aside"
            | "main"
            | "nav"
            | "blockquote"
            | "pre"
            | "hr"
            | "form"
            | "figure"
            | "figcaption"
            | "center"
            | "body"
            | "html"
            | "title"
            | "founder-content"
    )
}

/// Elements that hold no words for readers.
pub fn is_wordless(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "select"
            | "textarea"
            | "button"
            | "iframe"
            | "object"
            | "svg"
    )
}

/// Elements whose words no reader sees.
pub fn is_invisible(element: &ElementRef<'_>) -> bool {
    let mut attributes = element.value().attrs();
    is_wordless(element.value().name()) || attributes.any(|(name, value)| hides(name, value))
}

/// True for an attribute that keeps the words of its element from readers.
pub fn hides(attribute: &str, value: &str) -> bool {
    match attribute {
        "style" => value.contains("none") && value.replace(' ', "").contains("display:none"),
        // Discuz mixes noise into posts against copying, in elements of class `jammer`.
        "class" => {
            let mut classes = value.split_ascii_whitespace();
            classes.any(|class| matches!(class, "jammer" | "pstatus"))
        }
        _ => false,
    }
}

/// An attribute, as `ElementRef::attr` finds it; that makes an interned name of `name` each time.
pub fn attribute<'d>(element: ElementRef<'d>, name: &str) -> Option<&'d str> {
    let mut attributes = element.value().attrs.iter();
    let (_, value) = attributes.find(|(known, _)| &*known.local == name && known.ns.is_empty())?;
    Some(value)
}

/// First element that a rule finds below `root`.
pub fn first<'d>(root: ElementRef<'d>, css: Option<&Css>) -> Option<ElementRef<'d>> {
    root.select(&css?.0).next()
}

/// The line a rule finds: the text of the element, or of `content` for a `<meta>`.
pub fn line_by(root: ElementRef<'_>, css: Option<&Css>) -> Option<String> {
    let mut found = root.select(&css?.0);
    found.find_map(|element| Some(value(element)).filter(|line| !line.is_empty()))
}

/// True when a parent of the element fits the selector too: it was met already.
pub fn is_inside(element: ElementRef<'_>, css: &Css) -> bool {
    let mut parents = element.ancestors().filter_map(ElementRef::wrap);
    parents.any(|parent| css.0.matches(&parent))
}

/// What an element states: `content` of a `<meta>`, else its text.
pub fn value(element: ElementRef<'_>) -> String {
    match element.attr("content") {
        Some(content) if element.value().name() == "meta" => collapse(content),
        _ => line(element),
    }
}

/// White space of a line made single; control characters go.
pub fn collapse(text: &str) -> String {
    let text = printable(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What addresses of the page are relative to.
pub fn base_url(document: &Html, page_url: &Url) -> Url {
    static BASE: LazyLock<Selector> = LazyLock::new(|| selector("base[href]"));
    document
        .select(&BASE)
        .next()
        .and_then(|base| page_url.join(base.attr("href")?.trim()).ok())
        .unwrap_or_else(|| page_url.clone())
}

/// An absolute web address for `href`; `None` for scripts, mail and what is no address.
pub fn resolve(base: &Url, href: &str) -> Option<Url> {
    let url = base.join(href.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Chinese characters of a text.
pub fn han_count(text: &str) -> usize {
    text.chars()
        .filter(
            |character| matches!(character, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'),
        )
        .count()
}

#[cfg(test)]
mod tests {
    use super::{text, text_of_markup};
    use scraper::Html;

    #[test]
    fn paragraphs_cells_and_invisible_words_are_told_apart() {
        let page = "<div>一<b>二</b><p> 三 <br>四&nbsp;五</p><script>六</script><p style='display: none'>七</p>\
            <table><tr><td>八</td><td>九</td></tr><tr><td>十</td></tr></table></div>";
        let document = Html::parse_document(page);
        assert_eq!(
            text(document.root_element(), |_| false),
            "一二\n三\n四 五\n八 九\n十"
        );
    }

    #[test]
    fn markup_in_a_string_becomes_its_words() {
        assert_eq!(
            text_of_markup("社保<em>卡</em>&amp;<a href=x>#话题#</a>"),
            "社保卡&#话题#"
        );
    }
}
