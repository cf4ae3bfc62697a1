//! 逐行比较 — two texts → the lines that went and came. Pure.

/// A line that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedLine {
    /// It came; else it went.
    pub is_new: bool,
    /// Its number in its own text, from 1.
    pub number: usize,
    /// Its words.
    pub text: String,
}

/// Longer stretches are shown as gone and come as a whole: the table below grows with the square.
const MAX_COMPARED: usize = 2_000;

/// The lines that differ, those that went before those that came.
pub fn changed_lines(old: &str, new: &str) -> Vec<ChangedLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = |(one, other): &(&&str, &&str)| one == other;
    let head = old.iter().zip(&new).take_while(same).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let backwards = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = backwards.take_while(same).count();
    let old_part = &old_rest[..old_rest.len() - tail];
    let new_part = &new_rest[..new_rest.len() - tail];
    let kept = match old_part.len().max(new_part.len()) <= MAX_COMPARED {
        true => common(old_part, new_part),
        false => Vec::new(),
    };
    let mut changed = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    for (next_old, next_new) in kept.into_iter().chain([(old_part.len(), new_part.len())]) {
        let line = |is_new, index: usize, text: &&str| ChangedLine {
            is_new,
            number: head + index + 1,
            text: (*text).to_owned(),
        };
        let gone = old_part[at_old..next_old].iter().zip(at_old..);
        changed.extend(gone.map(|(text, index)| line(false, index, text)));
        let come = new_part[at_new..next_new].iter().zip(at_new..);
        changed.extend(come.map(|(text, index)| line(true, index, text)));
        (at_old, at_new) = (next_old + 1, next_new + 1);
    }
    changed
}

/// Positions of a longest common sequence.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut longest = vec![0_u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i] == new[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut kept) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            kept.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::changed_lines;

    #[test]
    fn only_what_differs_is_named() {
        for (old, new, expected) in [
            ("a\nb\nc", "a\nb\nc", ""),
            ("a\nb\nc", "a\nx\nc", "-2b +2x"),
            ("a\nb", "a\nb\nc\n", "+3c"),
            ("a\nb\nc\nd", "b\nx\nd\ne", "-1a -3c +2x +4e"),
            ("", "a", "+1a"),
            ("a\na\nb", "a\nb", "-2a"),
        ] {
            let lines = changed_lines(old, new);
            let said: Vec<String> = (lines.iter())
                .map(|line| {
                    let sign = if line.is_new { '+' } else { '-' };
                    format!("{sign}{}{}", line.number, line.text)
                })
                .collect();
            assert_eq!(said.join(" "), expected, "{old:?} {new:?}");
        }
    }
}
