//! 条 on the page of an issue: what is printed of it, where it comes from, and the form that changes it.

use crate::digest::MAX_TITLE_CHARS;
use crate::digest::edit::{MAX_TEXT_CHARS, Part};
use crate::model::{Entry, EntryPost, Issue, Level};
use crate::web::layout::minute;

/// Posts of an entry that the page names.
const NAMED: usize = 6;

/// Parts of an entry with their field and whether it is one line.
pub const PARTS: &[(Part, &str, &str, bool)] = &[
    (Part::Title, "title", "标题", true),
    (Part::Summary, "summary", "摘要", false),
    (Part::Judgement, "judgement", "研判", false),
    (Part::Advice, "advice", "建议", false),
    (Part::Note, "note", "附注", false),
];

/// What somebody wrote that was not saved.
#[derive(Clone, Debug, Default)]
pub struct Unsaved {
    /// Why, in a sentence; empty where nothing was refused.
    pub sentence: String,
    /// The entry, by the post it begins with.
    pub post: i64,
    /// Parts of the entry that the editor changed, by field.
    pub words: Vec<(&'static str, String)>,
    /// 附注 of the issue.
    pub note: Option<String>,
    /// What was to be added.
    pub add: String,
}

/// A field of the form.
pub struct FieldView {
    pub name: &'static str,
    pub label: &'static str,
    pub is_line: bool,
    /// Characters that it may have.
    pub most: usize,
    /// What the field holds: of words that were not saved, those.
    pub value: String,
    /// What stands in the draft.
    pub current: String,
    /// Both differ.
    pub is_unsaved: bool,
}

impl FieldView {
    /// A field over the words of the draft.
    pub fn new(
        (name, label, is_line, most): (&'static str, &'static str, bool, usize),
        current: &str,
        unsaved: Option<&str>,
    ) -> FieldView {
        let value = unsaved.unwrap_or(current);
        FieldView {
            name,
            label,
            is_line,
            most,
            is_unsaved: value != current,
            value: value.to_owned(),
            current: current.to_owned(),
        }
    }
}

/// A post behind an entry.
pub struct SourceView {
    pub id: i64,
    pub source: String,
    pub published: String,
    pub seen: String,
    pub url: Option<String>,
}

/// One entry.
pub struct EntryView {
    /// From 1, over the whole issue.
    pub place: usize,
    pub is_first: bool,
    pub is_last: bool,
    /// The post it begins with: a post stands in one entry only, so it names the entry whatever its place.
    pub post: i64,
    pub level: &'static str,
    pub level_label: &'static str,
    pub title: String,
    pub section: String,
    pub spread: String,
    /// 编者提示.
    pub hint: String,
    pub fields: Vec<FieldView>,
    pub sources: Vec<SourceView>,
    pub more_sources: usize,
    /// The form is shown at once.
    pub is_open: bool,
    /// Why its words were not saved.
    pub sentence: String,
}

/// 栏目.
pub struct SectionView {
    pub title: String,
    pub entries: Vec<EntryView>,
}

/// The words of a part.
pub fn words(entry: &Entry, part: Part) -> &str {
    match part {
        Part::Title => &entry.title,
        Part::Summary => &entry.summary,
        Part::Judgement => &entry.judgement,
        Part::Advice => &entry.advice,
        Part::Note => &entry.note,
    }
}

/// The post that names an entry in forms.
pub fn name_of(entry: &Entry) -> i64 {
    entry.posts.first().map_or(0, |post| post.id.0)
}

/// Every section of an issue.
pub fn sections(issue: &Issue, unsaved: &Unsaved) -> Vec<SectionView> {
    let count = issue.content.entries().count();
    let mut place = 0;
    let sections = issue.content.sections.iter();
    sections
        .map(|section| SectionView {
            title: section.title.clone(),
            entries: (section.entries.iter())
                .map(|entry| {
                    place += 1;
                    view(entry, &section.title, place, count, unsaved)
                })
                .collect(),
        })
        .collect()
}

fn view(entry: &Entry, section: &str, place: usize, count: usize, unsaved: &Unsaved) -> EntryView {
    let post = name_of(entry);
    let is_meant = post != 0 && unsaved.post == post;
    let own = |name: &str| {
        let mut words = unsaved.words.iter().filter(|_| is_meant);
        words
            .find(|(known, _)| *known == name)
            .map(|(_, text)| text.as_str())
    };
    let is_news = entry.level == Level::None;
    // 动态 print no advice.
    let parts = PARTS
        .iter()
        .filter(|(part, ..)| !is_news || *part != Part::Advice);
    EntryView {
        place,
        is_first: place == 1,
        is_last: place == count,
        post,
        level: entry.level.code(),
        level_label: if is_news {
            "动态"
        } else {
            entry.level.label()
        },
        title: entry.title.clone(),
        section: section.to_owned(),
        spread: entry.spread.clone(),
        hint: entry.summary_note.clone(),
        fields: parts
            .map(|(part, name, label, is_line)| {
                let most = match part {
                    Part::Title => MAX_TITLE_CHARS,
                    _ => MAX_TEXT_CHARS,
                };
                let field = (*name, *label, *is_line, most);
                FieldView::new(field, words(entry, *part), own(name))
            })
            .collect(),
        sources: entry.posts.iter().take(NAMED).map(source).collect(),
        more_sources: entry.posts.len().saturating_sub(NAMED),
        is_open: is_meant && !unsaved.words.is_empty(),
        sentence: String::new(),
    }
}

fn source(post: &EntryPost) -> SourceView {
    let is_web = |url: &&String| url.starts_with("http://") || url.starts_with("https://");
    SourceView {
        id: post.id.0,
        source: post.source.clone(),
        published: minute(post.published_at),
        seen: minute(Some(post.first_seen_at)),
        url: post.url.as_ref().filter(is_web).cloned(),
    }
}
