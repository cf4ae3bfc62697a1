//! 信息数 — what is counted of the posts of a day, a month, a year. Parts add up.

use super::count::keys_without_office;
use crate::model::{CountedAs, CountedPost};
use crate::stats::Figures;
use std::collections::BTreeSet;
use std::sync::Arc;

/// 信息数.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PostCount {
    /// Figures that count posts, but those by office: which office answers may change with a date.
    pub figures: Figures,
    /// 传播家数 — outlets and places that published something relevant, copies included.
    pub outlets: BTreeSet<Arc<str>>,
    /// 发现时延 of relevant originals in milliseconds, ascending.
    pub delays_ms: Vec<i64>,
}

impl PostCount {
    /// Counts posts.
    pub fn of(posts: &[CountedPost]) -> PostCount {
        let mut counted = PostCount::default();
        for post in posts {
            let standing = post.facts.standing;
            for key in keys_without_office(&post.facts) {
                counted.figures.add(key, 1);
            }
            if matches!(standing, CountedAs::Judged | CountedAs::Copy)
                && !counted.outlets.contains(post.outlet.as_str())
            {
                counted.outlets.insert(post.outlet.as_str().into());
            }
            if standing == CountedAs::Judged {
                counted.delays_ms.extend(post.delay_ms);
            }
        }
        counted.delays_ms.sort_unstable();
        counted
    }

    /// Parts together.
    pub fn sum<'p>(parts: impl IntoIterator<Item = &'p PostCount>) -> PostCount {
        let mut whole = PostCount::default();
        for part in parts {
            whole.figures.take(&part.figures);
            whole.outlets.extend(part.outlets.iter().cloned());
            whole.delays_ms.extend(&part.delays_ms);
        }
        whole.delays_ms.sort_unstable();
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::PostCount;
    use crate::model::{
        Channel, CountedAs, CountedPost, Facts, Intent, Jurisdiction, Level, Sentiment, Topic,
    };

    fn post(standing: CountedAs, outlet: &str, delay_ms: Option<i64>) -> CountedPost {
        CountedPost {
            facts: Facts {
                channel: Channel::Forum,
                standing,
                level: Level::Yellow,
                sentiment: Sentiment::Negative,
                intent: Intent::Complaint,
                jurisdiction: Jurisdiction::City,
                place: String::new(),
                topics: vec![Topic::Qx],
            },
            outlet: outlet.to_owned(),
            delay_ms,
        }
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let posts = [
            post(CountedAs::Judged, "甲", Some(3)),
            post(CountedAs::Copy, "乙", Some(1)),
            post(CountedAs::Irrelevant, "丙", Some(2)),
            post(CountedAs::Judged, "甲", Some(1)),
            post(CountedAs::Judged, "丁", None),
        ];
        let whole = PostCount::of(&posts);
        let parts = [PostCount::of(&posts[..2]), PostCount::of(&posts[2..])];
        assert_eq!(PostCount::sum(&parts), whole);
        assert_eq!(whole.outlets.len(), 3, "those of what is relevant");
        assert_eq!(whole.delays_ms, [1, 3], "those of originals");
        assert_eq!(whole.figures.count("spread"), 4);
    }
}
