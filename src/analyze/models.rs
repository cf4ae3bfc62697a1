//! 模型 — the trained classifiers beside the rules, and what they say about one post. Without them the rules judge alone.

use crate::analyze::examples::{self, ByExamples, Examples};
use crate::analyze::stance::is_press;
use crate::model::{Channel, Post, Problem, Sentiment};
use crate::text::classifier::{Characters, Class, Classifier, Signs, decide};
use std::str::FromStr;

/// Name of the classifier that tells what concerns us.
const ABOUT: &str = "about";
/// Name of the one that knows how the press writes.
const PRESS: &str = "news";
/// Name of the one that knows how people write.
const PEOPLE: &str = "weibo";

/// Words that are named as the ground of a model's opinion.
const WORDS: usize = 3;

/// Would the program take this as the model `name`?
///
/// # Errors
/// Why not.
pub fn check_model(name: &str, bytes: &[u8]) -> Result<(), Problem> {
    let mut problems = Vec::new();
    Models::read(
        &[(format!("models/{name}.model"), bytes.to_vec())],
        &mut problems,
    );
    problems.pop().map_or(Ok(()), Err)
}

/// The classifiers of a configuration.
#[derive(Default)]
pub(super) struct Models {
    about: Option<Classifier>,
    press: Option<Classifier>,
    people: Option<Classifier>,
    examples: Option<Examples>,
}

/// What a model says: odds as a logarithm against its own threshold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opinion<T> {
    pub label: T,
    /// 0…1, of `label`.
    pub probability: f32,
    /// Natural logarithm of the odds of the class that must not be missed, above those from which it is taken.
    pub logit: f32,
}

/// A post as the models see it.
pub(super) struct Seen<'m> {
    models: &'m Models,
    channel: Channel,
    characters: Characters,
}

impl Models {
    /// Reads model files (name, bytes).
    pub fn read(files: &[(String, Vec<u8>)], problems: &mut Vec<Problem>) -> Models {
        let mut models = Models::default();
        let mut examples = Vec::new();
        for (file, bytes) in files {
            let name = file_stem(file);
            let read = Classifier::from_bytes(bytes);
            match read.and_then(|classifier| fitting(classifier, name)) {
                Ok(classifier) => match name {
                    ABOUT => models.about = Some(classifier),
                    PRESS => models.press = Some(classifier),
                    PEOPLE => models.people = Some(classifier),
                    _ => examples.push(classifier),
                },
                Err(message) => problems.push(problem(file, message)),
            }
        }
        match Examples::new(examples) {
            Ok(examples) => models.examples = examples,
            Err(name) => problems.push(problem(
                &format!("models/{name}.model"),
                "与其他样例模型的 features 不同，请用 yuqing train 一并重新生成".to_owned(),
            )),
        }
        models
    }

    /// Looks at a post.
    pub fn see(&self, post: &Post) -> Seen<'_> {
        Seen {
            models: self,
            channel: post.channel,
            characters: Characters::new(&post.title, &post.text),
        }
    }
}

fn file_stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".model").unwrap_or_default()
}

/// A model under another's name, and classes that we have no word for, would be answers that nobody understands.
fn fitting(classifier: Classifier, name: &str) -> Result<Classifier, String> {
    if ![ABOUT, PRESS, PEOPLE].contains(&name) && !examples::is_name(name) {
        let known = [ABOUT, PRESS, PEOPLE].join("、");
        return Err(format!(
            "模型名应为 {known} 或 examples.* 之一，请改名或移走"
        ));
    }
    let is_known = |class: &Class| match name {
        ABOUT => class.name == ABOUT,
        name if examples::is_name(name) => examples::is_class(name, &class.name),
        _ => Sentiment::from_str(&class.name).is_ok(),
    };
    if classifier.task != name {
        return Err(format!(
            "这是“{}”的模型，请放回原来的文件名",
            classifier.task
        ));
    }
    match classifier.classes.iter().all(is_known) {
        true => Ok(classifier),
        false => Err(format!(
            "模型的类别与 {name} 不符，请检查 training.toml 的 classes"
        )),
    }
}

fn problem(file: &str, message: String) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 0,
        key: String::new(),
        message,
    }
}

impl Seen<'_> {
    /// Does it concern us, to judge by its wording?
    pub fn about(&self) -> Option<Opinion<bool>> {
        let model = self.models.about.as_ref()?;
        let probabilities = model.probabilities(&self.characters);
        let is_about = decide(&model.classes, &probabilities).is_some();
        let probability = if is_about {
            probabilities[0]
        } else {
            1.0 - probabilities[0]
        };
        Some(Opinion {
            label: is_about,
            probability,
            logit: above(&model.classes[0], probabilities[0]),
        })
    }

    /// What our examples say, given what the rules found; `signs` is asked for only where there are such models.
    pub fn by_examples(&mut self, signs: impl FnOnce() -> Signs) -> Option<ByExamples<'_>> {
        let examples = self.models.examples.as_ref()?;
        self.characters.set_signs(signs());
        Some(examples.ask(&self.characters))
    }

    /// The author's stance, to judge by the wording.
    pub fn sentiment(&self) -> Option<Opinion<Sentiment>> {
        let model = self.model_of_sentiment()?;
        let probabilities = model.probabilities(&self.characters);
        let class = decide(&model.classes, &probabilities)?;
        Some(Opinion {
            label: model.classes[class].name.parse().ok()?,
            probability: probabilities[class],
            logit: above(&model.classes[0], probabilities[0]),
        })
    }

    /// The words by which the model takes a post for `sentiment`.
    pub fn words_of(&self, sentiment: Sentiment) -> Vec<String> {
        let named = |model: &&Classifier| -> Option<usize> {
            let mut names = model.classes.iter().map(|class| class.name.parse());
            names.position(|name| name == Ok(sentiment))
        };
        let model = self.model_of_sentiment();
        let found = model.and_then(|model| Some((model, named(&model)?)));
        found.map_or(Vec::new(), |(model, class)| {
            model.telling(&self.characters, class, WORDS)
        })
    }

    fn model_of_sentiment(&self) -> Option<&Classifier> {
        match is_press(self.channel) || self.channel == Channel::Wechat {
            true => self.models.press.as_ref(),
            false => self.models.people.as_ref(),
        }
    }
}

fn above(class: &Class, probability: f32) -> f32 {
    let logit = |share: f32| {
        let share = share.clamp(0.001, 0.999);
        (share / (1.0 - share)).ln()
    };
    logit(probability) - logit(class.from)
}
