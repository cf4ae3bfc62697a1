//! 热点归拢 — one happening is one event: what began beside it before it was hot comes to it once it is (`spec.md` 9.2,
//! A1: the first post was a picture with hardly a word of what thousands said an hour later).

use super::State;
use super::draft::Draft;
use crate::model::Level;

impl State<'_> {
    /// Events on the topic and place of an orange or red one that began later, within its time, with a post that says a
    /// little of what it says, become part of it. Of two hot ones the earlier stays. What a person placed stays where it is.
    pub(super) fn draw_together(&mut self) {
        let mut hot: Vec<usize> = (0..self.events.len())
            .filter(|event| self.is_happening(*event) && self.level_of(*event) >= Level::Orange)
            .collect();
        hot.sort_by_key(|event| self.representative(*event).map(|first| first.at));
        for event in hot {
            // In order of time: what comes in says more of what it is about.
            for later in self.in_order_of_time(event) {
                if self.is_of(later, event) {
                    for member in self.events[later].members.clone() {
                        self.join(member, event);
                    }
                }
            }
        }
    }

    /// The level that the event will have: its posts may have risen since it was saved.
    fn level_of(&self, event: usize) -> Level {
        let Draft { draft, members, .. } = &self.events[event];
        let levels = members.iter().map(|member| self.posts[*member].level());
        levels.fold(draft.level, Level::max)
    }

    fn in_order_of_time(&self, hot: usize) -> Vec<usize> {
        let mut others: Vec<usize> = (0..self.events.len())
            .filter(|other| *other != hot && self.is_happening(*other))
            .collect();
        others.sort_by_key(|other| self.representative(*other).map(|first| first.at));
        others
    }

    fn is_of(&self, later: usize, hot: usize) -> bool {
        let (Some(first), Some(said)) = (self.representative(hot), self.representative(later))
        else {
            return false;
        };
        let members = &self.events[later].members;
        let is_by_hand = |member: &usize| self.posts[*member].is_placed_by_hand;
        let is_same_matter = first.topic().is_some()
            && (first.topic(), first.place()) == (said.topic(), said.place());
        is_same_matter
            && !members.is_empty()
            && !members.iter().any(is_by_hand)
            && !said.is_before(first)
            && said.at - first.at <= self.settings.window()
            && members.iter().any(|member| self.says_of(*member, hot))
    }

    fn says_of(&self, number: usize, event: usize) -> bool {
        let mut covered = self.voices.coverage(self.posts[number].pairs());
        covered.any(|(other, share)| other == event && share >= self.settings.hot_event_similarity)
    }
}
