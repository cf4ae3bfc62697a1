//! A post as clustering sees it, with what is asked of it again and again.

use super::likeness::{Compared, Likeness, Rough};
use super::pairs::Pairs;
use crate::model::{Analysis, Level, StoredPost, Timestamp, Topic};

/// One post.
pub struct Seen<'p> {
    pub stored: &'p StoredPost,
    pub likeness: &'p Likeness,
    pub rough: Rough,
    pub at: Timestamp,
    pub event: Option<usize>,
    pub is_copy: bool,
    pub is_placed_by_hand: bool,
}

impl Seen<'_> {
    pub fn at(&self) -> Timestamp {
        self.at
    }

    pub fn compared(&self) -> Compared<'_> {
        Compared {
            post: &self.stored.post,
            likeness: self.likeness,
        }
    }

    pub fn pairs(&self) -> &Pairs {
        self.likeness.pairs(&self.stored.post)
    }

    /// Whoever published earlier has the original.
    pub fn is_before(&self, other: &Seen<'_>) -> bool {
        (self.at, self.stored.id) < (other.at, other.stored.id)
    }

    pub fn analysis(&self) -> Option<&Analysis> {
        self.stored.analysis.as_ref()
    }

    pub fn level(&self) -> Level {
        self.analysis()
            .map_or(Level::None, |analysis| analysis.level)
    }

    pub fn topic(&self) -> Option<Topic> {
        self.analysis().and_then(Analysis::primary_topic)
    }

    /// Code of the place that answers for it.
    pub fn place(&self) -> Option<&str> {
        let region = self.analysis()?.regions.responsible.as_ref()?;
        Some(&region.code)
    }
}
