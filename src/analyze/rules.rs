//! 规则 — the rule files, checked and compiled once. What they say about one post is decided elsewhere.

use crate::analyze::compile::Compiler;
use crate::analyze::files::{Home, LevelsFile, RuleFiles, TopicBlock};
use crate::analyze::letters::Letters;
use crate::analyze::models::Models;
use crate::analyze::terms::Terms;
use crate::analyze::{pairs::Pair, variants::Variants};
use crate::model::{Problem, Timestamp, Topic};
use crate::text::segment::Segmenter;
use crate::text::synonyms::Synonyms;
use std::collections::HashMap;
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3Default;

/// 规则 — everything `analyze` knows, compiled.
pub struct Rules {
    pub(super) terms: Terms,
    pub(super) letters: Letters,
    pub(super) variants: Variants,
    pub(super) pairs: Vec<Pair>,
    pub(super) places: Vec<Place>,
    pub(super) elsewhere: Vec<OtherPlace>,
    pub(super) accounts: Vec<Account>,
    pub(super) levels: LevelsFile,
    pub(super) home: Home,
    pub(super) models: Models,
    topics: HashMap<Topic, TopicBlock>,
    groups: HashMap<String, usize>,
    filter_names: Vec<String>,
    synonyms: Synonyms,
    segmenter: Arc<Segmenter>,
    version: String,
}

/// A place of the gazetteer.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub name: String,
    pub code: String,
    pub kind: PlaceKind,
    /// Must stand beside another sign of the city, for its name occurs elsewhere too.
    pub needs_anchor: bool,
    /// Code of the place that answers, where it is not the place itself.
    pub answer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceKind {
    Province,
    City,
    District,
    Street,
    Landmark,
}

/// A place outside the city.
#[derive(Clone, Debug)]
pub(super) struct OtherPlace {
    pub name: String,
}

/// An account or outlet that we know.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub name: String,
    /// 官方账号.
    pub is_official: bool,
    /// Code of the place the account is bound to.
    pub region: Option<String>,
}

/// When part of our work became another authority's.
pub(super) struct Handover<'r> {
    pub successor: &'r str,
    pub until: chrono::NaiveDate,
}

impl Rules {
    /// Checks and compiles the rule files.
    ///
    /// # Errors
    /// All problems found, each with file and line, said to the person who can mend them.
    pub fn compile(files: RuleFiles) -> Result<Rules, Vec<Problem>> {
        let version = version_of(&files);
        let mut compiler = Compiler::default();
        compiler.add_topics(&files.topics);
        for (name, content) in &files.lexicon {
            compiler.add_table(name, content);
        }
        compiler.check_groups(&files.levels);
        let models = Models::read(&files.models, &mut compiler.problems);
        let segmenter = Segmenter::new(compiler.words.iter().map(String::as_str));
        let terms = compiler.terms.build();
        if terms.is_none() {
            compiler.problems.push(Problem {
                file: "lexicon".to_owned(),
                line: 0,
                key: "term".to_owned(),
                message: "没有任何词，请放回随程序附带的词表".to_owned(),
            });
        }
        match terms {
            Some(terms) if compiler.problems.is_empty() => Ok(Rules {
                terms,
                letters: compiler.letters.build(),
                variants: Variants::build(compiler.variants),
                pairs: compiler.pairs,
                places: compiler.places,
                elsewhere: compiler.elsewhere,
                accounts: compiler.accounts,
                levels: files.levels,
                home: files.home,
                models,
                topics: (files.topics.topic.into_iter())
                    .map(|block| (block.code, block))
                    .collect(),
                groups: compiler.groups.into_iter().zip(0..).collect(),
                filter_names: compiler.filters,
                synonyms: compiler.synonyms.with_words(compiler.words),
                segmenter: Arc::new(segmenter),
                version,
            }),
            _ => Err(compiler.problems),
        }
    }

    /// 同义词、同音词.
    pub fn synonyms(&self) -> &Synonyms {
        &self.synonyms
    }

    /// The segmenter that knows the words of these rules.
    pub fn segmenter(&self) -> &Arc<Segmenter> {
        &self.segmenter
    }

