//! 旧闻翻炒 — a new post that repeats what was published long ago, as if it had just happened (`spec.md` 9.1, P75).

use super::Candidate;
use super::likeness::headline;
use crate::model::{OldNews, Timestamp};
use chrono::{Datelike, TimeDelta};

/// What was published so long before is old.
pub const OLD_NEWS_AGE: TimeDelta = TimeDelta::days(90);
/// Share of the shorter text's pieces that stand in the other one.
const MIN_SHARE: f64 = 0.5;
/// Pieces by which a post is found: every one of a text of 1,000 letters, fewer of a longer one.
const SEARCH_PIECES: usize = 64;
/// Common pieces: names of offices alone are fewer.
const MIN_COMMON: usize = 20;

impl Candidate {
    /// Some pieces of its words, by which the store finds older posts that say the same; none for posts that cannot be
    /// old news, as an office repeats its notices every year.
    pub fn search_pieces(&self) -> Vec<u32> {
        if self.post.stored.post.is_official {
            return Vec::new();
        }
        let mut pieces = self.likeness.search_pieces();
        // They are in order, so that two texts keep the same ones.
        pieces.truncate(SEARCH_PIECES);
        pieces
    }
}

/// The old post that a new one repeats most.
pub fn old_news(new: &Candidate, older: &[Candidate]) -> Option<OldNews> {
    let at = new.post.stored.post.effective_at();
    let is_old = |old: &&Candidate| at - old.post.stored.post.effective_at() >= OLD_NEWS_AGE;
    let alike = older.iter().filter(is_old).filter_map(|old| {
        let (common, share) = new.likeness.common_with_shorter(&old.likeness);
        (common >= MIN_COMMON && share >= MIN_SHARE).then_some((old, share))
    });
    // Of equally close ones the first in the list counts: the store names the earliest first.
    let (old, share) = alike.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let post = &old.post.stored.post;
    let source = post.outlet.as_deref().unwrap_or(&post.source_name);
    let published = post.effective_at();
    Some(OldNews {
        of: old.post.stored.id,
        reason: format!(
            "旧闻翻炒：与{source}{}年{}月{}日所发“{}”有{}%的字句相同，已隔{}，请先核实是否为新近发生的事",
            published.year(),
            published.month(),
            published.day(),
            headline(post),
            (share * 100.0).round(),
            interval(published, at),
        ),
    })
}

/// `4年`, `97天`.
fn interval(from: Timestamp, to: Timestamp) -> String {
    let days = (to - from).num_days();
    if days < 365 {
        return format!("{days}天");
    }
    format!("{}年", days * 100 / 36525)
}

#[cfg(test)]
mod tests {
    use super::old_news;
    use crate::cluster::tests::post;
    use crate::cluster::{Candidate, Memory};
    use chrono::TimeDelta;

    const OLD: &str = "记者在市社会保险办事大厅看到，市民有椅子不敢坐，站着排起了长队。工作人员说，叫号机坏了三天，\
        维修的人还没有来，只好请大家排队等候，下午三点前取到号的都能办完。";

    fn candidate(text: &str, days_ago: i64) -> Candidate {
        let mut post = post(1, text);
        let published = post.stored.post.published_at.as_mut().expect("given");
        published.at -= TimeDelta::days(days_ago);
        post.stored.post.outlet = Some("示例商报".to_owned());
        Memory::default().candidate(post)
    }

    #[test]
    fn a_part_of_an_old_report_is_old_news_and_says_of_what() {
        let new = candidate(
            "大厅办成“跑断腿”？市社会保险办事大厅里，市民有椅子不敢坐，站着排起了长队。工作人员说，叫号机坏了三天",
            0,
        );
        let found = old_news(&new, &[candidate(OLD, 1563)]).expect("old");
        assert_eq!(
            found.reason,
            "旧闻翻炒：与示例商报2013年1月2日所发“记者在市社会保险办事大厅看到，市民有椅子不敢坐，站着排…”有73%的字句相同，\
             已隔4年，请先核实是否为新近发生的事"
        );
    }

    #[test]
    fn what_is_recent_or_merely_about_the_same_is_not() {
        let new = candidate(OLD, 0);
        assert_eq!(old_news(&new, &[candidate(OLD, 89)]), None);
        let other = "市社会保险办事大厅今天恢复叫号，市民说比上周快了许多，不用再站着等，半个小时就能办好手续回家。";
        assert_eq!(old_news(&candidate(other, 0), &[candidate(OLD, 400)]), None);
    }

    #[test]
    fn an_office_may_repeat_itself() {
        let mut notice = post(1, OLD);
        notice.stored.post.is_official = true;
        assert!(
            Memory::default()
                .candidate(notice)
                .search_pieces()
                .is_empty()
        );
        assert!(!candidate(OLD, 0).search_pieces().is_empty());
    }
}
