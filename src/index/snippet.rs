//! The passage that shows why a post was found, with the places of the words that were looked for.

use crate::text::normalize::fold_with_positions;

/// 摘录.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// A passage of the text; `…` where something was left out.
    pub text: String,
    /// Begin and end of each mark, in characters of `text`.
    pub highlights: Vec<(usize, usize)>,
}

/// The passage of at most `width` characters that begins shortly before the first occurrence of any of `strings`;
/// folded forms match (width, case, script). Without an occurrence: the beginning of the text, nothing marked.
pub fn snippet(text: &str, strings: &[&str], width: usize) -> Snippet {
    let marks = occurrences(text, strings);
    let characters: Vec<char> = text.chars().collect();
    let first = marks.first().map_or(0, |mark| mark.0);
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
    let highlights = marks
        .into_iter()
        .filter(|(from, to)| *from >= start && *to <= end)
        .map(|(from, to)| (from - start + shift, to - start + shift))
        .collect();
    Snippet {
        text: passage,
        highlights,
    }
}

/// Where any of `strings` occurs, in characters of the original text, in order, overlaps joined.
fn occurrences(text: &str, strings: &[&str]) -> Vec<(usize, usize)> {
    let (folded, positions): (Vec<char>, Vec<usize>) = fold_with_positions(text).unzip();
    let mut marks = Vec::new();
    for string in strings {
        let wanted: Vec<char> = fold_with_positions(string)
            .map(|(character, _)| character)
            .collect();
        if wanted.is_empty() {
            continue;
        }
        for (at, window) in folded.windows(wanted.len()).enumerate() {
            if window == wanted {
                marks.push((positions[at], positions[at + wanted.len() - 1] + 1));
            }
        }
    }
    marks.sort_unstable();
    marks.dedup_by(|next, kept| {
        let overlaps = next.0 < kept.1;
        if overlaps {
            kept.1 = kept.1.max(next.1);
        }
        overlaps
    });
    marks
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
}
