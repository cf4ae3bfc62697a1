//! 修改 — an editor's change of a draft: content → content, and the words before and after. Pure; whoever saves it
//! checks that nobody else changed the draft meanwhile.

use crate::digest::{DigestSettings, MAX_TITLE_CHARS};
use crate::model::{Entry, IssueContent, Level, Section};
use crate::store::Change;
use crate::text::wording::printable;

/// Longest text of an editor, in characters: an issue is read on paper.
pub const MAX_TEXT_CHARS: usize = 2000;

/// One change. Entries are counted from 1 over the whole issue, in printing order.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// 删去一条.
    Drop(usize),
    /// 增加一条, at the end of the section of its level.
    Add(Box<Entry>),
    /// 调整次序: the entry comes to stand at the second place, in the section found there.
    Move {
        /// Where it stands.
        from: usize,
        /// Where it is to stand.
        to: usize,
    },
    /// 换栏目: the entry comes to stand at the end of another section.
    Section {
        /// Which entry.
        entry: usize,
        /// Title of the section; one of the issue or of its digest.
        title: String,
    },
    /// 改写 a part of an entry.
    Reword {
        /// Which entry.
        entry: usize,
        /// Which part.
        part: Part,
        /// The new words; empty to take them away.
        text: String,
    },
    /// 附注 of the whole issue.
    Note(String),
}

/// Part of an entry that an editor rewords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// 标题.
    Title,
    /// 摘要.
    Summary,
    /// 研判.
    Judgement,
    /// 建议.
    Advice,
    /// 附注.
    Note,
}

impl Part {
    fn label(self) -> &'static str {
        match self {
            Part::Title => "标题",
            Part::Summary => "摘要",
            Part::Judgement => "研判",
            Part::Advice => "建议",
            Part::Note => "附注",
        }
    }

    fn of(self, entry: &mut Entry) -> &mut String {
        match self {
            Part::Title => &mut entry.title,
            Part::Summary => &mut entry.summary,
            Part::Judgement => &mut entry.judgement,
            Part::Advice => &mut entry.advice,
            Part::Note => &mut entry.note,
        }
    }
}

/// Why a change does not fit the draft.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditMistake {
    /// No such place.
    #[error("没有第{asked}条，本期共{entries}条")]
    NoEntry {
        /// Place asked for.
        asked: usize,
        /// Entries there are.
        entries: usize,
    },
    /// A title or text that is too long.
    #[error("{what}{chars}字，最多{most}字，请缩短")]
    TooLong {
        /// 标题, 摘要 …
        what: &'static str,
        /// Characters given.
        chars: usize,
        /// Characters allowed.
        most: usize,
    },
    /// An entry needs a title.
    #[error("第{0}条的标题不能为空")]
    NoTitle(usize),
    /// 动态 are told in a paragraph.
    #[error("第{0}条是媒体动态，不印建议；要补充的请写 --note")]
    NoAdvice(usize),
    /// No such section.
    #[error("本刊没有“{0}”这个栏目")]
    NoSection(String),
    /// A post stands in one entry only.
    #[error("这条信息已在第{0}条")]
    AlreadyThere(usize),
}

/// The content after the changes, in order, and what each of them did.
///
/// # Errors
/// The first change that does not fit; nothing is changed then.
pub fn apply(
    content: &IssueContent,
    edits: &[Edit],
    digest: Option<&DigestSettings>,
) -> Result<(IssueContent, Vec<Change>), EditMistake> {
    let mut content = content.clone();
    let mut changes = Vec::new();
    for edit in edits {
        changes.push(apply_one(&mut content, edit, digest)?);
    }
    Ok((content, changes))
}

