//! The passage that shows why a post was found, with the places of the words that were looked for.

use super::tokenizer::characters_with_positions;

/// 摘录.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// A passage of the text; `…` where something was left out.
    pub text: String,
    /// Begin and end of each mark, in characters of `text`.
    pub highlights: Vec<(usize, usize)>,
}

/// Strings looked for at most: each is a walk through the text.
const MAX_STRINGS: usize = 50;

/// The passage of at most `width` characters in which most of `strings` occur, the first of several; folded forms match
/// (width, case, script). Without an occurrence: the beginning of the text, nothing marked.
pub fn snippet(text: &str, strings: &[&str], width: usize) -> Snippet {
    let strings = &strings[..strings.len().min(MAX_STRINGS)];
    let marks = occurrences(text, strings);
    let characters: Vec<char> = text.chars().collect();
    let first = best_begin(&marks, strings.len(), width);
    let lead = width / 4;
    let mut start = first.saturating_sub(lead);
    if characters.len() <= width {
        start = 0;
    } else if start + width > characters.len() {
        start = characters.len() - width;
    }
    let end = (start + width).min(characters.len());
    let mut passage = String::new();
    if start > 0 {
        passage.push('…');
    }
    let shift = usize::from(start > 0);
    // A line break in the middle of a passage would look like two hits.
    passage.extend(
        characters[start..end]
            .iter()
            .map(|c| if c.is_control() { ' ' } else { *c }),
    );
    if end < characters.len() {
        passage.push('…');
    }
    let within = (marks.into_iter()).filter(|mark| mark.from >= start && mark.to <= end);
    let highlights = joined(within)
        .into_iter()
        .map(|(from, to)| (from - start + shift, to - start + shift))
        .collect();
    Snippet {
        text: passage,
        highlights,
    }
}

/// A string of the query in the text.
struct Mark {
    from: usize,
    to: usize,
    /// Its number among the strings.
    string: usize,
}

/// Where the passage with most strings begins: its first mark.
fn best_begin(marks: &[Mark], strings: usize, width: usize) -> usize {
    // The passage reaches from a quarter before its first mark.
    let reach = width - width / 4;
    let mut counts = vec![0_usize; strings];
    let (mut best, mut most, mut seen, mut end) = (0, 0, 0, 0);
    for first in marks {
        while marks
            .get(end)
            .is_some_and(|mark| mark.to <= first.from + reach)
        {
            seen += usize::from(counts[marks[end].string] == 0);
            counts[marks[end].string] += 1;
            end += 1;
        }
        if seen > most {
            (most, best) = (seen, first.from);
        }
        if let Some(left) = counts[first.string].checked_sub(1) {
            counts[first.string] = left;
            seen -= usize::from(left == 0);
        } else {
            // A mark wider than the passage was never counted.
            end += 1;
        }
    }
    if most == 0 {
        marks.first().map_or(0, |mark| mark.from)
    } else {
        best
    }
}

/// Where any of `strings` occurs, in characters of the original text, in order.
fn occurrences(text: &str, strings: &[&str]) -> Vec<Mark> {
    let (folded, positions): (Vec<char>, Vec<usize>) = characters_with_positions(text).unzip();
    let mut marks = Vec::new();
    for (string, wanted) in strings.iter().enumerate() {
        let wanted: Vec<char> = characters_with_positions(wanted.trim())
            .map(|(character, _)| character)
            .collect();
        let Some(first) = wanted.first() else {
            continue;
        };
        for (at, window) in folded.windows(wanted.len()).enumerate() {
            if window[0] == *first && window == wanted {
                marks.push(Mark {
                    from: positions[at],
                    to: positions[at + wanted.len() - 1] + 1,
                    string,
                });
            }
        }
    }
    marks.sort_unstable_by_key(|mark| (mark.from, mark.to));
    marks
}

/// Overlaps made one.
fn joined(marks: impl Iterator<Item = Mark>) -> Vec<(usize, usize)> {
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.from < last.1 => last.1 = last.1.max(mark.to),
            _ => joined.push((mark.from, mark.to)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::snippet;

    #[test]
    fn marks_point_at_the_original_characters() {
        let found = snippet("办社會保險要排隊", &["社会保险", "排队"], 40);
        assert_eq!(found.highlights, [(1, 5), (6, 8)]);
    }

    #[test]
    fn long_texts_are_cut_around_the_first_mark() {
        let text = format!("{}欠薪{}", "前".repeat(100), "后".repeat(100));
        let found = snippet(&text, &["欠薪"], 40);
        let (from, to) = found.highlights[0];
        let marked: String = found.text.chars().skip(from).take(to - from).collect();
        assert_eq!(marked, "欠薪");
        assert_eq!(found.text.chars().count(), 42);
    }

    #[test]
    fn the_passage_with_most_words_is_shown() {
        let text = format!("社保{}社保局排队{}排队", "前".repeat(100), "后".repeat(100));
        let found = snippet(&text, &["社保", "排队"], 40);
        assert!(found.text.contains("社保局排队"), "{}", found.text);
        assert_eq!(found.highlights.len(), 2);
        let wide = snippet(&text, &["社保局排队", "x"], 4);
        assert!(!wide.text.is_empty());
    }

    #[test]
    fn of_very_many_strings_the_first_are_marked() {
        let mut strings = vec!["无"; 49];
        strings.extend(["社保", "排队"]);
        let found = snippet("社保大厅排队", &strings, 40);
        assert_eq!(found.highlights, [(0, 2)]);
    }

    #[test]
    fn blanks_around_a_string_and_kinds_of_blanks_do_not_matter() {
        let found = snippet("办卡\u{3000}排队", &[" 卡 排 "], 40);
        assert_eq!(found.highlights, [(1, 4)]);
    }
}
