//! 征象 — what the first judgement found in a post, as signs that the classifiers of our examples read beside the text: a
//! word that an editor adds to the lexicon counts for them too.

use crate::analyze::draft::Draft;
use crate::analyze::found::Found;
use crate::analyze::rules::Rules;
use crate::analyze::terms::{Meaning, OrgKind, OrgRank, Strength};
use crate::model::{Intent, Post};
use crate::text::classifier::Signs;

/// Lengths of short posts, in characters.
const LENGTHS: [usize; 4] = [30, 60, 100, 180];

/// Steps of the score of sentiment.
const SCORES: [&str; 9] = ["-4", "-3", "-2", "-1", "0", "1", "2", "3", "4"];

/// All signs of a post.
pub(super) fn read(post: &Post, found: &Found, draft: &Draft, rules: &Rules) -> Signs {
    let mut signs = Signs::default();
    signs.add(&["channel", post.channel.code()]);
    add_words(&mut signs, found, rules);
    add_form(&mut signs, post, found);
    add_judgement(&mut signs, draft);
    signs
}

/// Terms, organisations, cues, groups and filters.
fn add_words(signs: &mut Signs, found: &Found, rules: &Rules) {
    let mut counts = vec![0_usize; rules.group_count()];
    let mut cues: Vec<Intent> = Vec::new();
    for hit in &found.hits {
        match hit.meaning {
            Meaning::Term(topic, strength) => {
                let strength = code_of(strength);
                signs.add(&["term", topic.code(), strength]);
                if found.reading.is_head(hit.start) {
                    signs.add(&["head", topic.code(), strength]);
                }
            }
            Meaning::Org(kind, rank) => {
                signs.add(&["org", code_of_kind(kind)]);
                signs.add(&["rank", code_of_rank(rank)]);
            }
            Meaning::Intent(intent, _) if !cues.contains(&intent) => cues.push(intent),
            Meaning::Group(group, _) => counts[group] += 1,
            Meaning::Filter(filter) => signs.add(&["filter", rules.filter_name(filter)]),
            _ => {}
        }
    }
    for intent in cues {
        let weight = found.intent_weight(intent);
        for (from, sign) in [(0.0, "cue"), (1.0, "cue1"), (2.0, "cue2")] {
            if weight >= from {
                signs.add(&[sign, intent.code()]);
            }
        }
    }
    for (name, group) in rules.group_names() {
        for (from, sign) in [(1, "group"), (2, "group2")] {
            if counts[group] >= from {
                signs.add(&[sign, name]);
            }
        }
    }
}

/// How it is written.
fn add_form(signs: &mut Signs, post: &Post, found: &Found) {
    let text = found.reading.text();
    signs.add_if(!post.title.is_empty(), "titled");
    signs.add_if(text.contains('?'), "asks");
    signs.add_if(text.trim_end().ends_with('?'), "ends_asking");
    signs.add_if(text.contains('!'), "exclaims");
    signs.add_if(text.contains('我'), "me");
    signs.add_if(text.contains('你'), "you");
    let step = LENGTHS.partition_point(|length| *length <= found.reading.len());
    signs.add(&["length", ["0", "1", "2", "3", "4"][step]]);
}

/// What the judges by rules made of it.
fn add_judgement(signs: &mut Signs, draft: &Draft) {
    if let Some(noise) = draft.noise {
        signs.add(&["noise", noise.code()]);
    }
    signs.add(&["place", draft.places.jurisdiction.code()]);
    signs.add_if(draft.places.is_org_here, "org_here");
    signs.add_if(draft.places.names_home, "home");
    signs.add_if(draft.about.is_about, "about");
    signs.add_if(draft.is_official, "official");
    signs.add_if(draft.is_danger, "danger");
    signs.add_if(draft.crowd.is_gathering, "gathering");
    signs.add_if(draft.crowd.is_planned, "planned");
    signs.add_if(draft.crowd.size.is_some(), "crowd");
    signs.add_if(draft.crowd.size.is_some_and(|size| size >= 5), "crowd5");
    if let Some(topic) = draft.topics.first() {
        signs.add(&["topic", topic.code.code()]);
    }
    signs.add(&["sentiment", draft.sentiment.code()]);
    let step = (draft.stance.score * 4.0).round().clamp(-4.0, 4.0) + 4.0;
    signs.add(&["score", SCORES[step as usize]]);
    signs.add(&["intent", draft.intent.intent.code()]);
}

fn code_of(strength: Strength) -> &'static str {
    match strength {
        Strength::Strong => "strong",
        Strength::Generic => "generic",
        Strength::Weak => "weak",
        Strength::Context => "context",
    }
}

fn code_of_kind(kind: OrgKind) -> &'static str {
    match kind {
        OrgKind::Bureau => "bureau",
        OrgKind::Hall => "hall",
        OrgKind::Hotline => "hotline",
    }
}

fn code_of_rank(rank: OrgRank) -> &'static str {
    match rank {
        OrgRank::City => "city",
        OrgRank::Province => "province",
        OrgRank::Nation => "nation",
        OrgRank::Any => "any",
    }
}
