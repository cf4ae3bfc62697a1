//! 分段 — items → parts of at most so many bytes, cut between items; an item that is too long by itself between its
//! lines, then behind its sentences, at last between two characters. Nothing is left out.

/// Room for the longest number of a part and a line break, in bytes: `（99/99）`.
const NUMBER_ROOM: usize = 16;

/// The parts, each of at most `limit` bytes together with its number （1/3）; one part has none.
pub fn split(title: &str, items: &[String], limit: usize) -> Vec<String> {
    let room = limit.saturating_sub(title.len() + NUMBER_ROOM + 4).max(64);
    let mut bodies: Vec<String> = Vec::new();
    for item in items {
        for piece in pieces(item, room) {
            match bodies.last_mut() {
                Some(body) if body.len() + 2 + piece.len() <= room => {
                    body.push_str("\n\n");
                    body.push_str(&piece);
                }
                _ => bodies.push(piece),
            }
        }
    }
    if bodies.is_empty() {
        bodies.push(String::new());
    }
    bodies
}

/// The number of a part behind its title: `（1/3）`; nothing where there is one part.
pub fn numbered(title: &str, part: usize, count: usize) -> String {
    if count <= 1 {
        return title.to_owned();
    }
    format!("{title}（{}/{count}）", part + 1)
}

/// The beginning of a text, of at most so many bytes, not cut within a character.
pub fn beginning(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev();
    let end = end.into_iter().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

fn pieces(item: &str, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = item;
    while rest.len() > room {
        let head = beginning(rest, room);
        let cut = [head.rfind('\n').map(|at| at + 1), after_sentence(head)];
        // A cut near the start would make many small parts.
        let cut = cut.into_iter().flatten().find(|at| *at > room / 3);
        let (piece, behind) = rest.split_at(cut.unwrap_or(head.len()));
        pieces.push(piece.trim_end().to_owned());
        rest = behind;
    }
    pieces.push(rest.trim_end().to_owned());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn after_sentence(head: &str) -> Option<usize> {
    let ends = head.char_indices().rev();
    ends.into_iter()
        .find(|(_, mark)| matches!(mark, '。' | '！' | '？' | '；'))
        .map(|(at, mark)| at + mark.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::{beginning, numbered, split};

    fn item(number: usize, chars: usize) -> String {
        format!("△{number}{}", "字".repeat(chars))
    }

    #[test]
    fn what_fits_is_one_part_without_a_number() {
        let parts = split("题", &[item(1, 10), item(2, 10)], 4096);
        assert_eq!(parts.len(), 1);
        assert_eq!(numbered("题", 0, parts.len()), "题");
        assert_eq!(numbered("题", 0, 3), "题（1/3）");
    }

    #[test]
    fn parts_end_between_items_and_keep_all_of_them() {
        let items: Vec<String> = (0..12).map(|number| item(number, 200)).collect();
        let parts = split("人社舆情专报", &items, 2048);
        assert!(parts.len() > 3, "{}", parts.len());
        assert!(
            parts
                .iter()
                .all(|part| part.len() <= 2048 - 18 && part.starts_with('△'))
        );
        assert_eq!(parts.join("\n\n"), items.join("\n\n"));
    }

    #[test]
    fn a_long_item_is_cut_behind_a_sentence_and_never_within_a_character() {
        let long = "😀".repeat(30) + "一句话。" + &"字".repeat(400);
        let parts = split("题", std::slice::from_ref(&long), 256);
        assert!(parts[0].ends_with('。'), "{}", parts[0]);
        assert_eq!(parts.concat(), long);
        assert!(parts.iter().all(|part| part.len() <= 256));
        assert_eq!(beginning("字字", 4), "字");
    }

    #[test]
    fn nothing_gives_one_empty_part() {
        assert_eq!(split("题", &[], 2048), [""]);
    }
}