fn apply_one(
    content: &mut IssueContent,
    edit: &Edit,
    digest: Option<&DigestSettings>,
) -> Result<Change, EditMistake> {
    match edit {
        Edit::Drop(place) => {
            let (section, position) = find(content, *place)?;
            let entry = content.sections[section].entries.remove(position);
            without_empty_sections(content);
            Ok(Change {
                what: format!("删去第{place}条“{}”", entry.title),
                before: whole_text(&entry),
                after: String::new(),
            })
        }
        Edit::Add(entry) => {
            if let Some(place) = place_of_post(content, entry) {
                return Err(EditMistake::AlreadyThere(place));
            }
            let section = section_for(content, entry, digest);
            content.sections[section].entries.push((**entry).clone());
            // For all we know it is one of those that had no room.
            content.overview.left_out = content.overview.left_out.saturating_sub(1);
            Ok(Change {
                what: format!("增加“{}”", entry.title),
                before: String::new(),
                after: whole_text(entry),
            })
        }
        Edit::Move { from, to } => {
            let (section, position) = find(content, *from)?;
            find(content, *to)?;
            let entry = content.sections[section].entries.remove(position);
            let title = entry.title.clone();
            insert_at(content, *to, section, entry);
            without_empty_sections(content);
            Ok(Change {
                what: format!("把第{from}条“{title}”移到第{to}条"),
                before: from.to_string(),
                after: to.to_string(),
            })
        }
        Edit::Section { entry, title } => {
            let (section, position) = find(content, *entry)?;
            if !section_titles(content, digest).contains(title) {
                return Err(EditMistake::NoSection(title.clone()));
            }
            let moved = content.sections[section].entries.remove(position);
            let before = content.sections[section].title.clone();
            let what = format!("把第{entry}条“{}”移到“{title}”栏", moved.title);
            let section = section_named(content, title.clone(), digest);
            content.sections[section].entries.push(moved);
            without_empty_sections(content);
            Ok(Change {
                what,
                before,
                after: title.clone(),
            })
        }
        Edit::Reword { entry, part, text } => {
            let (section, position) = find(content, *entry)?;
            let text = fitting(part.label(), text, *part == Part::Title)?;
            if *part == Part::Title && text.is_empty() {
                return Err(EditMistake::NoTitle(*entry));
            }
            let what = format!("改第{entry}条{}", part.label());
            let reworded = &mut content.sections[section].entries[position];
            if *part == Part::Advice && reworded.level == Level::None {
                return Err(EditMistake::NoAdvice(*entry));
            }
            let before = reword(reworded, *part, &text);
            Ok(Change {
                what,
                before,
                after: text,
            })
        }
        Edit::Note(text) => {
            let text = fitting("附注", text, false)?;
            let before = std::mem::replace(&mut content.note, text.clone());
            Ok(Change {
                what: "改本期附注".to_owned(),
                before,
                after: text,
            })
        }
    }
}

/// Writes the new words; those before.
fn reword(entry: &mut Entry, part: Part, text: &str) -> String {
    match part {
        // What the language model wrote, or why not, is told of the words that go.
        Part::Summary => entry.summary_note.clear(),
        // 动态 print the title of their report.
        Part::Title if entry.level == Level::None => {
            if let Some(first) = entry.posts.first_mut() {
                first.title = text.to_owned();
            }
        }
        _ => {}
    }
    std::mem::replace(part.of(entry), text.to_owned())
}

/// Ready for print, and short enough.
fn fitting(what: &'static str, text: &str, is_title: bool) -> Result<String, EditMistake> {
    let text = printable(text).trim().to_owned();
    let most = if is_title {
        MAX_TITLE_CHARS
    } else {
        MAX_TEXT_CHARS
    };
    let chars = text.chars().count();
    if chars > most {
        return Err(EditMistake::TooLong { what, chars, most });
    }
    Ok(text)
}

