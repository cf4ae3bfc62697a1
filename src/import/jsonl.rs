//! JSON Lines as in README, *Posts as input* → posts. Keys of the contract and Chinese headers are understood, all others
//! kept as they came.

use super::field::Field;
use super::headers::field_of;
use super::row::{Author, Frame, Row};
use super::{Refused, Rows};
use crate::model::{Channel, Post, Timestamp};
use crate::text::mistake::of_json;
use serde_json::{Map, Value};

/// Reads every line; a wrong one is refused with its number and the rest goes on. `channel` stands in where a line
/// names none; `now` is the time of reading where a line names none, its offset the zone of times without one.
pub fn read_jsonl(text: &str, channel: Option<Channel>, now: Timestamp) -> Rows {
    let mut rows = Rows {
        header: vec!["原文".to_owned()],
        is_json_lines: true,
        ..Rows::default()
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let frame = Frame {
        channel,
        date_formats: &[],
        now,
        author: Author::Program,
    };
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        rows.read += 1;
        match read_line(line, &frame) {
            Ok(post) => rows.posts.push((index + 1, post)),
            Err(reason) => rows.refused.push(Refused {
                row: index + 1,
                reason,
                cells: vec![line.to_owned()],
            }),
        }
    }
    rows
}

fn read_line(line: &str, frame: &Frame<'_>) -> Result<Post, String> {
    let no_post = |error| format!("不是一条 JSON 信息（{}）", of_json(line, &error));
    let mut object: Map<String, Value> = serde_json::from_str(line).map_err(no_post)?;
    let origin = Origin::taken_from(&mut object);
    let post = take_apart(object).into_post(frame)?;
    Ok(origin.put_into(post))
}

/// What only our own exports say of a post, beside what was `expected` of its judgement; judging it anew needs it.
#[derive(Default)]
struct Origin {
    source_region: Option<String>,
    is_official: bool,
    floor: Option<u32>,
}

impl Origin {
    fn taken_from(object: &mut Map<String, Value>) -> Origin {
        if !object.contains_key("expected") {
            // Another program means its own by these words: an official account's complaint is a complaint.
            return Origin::default();
        }
        let region = object.get("source_region").and_then(Value::as_str);
        let floor = object.get("floor").and_then(Value::as_u64);
        let origin = Origin {
            source_region: region.map(str::to_owned),
            is_official: object.get("is_official") == Some(&Value::Bool(true)),
            floor: floor.and_then(|floor| floor.try_into().ok()),
        };
        for key in ["source_region", "is_official", "floor"] {
            // What another program means by these words is kept.
            if object
                .get(key)
                .is_some_and(|value| origin.holds(key, value))
            {
                object.remove(key);
            }
        }
        origin
    }

    fn holds(&self, key: &str, value: &Value) -> bool {
        match key {
            "source_region" => self.source_region.is_some(),
            "is_official" => value.is_boolean(),
            _ => self.floor.is_some(),
        }
    }

    fn put_into(self, post: Post) -> Post {
        Post {
            source_region: self.source_region,
            is_official: self.is_official,
            floor: self.floor,
            ..post
        }
    }
}

/// Keys of the contract first, then Chinese headers; English words that are no keys of ours may mean anything and are
/// never a reason to refuse.
fn take_apart(object: Map<String, Value>) -> Row {
    let mut row = Row::default();
    let mut others = Map::new();
    for (key, value) in object {
        match contract_field(&key) {
            Some(field) => drop(row.values.insert(field, value)),
            None => drop(others.insert(key, value)),
        }
    }
    for (key, value) in others {
        match chinese_field(&key) {
            Some(field) if !value.is_null() && !row.values.contains_key(&field) => {
                row.values.insert(field, value);
            }
            _ => drop(row.extra.insert(key, value)),
        }
    }
    row
}

/// Particulars have no English key here: `length` of a foreign program is not the length of a broadcast.
fn contract_field(key: &str) -> Option<Field> {
    let field: Field = key.parse().ok()?;
    (!field.is_particular()).then_some(field)
}

