//! What an event's page counts from its posts: curves, sources, who was first and who copied. Pure: members in, figures and
//! rows out.

use crate::document::{Chart, ChartKind, Series};
use crate::model::{Channel, Member, OutletTier, PostId, Sentiment, Timestamp};
use chrono::{DurationRound, TimeDelta};
use std::collections::{BTreeMap, HashSet};

/// Up to this length an event is drawn by the hour.
const BY_HOUR: TimeDelta = TimeDelta::hours(48);
/// Steps drawn at most, the latest ones.
const MOST_STEPS: usize = 60;
/// Names of sources in a row of the table.
const NAMED_SOURCES: usize = 6;
/// Copies listed of one post.
const LISTED_COPIES: usize = 10;
/// Posts whose copies are listed.
const LISTED_ORIGINALS: usize = 4;

/// 来源 of one channel and one tier of outlets.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// 渠道.
    pub channel: &'static str,
    /// 媒体级别.
    pub tier: &'static str,
    /// The first to publish first, `等N家` where there are more.
    pub names: String,
    /// Posts.
    pub post_count: usize,
    /// 转载 among them.
    pub copy_count: usize,
    /// When the first of them was published.
    pub first_at: Timestamp,
}

/// A post, and who copied it.
#[derive(Debug, PartialEq, Eq)]
pub struct Spread {
    /// The post.
    pub original: PostId,
    /// Its copies in the order of time, with the minutes after it.
    pub copies: Vec<(PostId, i64)>,
    /// Copies that are not listed.
    pub more: usize,
}

/// Volume and sentiment, by the hour where it is a short event, else by the day; `members` (at least one) are in the order
/// of time.
pub fn curves(members: &[Member]) -> [Chart; 2] {
    let (first, last) = (members[0].at, members[members.len() - 1].at);
    let is_short = last - first <= BY_HOUR;
    let step = if is_short {
        TimeDelta::hours(1)
    } else {
        TimeDelta::days(1)
    };
    let (unit, format) = if is_short {
        ("每小时", "%-d日%-H时")
    } else {
        ("每日", "%-m月%-d日")
    };
    let begin = |at: Timestamp| begin_of(at, step);
    let mut steps = Vec::new();
    let mut moment = begin(last);
    while moment >= begin(first) && steps.len() < MOST_STEPS {
        steps.push(moment);
        moment -= step;
    }
    steps.reverse();
    let placed: Vec<(usize, &Member)> = (members.iter())
        .filter(|member| member.at >= steps[0])
        .filter_map(|member| Some((steps.binary_search(&begin(member.at)).ok()?, member)))
        .collect();
    let count = |counts: &dyn Fn(&Member) -> bool| {
        let mut values = vec![0.0; steps.len()];
        for (place, _) in placed.iter().filter(|(_, member)| counts(member)) {
            values[*place] += 1.0;
        }
        values
    };
    let series = |name: &str, values: Vec<f64>| Series {
        name: name.to_owned(),
        values,
    };
    let shown = if begin(first) < steps[0] {
        format!("（最近{MOST_STEPS}天）")
    } else {
        String::new()
    };
    let chart = |what: &str, series| Chart {
        title: format!("{unit}{what}{shown}"),
        kind: ChartKind::Stacked,
        labels: steps
            .iter()
            .map(|at| at.format(format).to_string())
            .collect(),
        series,
    };
    [
        chart(
            "信息量",
            vec![
                series("原发", count(&|member| member.repost_of.is_none())),
                series("转载", count(&|member| member.repost_of.is_some())),
            ],
        ),
        chart(
            "情感",
            Sentiment::ALL
                .iter()
                .map(|sentiment| {
                    let label = match sentiment {
                        Sentiment::Negative => "负面",
                        Sentiment::Neutral => "中性",
                        Sentiment::Positive => "正面",
                    };
                    series(label, count(&|member| member.sentiment == Some(*sentiment)))
                })
                .collect(),
        ),
    ]
}

/// By the clock of the bureau.
fn begin_of(at: Timestamp, step: TimeDelta) -> Timestamp {
    let local = at.naive_local().duration_trunc(step);
    let begin = local.map_or(at.naive_local(), |local| local);
    at - (at.naive_local() - begin)
}