/// Section and position within it.
fn find(content: &IssueContent, place: usize) -> Result<(usize, usize), EditMistake> {
    let entries = content.entries().count();
    let mut left = place
        .checked_sub(1)
        .filter(|before| *before < entries)
        .ok_or(EditMistake::NoEntry {
            asked: place,
            entries,
        })?;
    for (number, section) in content.sections.iter().enumerate() {
        if left < section.entries.len() {
            return Ok((number, left));
        }
        left -= section.entries.len();
    }
    Err(EditMistake::NoEntry {
        asked: place,
        entries,
    })
}

/// Puts an entry at a place that was there before it was taken out; at the very end it joins the last section.
fn insert_at(content: &mut IssueContent, place: usize, from: usize, entry: Entry) {
    match find(content, place) {
        Ok((section, position)) => content.sections[section].entries.insert(position, entry),
        Err(_) => {
            let last = content
                .sections
                .iter()
                .rposition(|it| !it.entries.is_empty());
            content.sections[last.unwrap_or(from)].entries.push(entry);
        }
    }
}

fn without_empty_sections(content: &mut IssueContent) {
    content
        .sections
        .retain(|section| !section.entries.is_empty());
}

fn place_of_post(content: &IssueContent, entry: &Entry) -> Option<usize> {
    let ids: Vec<_> = entry.posts.iter().map(|post| post.id).collect();
    let mut entries = content.entries();
    let cites = |other: &Entry| other.posts.iter().any(|post| ids.contains(&post.id));
    entries.position(cites).map(|before| before + 1)
}

/// The section of the entry's level, made where it is missing; the last one where the digest has none for it.
fn section_for(
    content: &mut IssueContent,
    entry: &Entry,
    digest: Option<&DigestSettings>,
) -> usize {
    let wanted = digest
        .and_then(|digest| {
            let mut sections = digest.sections.iter();
            sections.find(|section| section.levels.contains(&entry.level))
        })
        .map(|section| section.title.clone());
    let Some(title) = wanted.or_else(|| content.sections.last().map(|it| it.title.clone())) else {
        let last = digest.and_then(|digest| digest.sections.last());
        content.sections.push(Section {
            title: last.map_or_else(String::new, |it| it.title.clone()),
            entries: Vec::new(),
        });
        return 0;
    };
    section_named(content, title, digest)
}

/// 栏目 that an entry may be moved to: those of the digest, then those that only the issue has.
pub fn section_titles(content: &IssueContent, digest: Option<&DigestSettings>) -> Vec<String> {
    let of_digest = digest.into_iter().flat_map(|digest| &digest.sections);
    let mut titles: Vec<String> = of_digest.map(|it| it.title.clone()).collect();
    for section in &content.sections {
        if !titles.contains(&section.title) {
            titles.push(section.title.clone());
        }
    }
    titles
}

/// The section of that title, made at its place in the order of the digest where it is missing.
fn section_named(
    content: &mut IssueContent,
    title: String,
    digest: Option<&DigestSettings>,
) -> usize {
    let order: Vec<&str> = digest
        .map(|digest| digest.sections.iter().map(|it| it.title.as_str()).collect())
        .unwrap_or_default();
    if let Some(known) = content.sections.iter().position(|it| it.title == title) {
        return known;
    }
    let rank = |title: &str| order.iter().position(|it| *it == title);
    let place = content
        .sections
        .iter()
        .position(|section| rank(&section.title) > rank(&title))
        .unwrap_or(content.sections.len());
    content.sections.insert(
        place,
        Section {
            title,
            entries: Vec::new(),
        },
    );
    place
}

/// All words of an entry: what was dropped can be read again in the history.
fn whole_text(entry: &Entry) -> String {
    let parts = [
        &entry.title,
        &entry.summary,
        &entry.spread,
        &entry.judgement,
        &entry.advice,
        &entry.note,
    ];
    let said: Vec<&str> = parts
        .iter()
        .map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    let posts: Vec<String> = entry.posts.iter().map(|it| it.id.0.to_string()).collect();
    format!("{}\n信息编号：{}", said.join("\n"), posts.join("、"))
}

#[cfg(test)]
mod tests;
