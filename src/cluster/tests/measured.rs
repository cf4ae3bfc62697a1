//! What clustering makes of real posts. They are not part of the repository: without them the tests say so and pass;
//! with them they hold the floors of `tests/fixtures/eval/scores.toml`.

use super::post;
use crate::cluster::alignment::Aligner;
use crate::cluster::dress::{self, Words};
use crate::cluster::{Candidate, ClusterSettings, Memory, cluster};
use crate::model::{Event, EventId, Intent, Post, PostId, Precision, PublishedAt, Timestamp};
use crate::store::{EventMembers, PostToCluster};
use crate::text::fingerprint::fingerprint;
use crate::text::normalize::letters;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Posts placed at a time, as they would come in.
const BATCH: usize = 500;

fn data(file: &str) -> Option<PathBuf> {
    let root = std::env::var_os("YUQING_EVAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let file = root.join(file);
    if !file.is_file() {
        println!("skipped: {} is absent", file.display());
        return None;
    }
    Some(file)
}

#[derive(Deserialize)]
struct Floors {
    copies: CopyFloors,
    events: EventFloors,
}

#[derive(Deserialize)]
struct CopyFloors {
    precision: f64,
    recall: f64,
    exact_recall: f64,
}

#[derive(Deserialize)]
struct EventFloors {
    recall: f64,
    purity: f64,
}

fn floors() -> Floors {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/eval/scores.toml");
    let text = std::fs::read_to_string(path).expect("part of the repository");
    toml::from_str(&text).expect("floors of copies and events")
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

/// Posts of one topic, in the order of the table, one a second.
fn one_topic() -> Option<Vec<String>> {
    let mut table = csv::Reader::from_path(data("events/one_topic_posts.csv")?).expect("a table");
    let rows = table.records().map(|row| row.expect("a row"));
    Some(
        rows.map(|row| row[1].trim().to_owned())
            .filter(|text| letters(text).count() > 0)
            .collect(),
    )
}

fn posts(texts: &[String]) -> Vec<PostToCluster> {
    let mut posts: Vec<PostToCluster> = (1..).zip(texts).map(|(id, text)| post(id, text)).collect();
    for post in &mut posts {
        let at = posts_begin() + chrono::TimeDelta::seconds(post.stored.id.0);
        publish(&mut post.stored.post, at);
        // Copies alone are looked for.
        post.stored.analysis = None;
    }
    posts
}

fn posts_begin() -> Timestamp {
    Timestamp::parse_from_rfc3339("2019-01-01T00:00:00+08:00").expect("a time")
}

fn publish(post: &mut Post, at: Timestamp) {
    post.published_at = Some(PublishedAt {
        at,
        precision: Precision::Minute,
        is_inferred: false,
    });
    post.fetched_at = at;
}

fn settings() -> ClusterSettings {
    super::SETTINGS.clone()
}

/// 转载 → 首发, as numbers in the list of texts.
fn copies_among(texts: &[String]) -> Vec<(usize, usize)> {
    let memory = Memory::default();
    let posts: Vec<Candidate> = posts(texts)
        .into_iter()
        .map(|post| memory.candidate(post))
        .collect();
    let started = Instant::now();
    let clusters = cluster(&posts, &[], &[], &settings());
    println!(
        "{} posts placed in {} ms",
        posts.len(),
        started.elapsed().as_millis()
    );
    let number = |id: PostId| usize::try_from(id.0 - 1).expect("counted from 1");
    let copies = clusters.copies.into_iter();
    copies
        .map(|(copy, original)| (number(copy), number(original)))
        .collect()
}

/// Levenshtein's distance as a share of the longer text, by the definition; what copying adds is left out.
fn difference(left: &str, right: &str) -> f64 {
    let bare = |text: &str| {
        let post = post(1, text).stored.post;
        dress::forwarded(text).unwrap_or_else(|| Words::of(&post).joined())
    };
    let (left, right) = (bare(left), bare(right));
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (place, other) in right.iter().enumerate() {
            let above = row[place + 1];
            let replaced = diagonal + usize::from(letter != other);
            row[place + 1] = replaced.min(above + 1).min(row[place] + 1);
            diagonal = above;
        }
    }
    share(row[right.len()], left.len().max(right.len()))
}

/// Exact reposts among posts of one topic: of those whose text was posted before, how many are found (recall)? Of all
/// that is found, how many differ from their original in no more than 15 % of the letters, or share at least 85 % of the
/// shorter one with it (a comment or a paragraph was added)?
#[test]
fn reposts_among_posts_of_one_topic() {
    let Some(texts) = one_topic() else { return };
    let copies: HashMap<usize, usize> = copies_among(&texts).into_iter().collect();
    let mut seen = HashSet::new();
    let exact: Vec<usize> = (0..texts.len())
        .filter(|post| !seen.insert(&texts[*post]))
        .collect();
    let found = exact
        .iter()
        .filter(|post| copies.contains_key(post))
        .count();
    let recall = share(found, exact.len());
    let is_true = |copy: &usize, original: &usize| {
        let (copy, original) = (&texts[*copy], &texts[*original]);
        if difference(copy, original) <= 0.15 {
            return true;
        }
        let (ours, theirs): (Vec<char>, Vec<char>) =
            (letters(copy).collect(), letters(original).collect());
        let needed = 0.85 * ours.len().min(theirs.len()) as f64;
        Aligner::new(&ours).shares(&theirs, needed.ceil() as usize)
    };
    let right = copies
        .iter()
        .filter(|(copy, original)| is_true(copy, original))
        .count();
    let precision = share(right, copies.len());
    println!(
        "one topic: {} exact reposts, found {found} ({recall:.4}); {} copies, right {right} ({precision:.4})",
        exact.len(),
        copies.len()
    );
    let floors = floors().copies;
    assert!(recall >= floors.exact_recall && precision >= floors.precision);
}

/// Numbers without a pattern, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }

    fn letter(&mut self) -> char {
        let code = 0x4e00 + self.below(0x2000) as u32;
        char::from_u32(code).expect("an ideograph")
    }
}