fn chinese_field(key: &str) -> Option<Field> {
    (!key.is_ascii())
        .then(|| field_of(key).map(|(field, _)| field))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::read_jsonl;
    use crate::model::{Channel, Timestamp};

    fn now() -> Timestamp {
        Timestamp::parse_from_rfc3339("2017-04-14T14:00:00+08:00").expect("test time")
    }

    #[test]
    fn a_wrong_line_is_refused_and_the_rest_goes_on() {
        let text = "{\"channel\":\"weibo\",\"source_name\":\"微博\",\"text\":\"一\"}\n\nnot json\n\
                    {\"channel\":\"smoke\",\"source_name\":\"x\",\"text\":\"二\"}\n\
                    {\"channel\":\"论坛贴吧\",\"source_name\":\"论坛\",\"text\":\"三\",\"mood\":7}\n";
        let rows = read_jsonl(text, None, now());
        let refused: Vec<usize> = rows.refused.iter().map(|refused| refused.row).collect();
        assert_eq!((rows.read, refused), (4, vec![3, 4]));
        assert_eq!(rows.posts[1].1.channel, Channel::Forum);
        assert_eq!(rows.posts[1].1.extra["mood"], 7);
    }

    #[test]
    fn mistakes_are_said_in_chinese_and_once() {
        for (line, says) in [
            ("{渠道: \"电视\"}", "第2个字附近：栏名要用英文双引号"),
            (
                "{\"渠道\": \"电视\" \"x\": 1}",
                "第13个字附近：两栏之间缺少英文逗号",
            ),
            ("{\"channel\": tv}", "文字要用英文双引号"),
            ("{\"channel\" \"tv\"}", "缺少英文冒号"),
            ("{\"channel\": \"tv\",}", "多了一个逗号"),
            ("{\"channel\": \"tv\"} {}", "每行只能写一条"),
            ("{\"channel\": \"t\tv\"}", "换行应写作 \\n"),
            ("{\"channel\": \"\\x\"}", "反斜杠"),
            ("{\"channel\": \"tv", "没有写完"),
            ("[1]", "以 { 开头"),
            ("\"13812345678\"", "以 { 开头"),
            ("7", "以 { 开头"),
            ("电视", "以 { 开头"),
        ] {
            let reason = read_jsonl(line, None, now()).refused.remove(0).reason;
            let english = reason.replace("JSON", "").replace("\\n", "");
            assert!(
                reason.contains(says) && !english.contains(|c: char| c.is_ascii_alphabetic()),
                "{line}: {reason}"
            );
        }
    }

    #[test]
    fn local_times_get_the_zone_of_now() {
        let text = "{\"channel\":\"tv\",\"source_name\":\"台\",\"text\":\"x\",\"published_at\":\"2017-04-14 13:58\"}";
        let rows = read_jsonl(text, None, now());
        let published = rows.posts[0].1.published_at.expect("a time");
        assert_eq!(published.at.to_rfc3339(), "2017-04-14T13:58:00+08:00");
    }

    #[test]
    fn chinese_keys_are_understood_and_english_ones_of_others_kept() {
        let text = "{\"渠道\":\"电视\",\"频道\":\"都市频道\",\"栏目\":\"民生栏目\",\"播出时间\":\"2017-04-13 18:20\",\
                    \"文字稿\":\"排队三小时。\",\"时长\":\"3分20秒\",\"content\":\"x\",\"time\":\"gestern\"}";
        let rows = read_jsonl(text, None, now());
        assert_eq!(rows.refused, []);
        let post = &rows.posts[0].1;
        assert_eq!(
            (&*post.source_name, &*post.text),
            ("都市频道《民生栏目》", "排队三小时。")
        );
        assert_eq!(
            (&post.extra["时长秒"], &post.extra["content"]),
            (&200.into(), &"x".into())
        );
    }
}
