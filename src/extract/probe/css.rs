//! Element → short selectors that may find its like on other pages: by id, by class, by a parent that has one. Names
//! with digits or of generators are left out, and so are places counted from above: they change with every redesign.

use scraper::ElementRef;

/// Names of parents are looked for so many elements up.
const MAX_UP: usize = 8;

/// Below a parent so near, a bare tag says enough.
const MAX_NEAR: usize = 2;

/// Elements that a page has few of.
const TELLING_TAGS: &[&str] = &["h1", "article", "main", "time"];

/// Classes that say how something looks or in what state it is.
const PASSING_CLASSES: &[&str] = &[
    "on", "active", "current", "cur", "clearfix", "clear", "hover", "show", "hide", "hidden",
    "first", "last", "odd", "even", "new", "hot", "top", "left", "right", "fl", "fr", "row",
    "selected", "lazy", "red", "bold", "cf",
];

/// Selectors of the element itself, simplest first; empty for one without a name.
pub fn own(element: ElementRef<'_>) -> Vec<String> {
    let name = element.value().name();
    let mut selectors = Vec::new();
    if let Some(id) = element.value().id().filter(|id| is_stable(id)) {
        selectors.push(format!("#{id}"));
    }
    for class in element.value().classes() {
        if is_stable(class) && !PASSING_CLASSES.contains(&class) {
            selectors.push(format!("{name}.{class}"));
        }
    }
    if let Some(property) = element.attr("itemprop").filter(|name| is_stable(name)) {
        selectors.push(format!("{name}[itemprop=\"{property}\"]"));
    }
    // A name with a hyphen is the site's own: `founder-content`.
    if TELLING_TAGS.contains(&name) || name.contains('-') {
        selectors.push(name.to_owned());
    }
    selectors
}

/// Selectors of the element, alone and below a parent; simplest first. An element without a name is only found below
/// one that is near.
pub fn of(element: ElementRef<'_>) -> Vec<String> {
    let mut selectors = named(element);
    let tag = element.value().name();
    for parent in near_parents(element) {
        selectors.push(format!("{parent} {tag}"));
    }
    selectors
}

/// Selectors by a name of the element itself, alone and below a parent.
pub fn named(element: ElementRef<'_>) -> Vec<String> {
    let ends = own(element);
    let mut selectors = ends.clone();
    for parent in parents(element) {
        // What has an id needs no parent.
        let ends = ends.iter().filter(|end| !end.starts_with('#'));
        selectors.extend(ends.map(|end| format!("{parent} {end}")));
    }
    selectors
}

/// Selectors of the two elements around this one.
fn near_parents(element: ElementRef<'_>) -> impl Iterator<Item = String> {
    let above = element.ancestors().filter_map(ElementRef::wrap);
    above.take(MAX_NEAR).flat_map(own)
}

/// Selectors of the nearest parents, nearest first.
pub fn parents(element: ElementRef<'_>) -> Vec<String> {
    let above = element.ancestors().filter_map(ElementRef::wrap);
    above
        .take(MAX_UP)
        .filter(|parent| !matches!(parent.value().name(), "body" | "html"))
        .flat_map(own)
        .collect()
}

/// A name that a person gave and that will stay.
fn is_stable(name: &str) -> bool {
    let is_plain = name
        .chars()
        .all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_generated = ["css-", "sc-", "jsx-"]
        .iter()
        .any(|start| name.starts_with(start));
    is_plain
        && begins
        && (2..=30).contains(&name.len())
        && !is_generated
        && !name.split(['-', '_']).any(is_hash)
}

/// `bdVaJa`: capitals in the middle, twice in a short word.
fn is_hash(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let rises = letters
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    letters.len() <= 8 && rises.count() >= 2
}

#[cfg(test)]
mod tests {
    use super::{is_stable, of};
    use crate::extract::html::selector;
    use scraper::Html;

    #[test]
    fn names_of_people_stay_and_names_of_generators_go() {
        for name in ["content", "TRS_Editor", "article-body", "zwnr", "pubTime"] {
            assert!(is_stable(name), "{name}");
        }
        for name in [
            "postmessage_12",
            "font01",
            "css-xkqjz",
            "sc-bdVaJa",
            "bdVaJa",
            "_x",
            "a",
        ] {
            assert!(!is_stable(name), "{name}");
        }
    }

    #[test]
    fn ids_come_before_classes_and_these_before_chains() {
        let page = "<div id=main><p class='info fl x9'><span>来源</span></p></div>";
        let document = Html::parse_document(page);
        let find = |css: &str| document.select(&selector(css)).next().expect("it is there");
        assert_eq!(of(find("p")), ["p.info", "#main p.info", "#main p"]);
        assert_eq!(of(find("span")), ["p.info span", "#main span"]);
        assert!(super::named(find("span")).is_empty());
        assert_eq!(of(find("div")), ["#main"]);
    }
}
