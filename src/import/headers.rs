//! Headers and channel names as people write them → fields and channels. The table is `headers.toml`.

use super::field::Field;
use super::row::short;
use crate::model::Channel;
use crate::text::normalize::fold;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

#[derive(Deserialize)]
struct HeadersFile {
    fields: BTreeMap<Field, Vec<String>>,
    channels: BTreeMap<Channel, Vec<String>>,
}

struct Headers {
    /// Folded header → its field and its rank among the headers of that field.
    fields: HashMap<String, (Field, usize)>,
    channels: HashMap<String, Channel>,
}

static HEADERS: LazyLock<Headers> = LazyLock::new(|| {
    let file: HeadersFile = toml::from_str(include_str!("headers.toml"))
        .expect("the table of headers is part of the program");
    let mut headers = Headers {
        fields: HashMap::new(),
        channels: HashMap::new(),
    };
    for (field, names) in file.fields {
        for (rank, name) in names.iter().enumerate() {
            headers.fields.insert(plain(name), (field, rank));
        }
    }
    for (channel, names) in file.channels {
        for name in names {
            headers.channels.insert(plain(&name), channel);
        }
    }
    headers
});

/// The field that a header means, and how good a name for it this is (0 is best).
pub fn field_of(header: &str) -> Option<(Field, usize)> {
    let name = plain(header);
    let known = |name: &str| HEADERS.fields.get(name).copied();
    known(&name).or_else(|| known(without_notes(&name)))
}

/// A channel by its code, its label or another common name.
pub fn channel_of(written: &str) -> Option<Channel> {
    let name = plain(written);
    let by_code = || {
        Channel::ALL
            .iter()
            .copied()
            .find(|channel| channel.code() == name || channel.label() == name)
    };
    by_code().or_else(|| HEADERS.channels.get(&name).copied())
}

/// A channel by any name that tables may use: `tv`, `电视`, `电视台`.
///
/// # Errors
/// A Chinese sentence with the names that are known.
pub fn channel_named(written: &str) -> Result<Channel, String> {
    channel_of(written).ok_or_else(|| {
        let known = Channel::ALL.iter();
        let known: Vec<String> = known
            .map(|channel| format!("{}（{}）", channel.label(), channel.code()))
            .collect();
        format!("渠道“{}”不认识；可用 {}", short(written), known.join("、"))
    })
}

/// A header as it is compared: one width and case, no spaces, no star of required columns, no colon.
pub fn plain(header: &str) -> String {
    let folded = fold(header);
    folded
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | ':' | '\u{feff}' | '\u{200b}'))
        .collect()
}

/// `发布时间(必填)` → `发布时间`.
fn without_notes(name: &str) -> &str {
    match name.find(['(', '[', '【']) {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{channel_of, field_of};
    use crate::import::field::Field;
    use crate::model::Channel;

    #[test]
    fn width_case_spaces_and_notes_do_not_matter() {
        let field = |header: &str| field_of(header).map(|(field, _)| field);
        assert_eq!(field(" ＵＲＬ "), Some(Field::Url));
        assert_eq!(field("*标 题："), Some(Field::Title));
        assert_eq!(
            field("发布时间（必填，如 2017-04-14 13:58）"),
            Some(Field::PublishedAt)
        );
        assert_eq!(field("發布時間"), Some(Field::PublishedAt));
        assert_eq!(field("坐席工号"), None);
    }

    #[test]
    fn every_field_knows_its_own_label() {
        for field in Field::ALL {
            assert_eq!(
                field_of(field.label()).map(|(found, _)| found),
                Some(*field)
            );
        }
    }

    #[test]
    fn channels_have_many_names() {
        assert_eq!(channel_of("微信公众号"), Some(Channel::Wechat));
        assert_eq!(channel_of("抖音"), Some(Channel::Video));
        assert_eq!(channel_of("Weibo"), Some(Channel::Weibo));
        assert_eq!(channel_of("烟囱"), None);
    }
}
