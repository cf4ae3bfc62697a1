//! Which event a post belongs to: that of its thread, else the one it is closest to.

use super::essence::closeness;
use super::likeness::headline;
use super::seen::Seen;
use super::{State, thread_of};
use crate::model::Level;

/// Cosine with an event's first post at which two posts say the same in other words.
const SAME_MATTER: f64 = 0.4;
/// Events whose essence a post covers less are not looked at again.
const GLANCE_COVERAGE: f64 = 0.12;

impl<'p> State<'p> {
    /// A reply belongs where its thread does; any other post to the event whose essence it covers most, or else to one
    /// whose first post says the same in other words.
    pub(super) fn closest_event(&self, number: usize) -> Option<usize> {
        if let Some(event) = self.event_of_thread(number) {
            return Some(event);
        }
        let post = &self.posts[number];
        let mut best: Option<(usize, f64)> = None;
        for (event, covered) in self.voices.coverage(post.pairs()) {
            // Of events equally close the latest in the list counts.
            let is_better = best.is_none_or(|(before, most)| (most, before) < (covered, event));
            if is_better && self.is_close(number, event, covered) && self.is_in_time(number, event)
            {
                best = Some((event, covered));
            }
        }
        best.map(|(event, _)| event)
    }

    fn is_close(&self, number: usize, event: usize, covered: f64) -> bool {
        covered >= self.needed_coverage(number, event)
            || covered >= GLANCE_COVERAGE && self.says_the_same(number, event)
    }

    fn says_the_same(&self, number: usize, event: usize) -> bool {
        let Some(first) = self.representative(event) else {
            return false;
        };
        let (ours, theirs) = (self.posts[number].pairs(), first.pairs());
        closeness(ours, theirs, &self.commonness) >= SAME_MATTER
    }

    pub(super) fn representative(&self, event: usize) -> Option<&Seen<'p>> {
        let first = self.by_id.get(&self.events[event].draft.representative)?;
        Some(&self.posts[*first])
    }

    fn event_of_thread(&self, number: usize) -> Option<usize> {
        let post = &self.posts[number].stored.post;
        post.floor.filter(|floor| *floor > 1)?;
        let thread = thread_of(post.url.as_deref()?);
        let first = &self.posts[*self.threads.get(thread)?];
        first.event.filter(|event| self.is_happening(*event))
    }

    /// About one thing, named after a post: no gathering, unless a person put one and a happening together.
    pub(super) fn is_happening(&self, event: usize) -> bool {
        let draft = &self.events[event].draft;
        let is_named = |first: &Seen<'_>| headline(&first.stored.post) == draft.title;
        !draft.is_gathering || self.representative(event).is_some_and(is_named)
    }

    /// Events of another time are other events.
    fn is_in_time(&self, number: usize, event: usize) -> bool {
        let window = self.settings.window();
        let at = self.posts[number].at;
        let mut members = self.events[event].members.iter();
        members.any(|member| (at - self.posts[*member].at).abs() <= window)
    }

    /// While an event is hot, what is said about its topic and its place is most likely said about it.
    fn needed_coverage(&self, number: usize, event: usize) -> f64 {
        let (post, draft) = (&self.posts[number], &self.events[event].draft);
        let representative = self.representative(event);
        let is_same_matter = representative.is_some_and(|first| {
            first.topic().is_some()
                && first.topic() == post.topic()
                && first.place() == post.place()
        });
        if draft.level >= Level::Orange && is_same_matter {
            self.settings.hot_event_similarity
        } else {
            self.settings.event_similarity
        }
    }
}