    /// 承办处室 — who handles the topic at that moment: our office, or whoever has taken the topic over.
    pub fn office(&self, topic: Topic, at: Timestamp) -> &str {
        let Some(block) = self.topics.get(&topic) else {
            return "办公室";
        };
        match (&block.until, &block.successor) {
            (Some(until), Some(successor)) if at.date_naive() >= *until => successor,
            _ => &block.office,
        }
    }

    /// 判级规则, in the order of the file.
    pub fn levels(&self) -> &LevelsFile {
        &self.levels
    }

    /// 主题 with its terms.
    pub fn topic(&self, topic: Topic) -> Option<&TopicBlock> {
        self.topics.get(&topic)
    }

    /// Codes of a place of the gazetteer, said by its name or code, and of all that lies in it; none for any other word.
    pub fn codes_in(&self, said: &str) -> Vec<String> {
        // Codes count from the left: two digits for the province, two for the city, two for the district.
        let mut begins: Vec<&str> = Vec::new();
        for place in (self.places.iter()).filter(|place| place.name == said || place.code == said) {
            let digits = match place.kind {
                PlaceKind::Province => 2,
                PlaceKind::City => 4,
                PlaceKind::District => 6,
                PlaceKind::Street | PlaceKind::Landmark => continue,
            };
            begins.extend(place.code.get(..digits));
        }
        let is_in = |place: &&Place| begins.iter().any(|begin| place.code.starts_with(begin));
        let mut codes: Vec<String> = (self.places.iter().filter(is_in))
            .map(|place| place.code.clone())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Hash of the rule files; judgements made by other rules can be told apart.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Name of a topic as printed.
    pub(super) fn topic_name(&self, topic: Topic) -> &str {
        self.topics
            .get(&topic)
            .map_or(topic.label(), |block| block.name.as_str())
    }

    /// Who has the topic, or the part of it that `terms` name, at that moment, if no longer we.
    pub(super) fn handed_over(
        &self,
        topic: Topic,
        terms: &[String],
        at: Timestamp,
    ) -> Option<Handover<'_>> {
        let block = self.topics.get(&topic)?;
        if let (Some(until), Some(successor)) = (block.until, &block.successor)
            && at.date_naive() >= until
        {
            return Some(Handover { successor, until });
        }
        let part = block.handed_over.iter().find(|part| {
            at.date_naive() >= part.until && part.terms.iter().any(|term| terms.contains(term))
        })?;
        Some(Handover {
            successor: &part.successor,
            until: part.until,
        })
    }

    /// Position of a group, if any word belongs to it.
    pub(super) fn group(&self, name: &str) -> Option<usize> {
        self.groups.get(name).copied()
    }

    /// Names of the groups with their positions, in no order.
    pub(super) fn group_names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.groups
            .iter()
            .map(|(name, group)| (name.as_str(), *group))
    }

    /// Number of groups.
    pub(super) fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// Name of a filter.
    pub(super) fn filter_name(&self, filter: usize) -> &str {
        &self.filter_names[filter]
    }

    /// Position of a filter.
    pub(super) fn filter(&self, name: &str) -> Option<usize> {
        self.filter_names.iter().position(|filter| filter == name)
    }

    /// Name of a district or city as printed.
    pub(super) fn place_name(&self, code: &str) -> String {
        let is_named = |place: &&Place| {
            place.code == code
                && matches!(
                    place.kind,
                    PlaceKind::District | PlaceKind::City | PlaceKind::Province
                )
        };
        self.places
            .iter()
            .find(is_named)
            .map_or_else(String::new, |place| place.name.clone())
    }
}

/// Hash over everything that may change a judgement.
/// The table that no judgement reads.
const SYNONYMS: &str = "synonyms.tsv";

fn version_of(files: &RuleFiles) -> String {
    let mut everything = format!("{:?}{:?}{:?}", files.topics, files.levels, files.home);
    // Synonyms serve searches only.
    let judging = files.lexicon.iter().filter(|(name, _)| name != SYNONYMS);
    for (name, content) in judging {
        everything.push_str(name);
        everything.push_str(content);
    }
    let mut hash = Xxh3Default::new();
    hash.update(everything.as_bytes());
    for (name, bytes) in &files.models {
        hash.update(name.as_bytes());
        hash.update(bytes);
    }
    format!("{:016x}", hash.digest())
}
