//! 复判 — the first judgement against our examples: posts of our own words with the labels a duty editor gave them. Where
//! the classifiers trained with them say otherwise, they are followed, except where the form alone decides.

use crate::analyze::draft::{Draft, is_letter, settle_sentiment};
use crate::analyze::examples::{ByExamples, Said};
use crate::analyze::found::Found;
use crate::analyze::stance::{is_press, speaks_against};
use crate::model::{Channel, Post, Reason, Sentiment, Topic, TopicScore};
use crate::text::mask::may_identify;

/// From this probability on a post is about our work: with a word of ours and our city named, with one of them, with
/// neither. Everyday talk is common, and names neither.
const ABOUT_FROM: [f32; 3] = [0.25, 0.4, 0.5];
/// Where no word of a topic occurs, the likeliest topic is at least so probable: what is about nothing is not about us.
const TOPIC_FROM: f32 = 0.04;
/// So many words of what other offices deal with, and no word of a topic of ours: whatever the examples say, it is theirs.
const OTHERS_FROM: usize = 3;
/// From this probability on it is to be dealt with; where the rules say so too, an offence is rather looked at twice than
/// missed.
const RELEVANT_FROM: f32 = 0.6;
const RELEVANT_FROM_WITH_RULES: f32 = 0.25;
/// What the first judgement said stands unless another answer is so much more probable.
const LEAD: f32 = 0.1;
/// The same for what the rules take for a grievance.
const LEAD_OVER_NEGATIVE: f32 = 0.25;

/// What the press tells without a word against anybody, and without naming an office, is criticism from here on: sober news
/// of construction sites and of crowds reads much like it.
const CRITICISM_FROM: f32 = 0.8;

/// Topics kept per post: one primary, two more.
const TOPICS_KEPT: usize = 3;
/// Score of a topic for which no word speaks.
const UNSPOKEN: f32 = 1.0;
/// A stance that was taken is at least so strong.
const MIN_SCORE: f32 = 0.2;

/// May the examples change anything? Letters to others are the business of the model that was trained on letters.
pub(super) fn is_open(post: &Post, draft: &Draft) -> bool {
    asks_whether_about(post, draft) || draft.about.is_about
}

fn asks_whether_about(post: &Post, draft: &Draft) -> bool {
    !is_letter(post) || draft.places.names_home
}

/// Revises a first judgement.
pub(super) fn revise(post: &Post, found: &Found, draft: &mut Draft, examples: &ByExamples<'_>) {
    if asks_whether_about(post, draft) {
        revise_about(found, draft, examples);
    }
    if !draft.about.is_about || draft.noise.is_some_and(|noise| noise.is_other_office()) {
        return;
    }
    revise_relevance(draft, examples);
    revise_topic(draft, examples);
    if !draft.intent.is_by_form {
        revise_intent(draft, examples);
    }
    if post.channel != Channel::Transfer {
        revise_sentiment(post, found, draft, examples);
    }
    draft.sentiment = settle_sentiment(draft.stance.sentiment, draft.intent.intent);
}

fn revise_about(found: &Found, draft: &mut Draft, examples: &ByExamples<'_>) {
    let lacking = [draft.places.names_home, found.has_word_of_ours()];
    let lacking = lacking.iter().filter(|is_there| !**is_there).count();
    let probability = examples.about();
    let is_others = draft.topics.is_empty() && found.filter_count("trade") >= OTHERS_FROM;
    let has_topic = !draft.topics.is_empty() || (!is_others && examples.best_topic() >= TOPIC_FROM);
    let is_about = probability >= ABOUT_FROM[lacking] && has_topic;
    if is_about != draft.about.is_about {
        let (not, said) = match is_about {
            true => (
                "",
                Said {
                    probability,
                    words: examples.words_about(),
                },
            ),
            false => ("不", Said::without_words(1.0 - probability)),
        };
        let text = format!("比照样例，{not}涉及人社业务");
        draft.about.reasons.push(reason("about", text, &said));
    }
    draft.about.is_about = is_about;
    draft.about.relevance = probability;
}

fn revise_relevance(draft: &mut Draft, examples: &ByExamples<'_>) {
    let probability = examples.relevant();
    let from = match draft.is_told && draft.was_about {
        true => RELEVANT_FROM_WITH_RULES,
        false => RELEVANT_FROM,
    };
    draft.is_told = probability >= from;
    if !draft.is_told {
        let text = "比照样例，不属本单位须掌握的信息".to_owned();
        let said = Said::without_words(1.0 - probability);
        draft.about.reasons.push(reason("relevant", text, &said));
    }
}

fn revise_topic(draft: &mut Draft, examples: &ByExamples<'_>) {
    let first = draft.topics.first().map(|first| first.code);
    let Some((topic, said)) = examples.topic(first, LEAD) else {
        return;
    };
    let highest = draft.topics.first().map_or(UNSPOKEN, |first| first.score);
    draft.topics.retain(|other| other.code != topic);
    let first = TopicScore {
        code: topic,
        score: highest,
    };
    draft.topics.insert(0, first);
    draft.topics.truncate(TOPICS_KEPT);
    draft.topic_by_examples = Some(said);
}

fn revise_intent(draft: &mut Draft, examples: &ByExamples<'_>) {
    let Some((intent, said)) = examples.intent(draft.intent.intent, LEAD) else {
        return;
    };
    let text = format!("比照样例，意图为{}", intent.label());
    draft.intent.intent = intent;
    draft.intent.reason = reason("intent", text, &said);
}

fn revise_sentiment(post: &Post, found: &Found, draft: &mut Draft, examples: &ByExamples<'_>) {
    let stance = &mut draft.stance;
    let lead = match stance.sentiment {
        Sentiment::Negative => LEAD_OVER_NEGATIVE,
        _ => LEAD,
    };
    let Some((sentiment, said)) = examples.sentiment(stance.sentiment, lead) else {
        return;
    };
    let is_doubtful = sentiment == Sentiment::Negative && said.probability < CRITICISM_FROM;
    if is_doubtful && is_sober_news(post, found) {
        return;
    }
    stance
        .reasons
        .retain(|reason| reason.rule != "model.sentiment");
    stance.sentiment = sentiment;
    stance.score = sentiment.sign() * said.probability.max(MIN_SCORE);
    let text = format!("比照样例，情感为{}", sentiment.label());
    stance.reasons.push(reason("sentiment", text, &said));
}

/// The press, without a word against anybody and without an office that could be blamed.
fn is_sober_news(post: &Post, found: &Found) -> bool {
    is_press(post.channel) && !speaks_against(found) && found.organisations().next().is_none()
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
