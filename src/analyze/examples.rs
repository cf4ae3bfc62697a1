//! 样例模型 — the five classifiers that are trained with our examples (`config/examples`), and what they say of one post.

use crate::model::{Intent, Sentiment, Topic};
use crate::text::classifier::{Bundle, Characters, Class, Classifier};
use std::str::FromStr;

/// Their names, in the order in which they are kept.
const NAMES: [&str; 5] = [
    "examples.about",
    "examples.relevant",
    "examples.topic",
    "examples.sentiment",
    "examples.intent",
];
const ABOUT: usize = 0;
const RELEVANT: usize = 1;
const TOPIC: usize = 2;
const SENTIMENT: usize = 3;
const INTENT: usize = 4;

/// Words that are named as the ground of an answer.
const WORDS: usize = 3;

/// The five classifiers.
pub(super) struct Examples(Bundle);

/// Is this the name of one of them?
pub(super) fn is_name(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Does one of them know a class of this name?
pub(super) fn is_class(name: &str, class: &str) -> bool {
    match NAMES.iter().position(|known| *known == name) {
        Some(ABOUT) => class == "about",
        Some(RELEVANT) => class == "relevant",
        Some(TOPIC) => Topic::from_str(class).is_ok(),
        Some(SENTIMENT) => Sentiment::from_str(class).is_ok(),
        Some(INTENT) => Intent::from_str(class).is_ok(),
        _ => false,
    }
}

impl Examples {
    /// Takes the classifiers together; `None` where one is missing. They must read the same features.
    ///
    /// # Errors
    /// The name of one that reads others.
    pub fn new(mut classifiers: Vec<Classifier>) -> Result<Option<Examples>, String> {
        let rank = |classifier: &Classifier| NAMES.iter().position(|name| *name == classifier.task);
        classifiers.sort_by_key(rank);
        if classifiers.len() < NAMES.len() {
            return Ok(None);
        }
        Bundle::new(classifiers).map(|bundle| Some(Examples(bundle)))
    }

    /// Asks them about a post, with what the rules found in it.
    pub fn ask<'a>(&'a self, post: &'a Characters) -> ByExamples<'a> {
        ByExamples {
            examples: self,
            post,
            probabilities: self.0.probabilities(post),
        }
    }
}

/// What they say of a post.
pub(super) struct ByExamples<'a> {
    examples: &'a Examples,
    post: &'a Characters,
    probabilities: Vec<Vec<f32>>,
}

/// How sure an answer is, and the words that gave it.
pub(super) struct Said {
    /// 0…1.
    pub probability: f32,
    pub words: Vec<String>,
}

impl Said {
    /// Where nothing speaks for an answer but that little speaks against it.
    pub fn without_words(probability: f32) -> Said {
        Said {
            probability,
            words: Vec::new(),
        }
    }
}

impl ByExamples<'_> {
    /// Probability that it is about our work.
    pub fn about(&self) -> f32 {
        self.probabilities[ABOUT][0]
    }

    /// Words that speak for our work.
    pub fn words_about(&self) -> Vec<String> {
        self.words(ABOUT, 0)
    }

    /// Probability that it is to be dealt with here.
    pub fn relevant(&self) -> f32 {
        self.probabilities[RELEVANT][0]
    }

    /// Probability of the likeliest topic.
    pub fn best_topic(&self) -> f32 {
        self.probabilities[TOPIC]
            .iter()
            .copied()
            .fold(0.0, f32::max)
    }

    /// Another topic than `first`, if it is more probable by `lead`.
    pub fn topic(&self, first: Option<Topic>, lead: f32) -> Option<(Topic, Said)> {
        self.other_than(TOPIC, first, lead)
    }

    /// Another stance than `first`, if it is more probable by `lead`.
    pub fn sentiment(&self, first: Sentiment, lead: f32) -> Option<(Sentiment, Said)> {
        self.other_than(SENTIMENT, Some(first), lead)
    }

    /// Another intent than `first`, if it is more probable by `lead`.
    pub fn intent(&self, first: Intent, lead: f32) -> Option<(Intent, Said)> {
        self.other_than(INTENT, Some(first), lead)
    }

    fn other_than<T: FromStr + PartialEq>(
        &self,
        classifier: usize,
        first: Option<T>,
        lead: f32,
    ) -> Option<(T, Said)> {
        let probabilities = &self.probabilities[classifier];
        let named = |class: usize| self.classes(classifier)[class].name.parse::<T>().ok();
        let all = (0..).zip(probabilities.iter().copied());
        let (class, probability) = all.max_by(|one, other| one.1.total_cmp(&other.1))?;
        let label = named(class)?;
        let is_first = |class: &usize| first.is_some() && named(*class) == first;
        let of_first = (0..probabilities.len()).find(is_first);
        let of_first = of_first.map_or(f32::MIN, |class| probabilities[class]);
        if probability - of_first < lead {
            return None;
        }
        let said = Said {
            probability,
            words: self.words(classifier, class),
        };
        Some((label, said))
    }

    fn classes(&self, classifier: usize) -> &[Class] {
        &self.examples.0.classifiers()[classifier].classes
    }

    fn words(&self, classifier: usize, class: usize) -> Vec<String> {
        self.examples.0.classifiers()[classifier].telling(self.post, class, WORDS)
    }
}
