//! 示例年 — a whole year of posts, as JSON Lines to be imported: the weekly rhythm, topics with their season, a score of
//! emergencies, days on which nothing happens, and around them the advertisements, other cities and small talk that a
//! monitor has to tell apart. The same year and number give the same posts, word for word. All texts are our own.

mod dice;
mod texts;

use crate::demo::clock::china;
use crate::model::Timestamp;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Weekday};
use dice::Dice;
use serde::Serialize;
use texts::{Kind, Texts};

/// Of a year that has 25,000 posts.
const FULL_YEAR: u64 = 25_000;
/// 诉求 of such a year; a bureau of this size prints about 750.
const COMPLAINTS: u64 = 860;
/// Complaints that many read.
const YELLOWS: u64 = 42;
/// 应急.
const EMERGENCIES: u64 = 20;
/// Of a hundred working days, those on which nothing is worth an issue.
const QUIET_PERCENT: u64 = 13;
/// A new day of work begins at this hour: what comes later belongs to the next issue.
const CUTOFF_HOUR: u32 = 8;

/// One post of the sample year; the field names are those of the contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct YearPost {
    /// Running number.
    pub id: String,
    /// 链接.
    pub url: String,
    /// 渠道.
    pub channel: &'static str,
    /// 来源.
    pub source_name: &'static str,
    /// Title; microblogs have none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Body.
    pub text: String,
    /// 发帖人.
    pub author: String,
    /// 发布时间.
    pub published_at: Timestamp,
    /// 监测时间.
    pub fetched_at: Timestamp,
    /// 评论.
    pub comments: u64,
    /// 转发.
    pub reposts: u64,
    /// 点赞.
    pub likes: u64,
    /// What it was written as: `complaint`, `ad`; for whoever compares.
    pub kind: &'static str,
}

/// Posts of a year, in the order in which they are found. About `count`; complaints and emergencies in proportion.
pub fn year(year: i32, count: u64) -> Vec<YearPost> {
    let writer = Writer {
        texts: Texts::load(),
        dice: Dice::new(u64::from(year.unsigned_abs()).wrapping_mul(0x5851_f42d_4c95_7f2d)),
        posts: Vec::new(),
    };
    writer.write(year, count)
}

struct Writer {
    texts: Texts,
    dice: Dice,
    posts: Vec<YearPost>,
}

impl Writer {
    fn write(mut self, year: i32, count: u64) -> Vec<YearPost> {
        let days = days_of(year);
        let busy = self.busy_days(&days);
        let part = |full: u64| (full * count).div_ceil(FULL_YEAR);
        for _ in 0..part(COMPLAINTS) {
            self.complaint(&busy);
        }
        for _ in 0..part(YELLOWS) {
            let (place, heat) = (self.place(&busy), 80 + self.dice.below(180));
            self.serious("yellow", place, heat);
        }
        for number in 0..part(EMERGENCIES) {
            // Spread over the year.
            let place = busy[(number * busy.len() as u64 / part(EMERGENCIES)) as usize];
            let heat = 20 + self.dice.below(120);
            self.serious("emergency", place, heat);
        }
        let copies = self.posts.len() as u64 / 4;
        for _ in 0..copies {
            self.copy();
        }
        while (self.posts.len() as u64) < count {
            self.noise(&days);
        }
        self.posts
            .sort_by_key(|post| (post.fetched_at, post.published_at));
        for (number, post) in (1_u64..).zip(&mut self.posts) {
            post.id = format!("Y{year}-{number:06}");
            post.url = format!(
                "http://{}.example.cn/{year}/{number}",
                post.channel.replace('_', "-")
            );
        }
        self.posts
    }

    /// Days that people complain on: without those of a quiet working day, and the days off before it. Days off count
    /// for less.
    fn busy_days(&mut self, days: &[NaiveDate]) -> Vec<NaiveDate> {
        let mut busy = Vec::new();
        let mut waiting = Vec::new();
        for day in days {
            waiting.push(*day);
            // What is written on Friday after the cut-off is read on Monday, together with the weekend's.
            if matches!(day.weekday(), Weekday::Fri | Weekday::Sat) {
                continue;
            }
            let is_quiet = self.dice.below(100) < QUIET_PERCENT;
            let kept = std::mem::take(&mut waiting);
            if !is_quiet {
                let working = |day: &&NaiveDate| day.weekday().num_days_from_monday() < 5;
                busy.extend(kept.iter().filter(working));
                busy.extend(&kept);
            }
        }
        busy
    }

    fn place(&mut self, busy: &[NaiveDate]) -> NaiveDate {
        *self.dice.pick(busy)
    }

    fn complaint(&mut self, busy: &[NaiveDate]) {
        let day = self.place(busy);
        let month = day.month0() as usize;
        let weight = |kind: &Kind| kind.months.get(month).copied().unwrap_or(1);
        let weights: Vec<u64> = self.texts.complaint.iter().map(weight).collect();
        let place = self.dice.weighed(&weights);
        let (title, text) = self.words("complaint", place);
        let channel = ["forum", "forum", "weibo", "weibo", "message_board", "video"];
        let channel = *self.dice.pick(&channel);
        let numbers = [self.dice.below(24), self.dice.below(8), self.dice.below(60)];
        self.put("complaint", channel, day, (title, text), numbers);
    }

