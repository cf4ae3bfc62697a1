//! 复判 — the first judgement against our examples: posts of our own words with the labels a duty editor gave them. Where
//! the classifiers trained with them say otherwise, they are followed, except where the form alone decides.

use crate::analyze::draft::{Draft, is_letter, settle_sentiment};
use crate::analyze::examples::{ByExamples, Said};
use crate::analyze::found::Found;
use crate::model::{Channel, Post, Reason, Topic, TopicScore};
use crate::text::mask::may_identify;

/// From this probability on a post is about our work.
const ABOUT_FROM: f32 = 0.5;
/// The same where no word of ours occurs.
const ABOUT_FROM_WITHOUT_WORDS: f32 = 0.6;
/// From this probability on it is to be dealt with.
const RELEVANT_FROM: f32 = 0.5;

/// Topics kept per post: one primary, two more.
const TOPICS_KEPT: usize = 3;
/// Score of a topic for which no word speaks.
const UNSPOKEN: f32 = 1.0;
/// A stance that was taken is at least so strong.
const MIN_SCORE: f32 = 0.2;

/// Revises a first judgement.
pub(super) fn revise(post: &Post, found: &Found, draft: &mut Draft, examples: &ByExamples<'_>) {
    if !is_letter(post) {
        revise_about(found, draft, examples);
    }
    if !draft.about.is_about || draft.noise.is_some_and(|noise| noise.is_other_office()) {
        return;
    }
    if !is_letter(post) {
        revise_relevance(draft, examples);
    }
    revise_topic(draft, examples);
    if !draft.intent.is_by_form {
        revise_intent(draft, examples);
    }
    if post.channel != Channel::Transfer {
        revise_sentiment(draft, examples);
    }
    draft.sentiment = settle_sentiment(draft.stance.sentiment, draft.intent.intent);
}

fn revise_about(found: &Found, draft: &mut Draft, examples: &ByExamples<'_>) {
    let from = match found.has_word_of_ours() {
        true => ABOUT_FROM,
        false => ABOUT_FROM_WITHOUT_WORDS,
    };
    let probability = examples.about();
    let is_about = probability >= from;
    if is_about != draft.about.is_about {
        let not = if is_about { "" } else { "不" };
        let said = Said {
            probability: if is_about {
                probability
            } else {
                1.0 - probability
            },
            words: if is_about {
                examples.words_about()
            } else {
                Vec::new()
            },
        };
        draft.about.reasons.push(reason(
            "about",
            format!("比照样例，{not}涉及人社业务"),
            &said,
        ));
    }
    draft.about.is_about = is_about;
    draft.about.relevance = probability;
}

fn revise_relevance(draft: &mut Draft, examples: &ByExamples<'_>) {
    let probability = examples.relevant();
    draft.is_told = probability >= RELEVANT_FROM;
    if !draft.is_told {
        let said = Said {
            probability: 1.0 - probability,
            words: Vec::new(),
        };
        draft.about.reasons.push(reason(
            "relevant",
            "比照样例，不属本单位须掌握的信息".to_owned(),
            &said,
        ));
    }
}

fn revise_topic(draft: &mut Draft, examples: &ByExamples<'_>) {
    let (topic, said) = examples.topic();
    if draft
        .topics
        .first()
        .is_some_and(|first| first.code == topic)
    {
        return;
    }
    let highest = draft.topics.first().map_or(UNSPOKEN, |first| first.score);
    draft.topics.retain(|other| other.code != topic);
    draft.topics.insert(
        0,
        TopicScore {
            code: topic,
            score: highest,
        },
    );
    draft.topics.truncate(TOPICS_KEPT);
    draft.topic_by_examples = Some(said);
}

fn revise_intent(draft: &mut Draft, examples: &ByExamples<'_>) {
    let (intent, said) = examples.intent();
    if intent == draft.intent.intent {
        return;
    }
    draft.intent.intent = intent;
    draft.intent.reason = reason(
        "intent",
        format!("比照样例，意图为{}", intent.label()),
        &said,
    );
}

fn revise_sentiment(draft: &mut Draft, examples: &ByExamples<'_>) {
    let (sentiment, said) = examples.sentiment();
    let stance = &mut draft.stance;
    let is_by_other_model = |reason: &Reason| reason.rule == "model.sentiment";
    if sentiment == stance.sentiment && !stance.reasons.iter().any(is_by_other_model) {
        return;
    }
    stance.reasons.retain(|reason| !is_by_other_model(reason));
    stance.sentiment = sentiment;
    stance.score = sentiment.sign() * said.probability.max(MIN_SCORE);
    stance.reasons.push(reason(
        "sentiment",
        format!("比照样例，情感为{}", sentiment.label()),
        &said,
    ));
}

/// Why a topic is first that the words would not have put there.
pub(super) fn topic_reason(topic: Topic, name: &str, said: &Said) -> Reason {
    Reason {
        rule: format!("topic.{}", topic.code()),
        ..reason("topic", format!("主题“{name}”：比照样例"), said)
    }
}

fn reason(field: &str, text: String, said: &Said) -> Reason {
    // The classifier read the words as they were published: a name may be among those that spoke to it.
    let words: Vec<&str> = (said.words.iter().map(String::as_str))
        .filter(|word| !may_identify(word))
        .collect();
    let ground = match &words[..] {
        [] => String::new(),
        words => format!("，依据“{}”", words.join("”“")),
    };
    Reason {
        rule: format!("example.{field}"),
        text: format!("{text}（把握{:.0}%）{ground}", 100.0 * said.probability),
    }
}