/// Changes one character after another, at most a tenth of all.
fn changed(text: &str, kind: usize, dice: &mut Dice) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let changes = 1 + dice.below(characters.len() / 10);
    for _ in 0..changes {
        let place = dice.below(characters.len());
        match if kind == 3 { dice.below(3) } else { kind } {
            0 => drop(characters.remove(place)),
            1 => characters.insert(place, dice.letter()),
            _ => characters[place] = dice.letter(),
        }
    }
    characters.into_iter().collect()
}

fn variant(text: &str, kind: usize, dice: &mut Dice) -> String {
    match kind {
        0..=3 => changed(text, kind, dice),
        4 => format!("{text}（转自某某论坛）"),
        5 => format!("转：{text} 来源：某某日报"),
        6 => format!("说得太对了，大家都来看看//@某某：{text}"),
        7 => format!("{}转自某某网", changed(text, 3, dice)),
        _ => format!("哈哈//@甲某:转发微博//@某某：{}", changed(text, 2, dice)),
    }
}

/// Texts and one changed copy of each, in nine ways. A found pair is right when both come from one text, or when the
/// texts themselves differ in no more than 15 %.
#[test]
fn changed_copies_of_real_texts() {
    let (Some(topic), Some(messages)) = (one_topic(), messages()) else {
        return;
    };
    let mut seen = HashSet::new();
    let messages = messages.into_iter().map(|message| message.text);
    let base: Vec<String> = (topic.into_iter().step_by(8).chain(messages.step_by(4)))
        .filter(|text| {
            letters(text).count() >= 25 && !text.contains("//@") && seen.insert(text.clone())
        })
        .collect();
    let mut dice = Dice(1);
    let variants = base
        .iter()
        .enumerate()
        .map(|(number, text)| variant(text, number % 9, &mut dice));
    let variants: Vec<String> = variants.collect();
    let all: Vec<String> = base.iter().chain(&variants).cloned().collect();
    let copies = copies_among(&all);
    let of = |post: usize| post % base.len();
    let mut found = [0; 9];
    let mut right = 0;
    for (copy, original) in &copies {
        let is_same = of(*copy) == of(*original);
        right += usize::from(is_same || difference(&base[of(*copy)], &base[of(*original)]) <= 0.15);
        if *copy >= base.len() {
            found[of(*copy) % 9] += 1;
        }
    }
    let precision = share(right, copies.len());
    let recall = share(found.iter().sum(), base.len());
    println!(
        "changed copies: {} texts, by kind {found:?} of {}; recall {recall:.4}, {} found, precision {precision:.4}",
        base.len(),
        base.len() / 9,
        copies.len()
    );
    let floors = floors().copies;
    assert!(recall >= floors.recall && precision >= floors.precision);
}

#[derive(Deserialize)]
struct Message {
    id: i64,
    title: String,
    published_at: String,
    text: String,
}

impl Message {
    fn at(&self) -> Timestamp {
        let time = self.published_at.replace('-', "/");
        let local = chrono::NaiveDateTime::parse_from_str(&time, "%Y/%m/%d %H:%M:%S")
            .or_else(|_| chrono::NaiveDateTime::parse_from_str(&time, "%Y/%m/%d %H:%M"));
        let zone = *posts_begin().offset();
        local
            .expect("a time")
            .and_local_timezone(zone)
            .single()
            .expect("one moment")
    }
}

fn messages() -> Option<Vec<Message>> {
    let text = std::fs::read_to_string(data("events/messages.jsonl")?).expect("readable");
    let messages = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a message"));
    let mut messages: Vec<Message> = messages.collect();
    messages.sort_by_key(|message| (message.at(), message.id));
    Some(messages)
}