    /// `heat` is what readers did with it, comments and reposts together.
    fn serious(&mut self, kind: &'static str, day: NaiveDate, heat: u64) {
        let kinds = self.kinds(kind);
        let place = self.dice.below(kinds.len() as u64) as usize;
        let is_hot = self.kinds(kind)[place].heat;
        let words = self.words(kind, place);
        let heat = if is_hot { 2400 + heat * 20 } else { heat };
        let channel = *self.dice.pick(&["weibo", "weibo", "forum"]);
        let numbers = [heat * 3 / 5, heat * 2 / 5, heat / 2];
        self.put(kind, channel, day, words, numbers);
    }

    /// The same words a few hours later somewhere else.
    fn copy(&mut self) {
        let mut copy = self.dice.pick(&self.posts).clone();
        let hours = TimeDelta::minutes(20 + self.dice.below(100).cast_signed());
        copy.channel = if copy.channel == "forum" {
            "weibo"
        } else {
            "forum"
        };
        copy.source_name = source(copy.channel, &mut self.dice);
        copy.author = author(&mut self.dice);
        copy.published_at += hours;
        copy.fetched_at = copy.published_at + TimeDelta::minutes(9);
        (copy.comments, copy.reposts, copy.likes) = (1, 0, 2);
        copy.kind = "copy";
        self.posts.push(copy);
    }

    fn noise(&mut self, days: &[NaiveDate]) {
        let kinds = ["ad", "elsewhere", "life", "news", "consult"];
        let kind = kinds[self.dice.weighed(&[34, 22, 34, 2, 8])];
        let day = loop {
            let day = *self.dice.pick(days);
            let is_off = day.weekday().num_days_from_monday() >= 5;
            if !is_off || self.dice.below(3) > 0 {
                break day;
            }
        };
        let place = self.dice.below(self.kinds(kind).len() as u64) as usize;
        let words = self.words(kind, place);
        let channels = self.kinds(kind)[place].channel.clone();
        let channel = known_channel(self.dice.pick::<String>(&channels));
        let numbers = [self.dice.below(6), self.dice.below(3), self.dice.below(20)];
        self.put(kind, channel, day, words, numbers);
    }

    fn kinds(&self, kind: &str) -> &[Kind] {
        let texts = &self.texts;
        match kind {
            "complaint" => &texts.complaint,
            "yellow" => &texts.yellow,
            "emergency" => &texts.emergency,
            "ad" => &texts.ad,
            "elsewhere" => &texts.elsewhere,
            "news" => &texts.news,
            "consult" => &texts.consult,
            _ => &texts.life,
        }
    }

    fn words(&mut self, kind: &str, place: usize) -> (String, String) {
        let mut dice = self.dice.clone();
        let chosen = &self.kinds(kind)[place];
        let (title, text) = (dice.pick(&chosen.titles), dice.pick(&chosen.texts));
        let said = (
            self.texts.say(title, &mut dice),
            self.texts.say(text, &mut dice),
        );
        self.dice = dice;
        said
    }

    fn put(
        &mut self,
        kind: &'static str,
        channel: &'static str,
        day: NaiveDate,
        (title, text): (String, String),
        [comments, reposts, likes]: [u64; 3],
    ) {
        let published_at = self.moment(day);
        let found_after = TimeDelta::minutes(4 + self.dice.below(40).cast_signed());
        let title = if channel == "weibo" {
            String::new()
        } else {
            title
        };
        self.posts.push(YearPost {
            id: String::new(),
            url: String::new(),
            channel,
            source_name: source(channel, &mut self.dice),
            title,
            text,
            author: author(&mut self.dice),
            published_at,
            fetched_at: published_at + found_after,
            comments,
            reposts,
            likes,
            kind,
        });
    }

    /// Between the cut-off of the day and late evening, so that a day's posts belong to one issue.
    fn moment(&mut self, day: NaiveDate) -> Timestamp {
        let hour = CUTOFF_HOUR + 1 + u32::try_from(self.dice.below(13)).unwrap_or(0);
        let minute = u32::try_from(self.dice.below(60)).unwrap_or(0);
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
        (day.and_time(time).and_local_timezone(china()))
            .single()
            .expect("a fixed offset has each local time once")
    }
}

fn days_of(year: i32) -> Vec<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let days = (0..366).map(|day| first + Days::new(day));
    days.filter(|day| day.year() == year).collect()
}

fn known_channel(name: &str) -> &'static str {
    match name {
        "news" => "news",
        "newspaper" => "newspaper",
        "wechat" => "wechat",
        "video" => "video",
        "message_board" => "message_board",
        "weibo" => "weibo",
        _ => "forum",
    }
}

fn source(channel: &str, dice: &mut Dice) -> &'static str {
    let names: &[&'static str] = match channel {
        "weibo" => &["小微博"],
        "news" => &["绿城新闻网", "中部在线", "商都资讯"],
        "newspaper" => &["绿城晨报", "中部日报"],
        "wechat" => &["绿城生活家", "郑漂日记", "中部热点"],
        "video" => &["短视频平台"],
        "message_board" => &["政民留言板"],
        _ => &["商城论坛", "绿城贴吧", "郑州市民论坛"],
    };
    dice.pick::<&'static str>(names)
}

fn author(dice: &mut Dice) -> String {
    format!("网友{:05}", dice.below(60_000))
}

#[cfg(test)]
mod tests;
