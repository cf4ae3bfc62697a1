//! The posts of the search benchmark.

use chrono::{DateTime, NaiveDate};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use yuqing::model::{Channel, Post, PostId, Precision, PublishedAt, StoredPost, Timestamp};

/// A short post of the collection.
pub struct Microblog {
    pub day: NaiveDate,
    pub text: String,
}

/// The collection, where it lies beside the project.
pub fn microblogs() -> Option<Vec<Microblog>> {
    let data = std::env::var_os("YUQING_EVAL_DATA")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let file = File::open(data.join("bulk/weibo_497k.jsonl.gz")).ok()?;
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    let read = |line: std::io::Result<String>| {
        let row: serde_json::Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        Microblog {
            day: row["d"]
                .as_str()
                .and_then(|day| day.parse().ok())
                .expect("a day"),
            text: row["t"].as_str().expect("a text").to_owned(),
        }
    };
    Some(lines.map(read).collect())
}

/// So many posts.
pub struct Corpus {
    pub texts: Vec<String>,
    days: Vec<NaiveDate>,
}

impl Corpus {
    /// The first `size` posts; further ones take every other clause from a post elsewhere.
    pub fn of(posts: &[Microblog], size: usize) -> Corpus {
        let text = |number: usize| {
            let (round, place) = (number / posts.len(), number % posts.len());
            let own = &posts[place].text;
            if round == 0 {
                return own.clone();
            }
            let other = &posts[(place + round * 7919) % posts.len()].text;
            let (mut own, mut other) = (clauses(own), clauses(other));
            let mut mixed = String::new();
            loop {
                let (one, two) = (own.next(), other.nth(1));
                if one.is_none() {
                    return mixed;
                }
                mixed.extend(one.into_iter().chain(two));
                own.next();
            }
        };
        Corpus {
            texts: (0..size).map(text).collect(),
            days: (0..size)
                .map(|number| posts[number % posts.len()].day)
                .collect(),
        }
    }

    /// Articles of five posts each.
    pub fn of_articles(posts: &[Microblog], size: usize) -> Corpus {
        let mut parts = Corpus::of(posts, size * 5);
        let days = parts.days.chunks(5).map(|days| days[0]).collect();
        let texts = (parts.texts.chunks_mut(5))
            .map(|texts| texts.concat())
            .collect();
        Corpus { texts, days }
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> u64 {
        self.texts.iter().map(|text| text.len() as u64).sum()
    }

    /// Text of a post; ids begin at 1.
    pub fn text(&self, id: PostId) -> &str {
        &self.texts[usize::try_from(id.0 - 1).expect("ids begin at 1")]
    }

    /// Stored posts, so many at a time.
    pub fn batches(&self, size: usize) -> impl Iterator<Item = Vec<StoredPost>> + '_ {
        let batch = move |begin: usize| {
            let end = (begin + size).min(self.texts.len());
            (begin..end).map(|number| self.stored(number)).collect()
        };
        (0..self.texts.len()).step_by(size).map(batch)
    }

    fn stored(&self, number: usize) -> StoredPost {
        let at = published(self.days[number], number);
        let post = Post {
            url: Some(format!("https://weibo.example.cn/{number}")),
            text: self.texts[number].clone(),
            author: Some("网友".to_owned()),
            published_at: Some(PublishedAt {
                at,
                precision: Precision::Minute,
                is_inferred: false,
            }),
            ..Post::bare(Channel::Weibo, "微博", at)
        };
        StoredPost::fresh(PostId(number as i64 + 1), post)
    }
}

fn published(day: NaiveDate, number: usize) -> Timestamp {
    let minute = number % (24 * 60);
    let written = format!("{day}T{:02}:{:02}:00+08:00", minute / 60, minute % 60);
    DateTime::parse_from_rfc3339(&written).expect("a moment")
}

fn clauses(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['，', '。', '！', '？', ' ', '\n'])
}