#[derive(Deserialize)]
struct Vote {
    event: String,
    id: i64,
    votes: u32,
}

/// Messages of another city, all as relevant originals that may begin an event, without topics and places of ours (so
/// that nothing gathers), over years, in batches as they came.
fn events_of(messages: &[Message]) -> Vec<Vec<i64>> {
    let settings = ClusterSettings {
        event_window: Duration::from_secs(3 * 365 * 86_400),
        ..settings()
    };
    let memory = Memory::default();
    let candidate = |message: &Message| {
        let mut waiting = post(message.id, &message.text);
        waiting.fingerprint = fingerprint(&format!("{}{}", message.title, message.text));
        waiting.stored.post.title.clone_from(&message.title);
        publish(&mut waiting.stored.post, message.at());
        let analysis = waiting.stored.analysis.as_mut().expect("judged");
        analysis.topics.clear();
        analysis.regions.responsible = None;
        analysis.intent = Intent::Consult;
        memory.candidate(waiting)
    };
    let all: Vec<Candidate> = messages.iter().map(candidate).collect();
    let mut copies = HashMap::new();
    let mut events: Vec<EventMembers> = Vec::new();
    for start in (0..all.len()).step_by(BATCH) {
        let waiting = &all[start..(start + BATCH).min(all.len())];
        let is_original = |known: &&Candidate| !copies.contains_key(&known.post.stored.id);
        let known: Vec<Candidate> = all[..start].iter().filter(is_original).cloned().collect();
        let clusters = cluster(waiting, &known, &events, &settings);
        copies.extend(clusters.copies);
        for draft in clusters.events {
            let number = draft
                .id
                .map_or(events.len(), |id| usize::try_from(id.0).expect("ours"));
            let event = EventMembers {
                event: Event {
                    id: EventId(number as i64),
                    title: draft.title,
                    level: draft.level,
                    level_reason: draft.level_reason,
                    phase: draft.phase,
                    is_gathering: draft.is_gathering,
                    topic: draft.topic,
                    first_at: posts_begin(),
                    last_at: posts_begin(),
                    post_count: 0,
                    source_count: 0,
                },
                representative: draft.representative,
                members: draft.members,
            };
            match events.get_mut(number) {
                Some(known) => *known = event,
                None => events.push(event),
            }
        }
    }
    let ids = |event: EventMembers| event.members.into_iter().map(|id| id.0).collect();
    events.into_iter().map(ids).collect()
}

/// Six clusters that several teams found, by votes: a message belongs to one when at least two teams say so; one vote
/// alone is disputed and counts neither way. Each cluster is compared with the event of ours that holds most of it.
/// Recall: messages found there, of all in the six. Purity: those messages, of all in these events of ours.
#[test]
fn events_that_several_teams_found() {
    let (Some(messages), Some(votes)) = (messages(), data("events/silver_events.json")) else {
        return;
    };
    let votes = std::fs::read_to_string(votes).expect("readable");
    let votes: Vec<Vote> = serde_json::from_str(&votes).expect("votes");
    let started = Instant::now();
    let events = events_of(&messages);
    println!(
        "{} messages, {} events, {} ms",
        messages.len(),
        events.len(),
        started.elapsed().as_millis()
    );
    let names: Vec<&str> = {
        let mut seen = HashSet::new();
        votes
            .iter()
            .map(|vote| vote.event.as_str())
            .filter(|name| seen.insert(*name))
            .collect()
    };
    let (mut found_all, mut voted_all, mut held_all) = (0, 0, 0);
    let mut mean = 0.0;
    for (number, name) in names.iter().enumerate() {
        let of = |is_wanted: fn(&Vote) -> bool| -> HashSet<i64> {
            let wanted = votes
                .iter()
                .filter(|vote| vote.event == *name && is_wanted(vote));
            wanted.map(|vote| vote.id).collect()
        };
        let (voted, disputed) = (of(|vote| vote.votes >= 2), of(|vote| vote.votes < 2));
        let count = |event: &[i64]| event.iter().filter(|id| voted.contains(id)).count();
        let best = events
            .iter()
            .max_by_key(|event| count(event))
            .expect("an event");
        let held = best.iter().filter(|id| !disputed.contains(id)).count();
        let found = count(best);
        println!(
            "cluster {number}: {found} of {} voted, among {held} held",
            voted.len()
        );
        mean += share(found, voted.len()) / names.len() as f64;
        found_all += found;
        voted_all += voted.len();
        held_all += held;
    }
    let (recall, purity) = (share(found_all, voted_all), share(found_all, held_all));
    println!("events: recall {recall:.4} (mean of clusters {mean:.4}), purity {purity:.4}");
    let floors = floors().events;
    assert!(recall >= floors.recall && purity >= floors.purity);
}
