//! A query for those who do not write one: words to be there, one of several, not there; who, what and where; the rest to
//! be ticked. It becomes text, which is shown and may be edited.

use crate::index::Query;
use crate::model::{Channel, Level, Sentiment, Topic};
use url::form_urlencoded::parse;

/// 检索式向导.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Builder {
    /// 必须: all of these words.
    pub must: String,
    /// 任一: one of these words.
    pub any: String,
    /// 排除: none of these words.
    pub without: String,
    /// 主体: who is spoken of, one of these words.
    pub who: String,
    /// 事件: what happened, one of these words.
    pub what: String,
    /// 地域: one of these places, named or judged so.
    pub place: String,
    /// Codes.
    pub channels: Vec<Channel>,
    /// Codes.
    pub topics: Vec<Topic>,
    /// Codes.
    pub levels: Vec<Level>,
    /// Codes.
    pub sentiments: Vec<Sentiment>,
    /// 起始.
    pub since: String,
    /// 截止.
    pub until: String,
}

impl Builder {
    /// Reads the form's fields from an address; codes that are none are left alone.
    pub fn read(written: &[u8]) -> Builder {
        let mut own = Builder::default();
        for (name, value) in parse(written) {
            let value = value.trim();
            match &*name {
                "must" => own.must = value.to_owned(),
                "any" => own.any = value.to_owned(),
                "without" => own.without = value.to_owned(),
                "who" => own.who = value.to_owned(),
                "what" => own.what = value.to_owned(),
                "place" => own.place = value.to_owned(),
                "since" => own.since = value.to_owned(),
                "until" => own.until = value.to_owned(),
                "in_channel" => own.channels.extend(value.parse::<Channel>().ok()),
                "in_topic" => own.topics.extend(value.parse::<Topic>().ok()),
                "in_level" => own.levels.extend(value.parse::<Level>().ok()),
                "in_sentiment" => own.sentiments.extend(value.parse::<Sentiment>().ok()),
                _ => {}
            }
        }
        own
    }

    /// The query in its own language; empty where nothing is filled in.
    pub fn query(&self) -> String {
        let mut parts: Vec<String> = words(&self.must);
        for group in [&self.any, &self.who, &self.what] {
            parts.extend(one_of(words(group)));
        }
        let places = words(&self.place).into_iter();
        parts.extend(one_of(
            places
                .flat_map(|place| [place.clone(), format!("属地:{place}")])
                .collect(),
        ));
        parts.extend(codes("渠道", &self.channels, Channel::label));
        parts.extend(codes("主题", &self.topics, Topic::code));
        parts.extend(codes("级别", &self.levels, Level::label));
        parts.extend(codes("情感", &self.sentiments, Sentiment::label));
        for (name, day) in [("起始", &self.since), ("截止", &self.until)] {
            if !day.is_empty() {
                parts.push(format!("{name}:{day}"));
            }
        }
        let without = words(&self.without).into_iter();
        parts.extend(without.map(|word| format!("-{word}")));
        parts.join(" ")
    }
}

/// Words as the language writes them: what could mean something else is quoted.
fn words(written: &str) -> Vec<String> {
    let ends = |c: char| {
        c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；' | '"' | '“' | '”')
    };
    let words = written.split(ends).filter(|word| !word.is_empty());
    words
        .map(|word| Query::Contains(word.to_owned()).to_string())
        .collect()
}

fn one_of(words: Vec<String>) -> Option<String> {
    match words.as_slice() {
        [] => None,
        [word] => Some(word.clone()),
        words => Some(format!("({})", words.join(" OR "))),
    }
}

fn codes<T: Copy>(name: &str, values: &[T], code: impl Fn(T) -> &'static str) -> Option<String> {
    let codes: Vec<&str> = values.iter().map(|value| code(*value)).collect();
    (!codes.is_empty()).then(|| format!("{name}:{}", codes.join(",")))
}

#[cfg(test)]
mod tests {
    use super::Builder;
    use crate::index::Query;

    #[test]
    fn what_is_filled_in_becomes_a_query() {
        for (form, expected) in [
            ("must=&any=+", ""),
            ("must=社保卡、制卡", "社保卡 制卡"),
            ("any=富士康+裕展&without=招聘", "(富士康 OR 裕展) -招聘"),
            (
                "who=社保局&what=排队,没人&place=二七区",
                "社保局 (排队 OR 没人) (二七区 OR 属地:二七区)",
            ),
            (
                "in_channel=forum&in_channel=weibo&in_level=red&in_sentiment=negative&in_topic=QX",
                "渠道:论坛贴吧,微博 主题:QX 级别:红 情感:负",
            ),
            (
                "since=2017-04-01&until=2017-04-30",
                "起始:2017-04-01 截止:2017-04-30",
            ),
            (
                "must=a:b+OR+(c)+-d+\"e\"&in_level=x",
                "\"a:b\" \"OR\" \"(c)\" \"-d\" e",
            ),
            ("without=-x", "-\"-x\""),
        ] {
            let written = Builder::read(form.as_bytes()).query();
            assert_eq!(written, expected, "{form}");
            assert!(written.parse::<Query>().is_ok(), "{written}");
        }
    }
}
