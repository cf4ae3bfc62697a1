//! 记忆 — posts of the last batches with what is compared of them, so that a new batch reads and folds only what is new.
//! Derived from the store and checked against its revisions: losing it costs time only.

use super::likeness::Likeness;
use crate::model::PostId;
use crate::store::PostToCluster;
use std::collections::HashMap;
use std::sync::Arc;

/// Posts kept at most; some 10 KB each.
const POSTS_KEPT: usize = 10_000;

/// A post ready to be compared.
#[derive(Clone)]
pub struct Candidate {
    /// As the store gave it.
    pub post: Arc<PostToCluster>,
    pub(super) likeness: Arc<Likeness>,
}

/// What was compared lately.
#[derive(Default)]
pub struct Memory {
    posts: HashMap<PostId, (u64, Candidate)>,
}

impl Memory {
    /// Those of the posts that are not remembered at that revision.
    pub fn unknown(&self, wanted: &[(PostId, u64)]) -> Vec<PostId> {
        let is_unknown = |(id, revision): &&(PostId, u64)| {
            self.posts
                .get(id)
                .is_none_or(|(known, _)| known != revision)
        };
        wanted
            .iter()
            .filter(is_unknown)
            .map(|(id, _)| *id)
            .collect()
    }

    /// A post ready to be compared; its text is read again only if it is new.
    pub fn candidate(&self, post: PostToCluster) -> Candidate {
        let known = self.posts.get(&post.stored.id);
        let likeness = known
            .map(|(_, candidate)| &candidate.likeness)
            .filter(|likeness| likeness.fingerprint() == post.fingerprint)
            .cloned()
            .unwrap_or_else(|| Arc::new(Likeness::of(&post.stored.post, post.fingerprint)));
        Candidate {
            post: Arc::new(post),
            likeness,
        }
    }

    /// The wanted posts in their order, those in `fresh` just read from the store; what was not wanted this time is
    /// forgotten.
    pub fn recall(
        &mut self,
        wanted: &[(PostId, u64)],
        fresh: Vec<PostToCluster>,
    ) -> Vec<Candidate> {
        let mut fresh: HashMap<PostId, Candidate> = fresh
            .into_iter()
            .map(|post| (post.stored.id, self.candidate(post)))
            .collect();
        let mut kept = HashMap::with_capacity(wanted.len().min(POSTS_KEPT));
        let mut recalled = Vec::with_capacity(wanted.len());
        for (id, revision) in wanted {
            let remembered = self.posts.remove(id).filter(|(known, _)| known == revision);
            let candidate = fresh
                .remove(id)
                .or(remembered.map(|(_, candidate)| candidate));
            // A post that went away between two questions is no candidate any more.
            let Some(candidate) = candidate else { continue };
            recalled.push(candidate.clone());
            if recalled.len() + POSTS_KEPT > wanted.len() {
                kept.insert(*id, (*revision, candidate));
            }
        }
        self.posts = kept;
        recalled
    }

    /// Remembers what was placed; its revision is asked for next time, its text need not be read again.
    pub fn keep(&mut self, placed: &[Candidate]) {
        for candidate in placed {
            if self.posts.len() < POSTS_KEPT {
                let id = candidate.post.stored.id;
                self.posts.insert(id, (0, candidate.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::cluster::tests::post;
    use crate::model::PostId;
    use std::sync::Arc;

    #[test]
    fn a_known_post_is_read_again_only_when_it_changed() {
        let mut memory = Memory::default();
        assert_eq!(memory.unknown(&[(PostId(1), 5)]), [PostId(1)]);
        let first = memory.recall(&[(PostId(1), 5)], vec![post(1, "工资没有着落")]);
        assert!(memory.unknown(&[(PostId(1), 5)]).is_empty());
        assert_eq!(memory.unknown(&[(PostId(1), 6)]), [PostId(1)]);
        let again = memory.recall(&[(PostId(1), 6)], vec![post(1, "工资没有着落")]);
        assert!(Arc::ptr_eq(&first[0].likeness, &again[0].likeness));
        assert!(!Arc::ptr_eq(&first[0].post, &again[0].post));
    }

    #[test]
    fn a_post_that_went_away_is_no_candidate() {
        let mut memory = Memory::default();
        memory.recall(&[(PostId(1), 5)], vec![post(1, "工资没有着落")]);
        assert!(memory.recall(&[(PostId(1), 6)], Vec::new()).is_empty());
        assert_eq!(memory.unknown(&[(PostId(1), 5)]), [PostId(1)]);
    }
}
