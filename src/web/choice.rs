//! One of several: what a form sends, what people read, whether it is chosen.

/// `<option>`.
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it stands chosen.
    pub is_chosen: bool,
}

/// Choices in their order; the one whose value is `chosen` stands chosen.
pub fn choices<V: Into<String>, L: Into<String>>(
    all: impl IntoIterator<Item = (V, L)>,
    chosen: &str,
) -> Vec<Choice> {
    let choice = |(value, label): (V, L)| {
        let value = value.into();
        Choice {
            is_chosen: value == chosen,
            value,
            label: label.into(),
        }
    };
    all.into_iter().map(choice).collect()
}