/// Who published it, by channel and tier of outlet, the most powerful first.
pub fn sources(members: &[Member]) -> Vec<SourceRow> {
    let mut groups: BTreeMap<(OutletTier, Channel), Vec<&Member>> = BTreeMap::new();
    for member in members {
        let group = groups.entry((member.tier, member.channel)).or_default();
        group.push(member);
    }
    let row = |((tier, channel), members): ((OutletTier, Channel), Vec<&Member>)| {
        let mut seen = HashSet::new();
        let mut names: Vec<&str> = (members.iter().map(|member| member.source.as_str()))
            .filter(|name| seen.insert(*name))
            .collect();
        let all = names.len();
        names.truncate(NAMED_SOURCES);
        let mut names = names.join("、");
        if all > NAMED_SOURCES {
            names += &format!("等{all}家");
        }
        SourceRow {
            channel: channel.label(),
            tier: tier.label(),
            names,
            post_count: members.len(),
            copy_count: members
                .iter()
                .filter(|member| member.repost_of.is_some())
                .count(),
            first_at: members[0].at,
        }
    };
    groups.into_iter().map(row).collect()
}

/// The earliest post and those most copied, each with its copies; `members` (at least one) are in the order of time.
pub fn spread(members: &[Member]) -> Vec<Spread> {
    let mut copies: BTreeMap<PostId, Vec<&Member>> = BTreeMap::new();
    for member in members {
        if let Some(original) = member.repost_of {
            copies.entry(original).or_default().push(member);
        }
    }
    let mut originals: Vec<&Member> = members
        .iter()
        .filter(|member| copies.contains_key(&member.id))
        .collect();
    originals.sort_by_key(|original| std::cmp::Reverse(copies[&original.id].len()));
    let first = &members[0];
    originals.retain(|original| original.id != first.id);
    originals.insert(0, first);
    originals.truncate(LISTED_ORIGINALS);
    let of = |original: &Member| {
        let copies = copies.get(&original.id).map_or(&[][..], Vec::as_slice);
        let after = |copy: &&Member| (copy.id, (copy.at - original.at).num_minutes());
        Spread {
            original: original.id,
            copies: copies.iter().take(LISTED_COPIES).map(after).collect(),
            more: copies.len().saturating_sub(LISTED_COPIES),
        }
    };
    originals.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::{curves, sources, spread};
    use crate::model::{
        Channel, Engagement, Level, Member, OutletTier, PostId, Sentiment, Timestamp,
    };
    use chrono::TimeDelta;

    fn member(id: i64, minutes: i64, source: &str, repost_of: Option<i64>) -> Member {
        let begin = Timestamp::parse_from_rfc3339("2017-04-13T23:50:00+08:00").expect("test time");
        let at = begin + TimeDelta::minutes(minutes);
        Member {
            id: PostId(id),
            at,
            first_seen_at: at,
            channel: Channel::News,
            source: source.to_owned(),
            tier: OutletTier::T3,
            is_official: false,
            repost_of: repost_of.map(PostId),
            level: Level::Yellow,
            sentiment: Some(Sentiment::Negative),
            engagement: Engagement::default(),
            old_news: None,
        }
    }

    #[test]
    fn a_short_event_is_drawn_by_the_hour_and_a_long_one_by_the_day() {
        let short = [member(1, 0, "晚报", None), member(2, 20, "早报", Some(1))];
        let [volume, sentiment] = curves(&short);
        assert_eq!(volume.title, "每小时信息量");
        assert_eq!(volume.labels, ["13日23时", "14日0时"]);
        assert_eq!(volume.series[0].values, [1.0, 0.0]);
        assert_eq!(volume.series[1].values, [0.0, 1.0]);
        assert_eq!(sentiment.series[0].values, [1.0, 1.0]);
        let long = [
            member(1, 0, "晚报", None),
            member(2, 70 * 1440, "早报", None),
        ];
        let [volume, _] = curves(&long);
        assert_eq!(volume.title, "每日信息量（最近60天）");
        assert_eq!(volume.labels.len(), 60);
        assert_eq!(volume.labels[59], "6月22日");
        assert_eq!(volume.series[0].values.iter().sum::<f64>(), 1.0);
    }

    #[test]
    fn the_earliest_stands_first_and_copies_follow_with_their_minutes() {
        let members = [
            member(1, 0, "晚报", None),
            member(2, 5, "论坛", None),
            member(3, 30, "早报", Some(2)),
            member(4, 90, "网站", Some(2)),
        ];
        let told = spread(&members);
        assert_eq!(told[0].original, PostId(1));
        assert_eq!(told[0].copies, []);
        assert_eq!(told[1].copies, [(PostId(3), 25), (PostId(4), 85)]);
        let rows = sources(&members);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].names, "晚报、论坛、早报、网站");
        assert_eq!((rows[0].post_count, rows[0].copy_count), (4, 2));
    }
}
