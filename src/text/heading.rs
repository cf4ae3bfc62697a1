//! What a post is called in lists: its title, or the beginning of its text.

/// Characters of a text that stands for a title.
const TEXT_CHARS: usize = 40;

/// The title; of a post without one the beginning of the text. On one line.
pub fn heading(title: &str, text: &str) -> String {
    let line = |words: &str| words.replace(char::is_control, " ").trim().to_owned();
    let title = line(title);
    if !title.is_empty() {
        return title;
    }
    let start: String = text.chars().take(TEXT_CHARS).collect();
    let end = match text.chars().nth(TEXT_CHARS) {
        Some(_) => "…",
        None => "",
    };
    line(&start) + end
}

#[cfg(test)]
mod tests {
    use super::heading;

    #[test]
    fn a_post_without_a_title_is_called_by_its_first_words() {
        assert_eq!(heading("社保卡\n换卡难", "正文"), "社保卡 换卡难");
        assert_eq!(heading(" ", "窗口排队"), "窗口排队");
        let long = heading("", &"排".repeat(41));
        assert_eq!(long, format!("{}…", "排".repeat(40)));
    }
}
