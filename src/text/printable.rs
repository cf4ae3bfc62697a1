//! Words as strangers sent them → words that may be stored, shown in a terminal and printed: without control characters.
//! It keeps lines and every visible character; what the words mean is not its business.

use std::borrow::Cow;

/// The text with `\n` at the end of each line, blanks for tabs, and no other control character: those would steer a
/// terminal, and no Word file may hold them.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_control() && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut printable = String::with_capacity(text.len());
    let mut previous = '\0';
    for character in text.chars() {
        match character {
            '\n' if previous == '\r' => {}
            // Excel and old editors end lines with one of these.
            '\r' | '\x0b' | '\x0c' | '\u{85}' => printable.push('\n'),
            '\t' => printable.push(' '),
            '\n' => printable.push('\n'),
            other if other.is_control() => {}
            other => printable.push(other),
        }
        previous = character;
    }
    Cow::Owned(printable)
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn lines_and_tabs_stay_as_lines_and_blanks() {
        assert_eq!(
            printable("一\r\n二\r三\n四\x0b五\t六"),
            "一\n二\n三\n四\n五 六"
        );
    }

    #[test]
    fn what_steers_a_terminal_goes() {
        assert_eq!(printable("补\0贴\x1b[2J\u{9b}"), "补贴[2J");
    }
}
