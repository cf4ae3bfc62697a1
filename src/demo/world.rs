//! The embedded texts → the sample world: every post of every site with its moment, and the moments worth a visit.

use crate::demo::post::{SamplePost, parse_local_minute};
use crate::model::Timestamp;
use serde::Deserialize;

/// The sample world. It holds past and future; the sites show what is published at the clock's time.
#[derive(Debug)]
pub struct World {
    /// 小微博.
    pub weibo: Vec<SamplePost>,
    /// 商城论坛.
    pub bbs: Vec<SamplePost>,
    /// 绿城新闻网.
    pub news: Vec<SamplePost>,
    /// 绿城晨报.
    pub epaper: Vec<SamplePost>,
    /// 中部在线, the province's news feed.
    pub rss: Vec<SamplePost>,
    /// 绿城生活家, a blog about life in the city.
    pub atom: Vec<SamplePost>,
    /// 国家日报网, central media.
    pub central: Vec<SamplePost>,
    /// 政民留言.
    pub gov: Vec<SamplePost>,
}

/// The moments worth a visit: once a day while it is quiet, often while it spreads.
const INSTANTS: &[&str] = &[
    "2017-04-07 20:00",
    "2017-04-08 20:00",
    "2017-04-09 20:00",
    "2017-04-10 12:00",
    "2017-04-10 20:00",
    "2017-04-11 12:00",
    "2017-04-11 20:00",
    "2017-04-12 12:00",
    "2017-04-12 20:00",
    "2017-04-13 12:00",
    "2017-04-13 20:00",
    "2017-04-14 08:30",
    "2017-04-14 12:30",
    "2017-04-14 14:03",
    "2017-04-14 14:13",
    "2017-04-14 14:30",
    "2017-04-14 15:30",
    "2017-04-14 16:35",
    "2017-04-14 18:05",
    "2017-04-14 20:00",
    "2017-04-14 21:30",
    "2017-04-15 08:30",
    "2017-04-15 12:30",
    "2017-04-15 20:00",
    "2017-04-16 12:30",
    "2017-04-16 20:00",
    "2017-04-17 08:30",
    "2017-04-17 12:30",
    "2017-04-17 20:00",
    "2017-04-18 08:35",
];

impl World {
    /// The embedded world.
    pub fn load() -> World {
        World {
            weibo: posts("weibo", include_str!("world/weibo.toml")),
            bbs: posts("bbs", include_str!("world/bbs.toml")),
            news: posts("news", include_str!("world/news.toml")),
            epaper: posts("epaper", include_str!("world/epaper.toml")),
            rss: posts("rss", include_str!("world/rss.toml")),
            atom: posts("atom", include_str!("world/atom.toml")),
            central: posts("central", include_str!("world/central.toml")),
            gov: posts("gov", include_str!("world/gov.toml")),
        }
    }

    /// Before anybody has written anything.
    pub fn begin(&self) -> Timestamp {
        minute("2017-04-07 06:00")
    }

    /// When the last visit is over.
    pub fn end(&self) -> Timestamp {
        minute("2017-04-18 08:40")
    }

    /// The moments worth a visit, in order.
    pub fn instants(&self) -> Vec<Timestamp> {
        INSTANTS.iter().copied().map(minute).collect()
    }
}

/// What is published by `now`, newest first.
pub fn newest_first(posts: &[SamplePost], now: Timestamp) -> Vec<&SamplePost> {
    let mut visible: Vec<&SamplePost> = posts.iter().filter(|post| post.is_visible(now)).collect();
    visible.sort_by_key(|post| std::cmp::Reverse((post.at, post.id)));
    visible
}

/// The post with this id, if it is published by `now`.
pub fn published(posts: &[SamplePost], id: u32, now: Timestamp) -> Option<&SamplePost> {
    posts
        .iter()
        .find(|post| post.id == id && post.is_visible(now))
}

fn posts(name: &str, toml: &str) -> Vec<SamplePost> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        post: Vec<SamplePost>,
    }
    match toml::from_str::<File>(toml) {
        Ok(file) => file.post,
        Err(error) => panic!("world/{name}.toml is part of the program: {error}"),
    }
}

fn minute(text: &str) -> Timestamp {
    parse_local_minute(text).expect("the moments of the world are written here")
}
