//! 情感 — the author's stance, from weighted words, with negation, turns, irony and achievements.

use crate::analyze::found::Found;
use crate::analyze::gather;
use crate::analyze::irony;
use crate::analyze::models::{Opinion, Seen};
use crate::analyze::terms::{Hit, OrgKind};
use crate::model::{Channel, Intent, Post, Reason, Sentiment};
use crate::text::mask::may_identify;

/// A negation reaches this many characters forward (`没有拖欠`).
const NEGATION_REACH: usize = 3;
/// What stands after a turn counts more than what stands before it (`虽然…但是…`).
const AFTER_TURN: f32 = 1.5;
const BEFORE_TURN: f32 = 0.4;
/// Weight of one bad circumstance that is told without a word of feeling.
const PLIGHT_WEIGHT: f32 = 0.8;
/// A circumstance in the title is the matter itself.
const TITLE_FACTOR: f32 = 1.3;
/// Weight of one sober word of progress in the press.
const PROGRESS_WEIGHT: f32 = 1.5;
/// Circumstances up to this sum are what a question is about; beyond it the question is rhetorical.
const ASKED_CIRCUMSTANCES: f32 = -3.0;
/// What the model's odds weigh beside words.
const NUDGE: f32 = 0.1;
/// The same where no word says anything: facts told one after another.
const NUDGE_OF_SILENT: f32 = 0.5;
const NUDGE_BOUND: f32 = 2.0;
/// A stance that was taken is at least so strong.
const MIN_SCORE: f32 = 0.2;
/// From here on a post is negative, or positive.
const NEGATIVE_FROM: f32 = -1.0;
const POSITIVE_FROM: f32 = 1.5;
/// Citizens who neither ask, praise nor propose, and tell one circumstance, complain.
const CITIZEN_NEGATIVE_FROM: f32 = -0.5;

/// Groups that speak against, and what one word of them weighs where the table's weight is no feeling.
const NEGATIVE_GROUPS: &[(&str, Option<f32>)] = &[
    ("N1", None),
    ("N2", None),
    ("N3", None),
    ("N4", None),
    ("S1", None),
    ("plight", Some(-PLIGHT_WEIGHT)),
    ("speech_act", Some(-0.6)),
    ("accuse", Some(-2.0)),
    ("E2", Some(-1.0)),
    ("E3", Some(-1.0)),
    ("E4", Some(-2.0)),
    ("danger_scene", Some(-2.0)),
    ("conflict", Some(-1.5)),
    ("leak", Some(-1.5)),
    ("unfair", Some(-1.5)),
    ("fund", Some(-1.0)),
    ("angry_face", Some(-1.0)),
    ("gather", Some(-1.0)),
];

/// Groups that speak in favour.
const POSITIVE_GROUPS: &[(&str, Option<f32>)] = &[
    ("P1", None),
    ("glad_face", Some(1.0)),
    ("outcome", Some(1.5)),
];

/// Stance with its reasons.
pub(super) struct Stance {
    pub sentiment: Sentiment,
    /// −1 … 1.
    pub score: f32,
    pub reasons: Vec<Reason>,
}

/// Decides the stance. Where a post is about our work the words decide, and the model helps; of other matters our words
/// know nothing.
pub(super) fn judge(
    post: &Post,
    found: &Found,
    seen: &Seen<'_>,
    is_about: bool,
    names_own_office: bool,
) -> Stance {
    match seen.sentiment() {
        Some(opinion) if !is_about && post.channel != Channel::Transfer => by_model(seen, &opinion),
        opinion => by_words(post, found, opinion.as_ref(), names_own_office),
    }
}

fn by_model(seen: &Seen<'_>, opinion: &Opinion<Sentiment>) -> Stance {
    let score = match opinion.label {
        Sentiment::Negative => -opinion.probability.max(MIN_SCORE),
        Sentiment::Neutral => 0.0,
        Sentiment::Positive => opinion.probability.max(MIN_SCORE),
    };
    // The model read the words as they were published: a name may be among those that spoke to it.
    let mut words = seen.words_of(opinion.label);
    words.retain(|word| !may_identify(word));
    let ground = match &words[..] {
        [] => String::new(),
        words => format!("，依据“{}”", words.join("”“")),
    };
    let text = format!(
        "分类模型判为{}（把握{:.0}%）{ground}",
        name_of(opinion.label),
        100.0 * opinion.probability
    );
    Stance {
        sentiment: opinion.label,
        score,
        reasons: vec![reason("model.sentiment", text)],
    }
}

fn name_of(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Negative => "负面",
        Sentiment::Neutral => "中性",
        Sentiment::Positive => "正面",
    }
}

fn by_words(
    post: &Post,
    found: &Found,
    opinion: Option<&Opinion<Sentiment>>,
    names_own_office: bool,
) -> Stance {
    let negative = weigh(found, NEGATIVE_GROUPS);
    let positive = weigh(found, POSITIVE_GROUPS);
    let irony = irony::detect(found);
    let achievement = achievement(post, found);
    let is_report = is_press(post.channel);
    let mut reasons = Vec::new();
    let total = if let Some(signals) = &irony {
        reasons.push(reason("irony", format!("反语：{}", signals.join("，"))));
        // Praise turned round counts against.
        negative.sum - positive.sum.min(2.0) - 1.0
    } else if let Some(words) = &achievement {
        reasons.push(reason(
            "achievement",
            format!("工作成效：“{}”与欠薪等词同句，不按负面计", words.join("、")),
        ));
        positive.sum + 2.0
    } else if is_report && negative.sum > -1.0 {
        let unpaid = gather::speaks_of_arrears(found) && negative.sum < 0.0;
        let progress = progress(found);
        let is_exposed = unpaid && progress == 0.0 && positive.sum == 0.0;
        let told = negative.sum + positive.sum + progress;
        if is_exposed {
            told.min(NEGATIVE_FROM)
        } else {
            told
        }
    } else {
        negative.sum + positive.sum
    };
    let nudge = opinion.map_or(0.0, |opinion| {
        opinion.logit.clamp(-NUDGE_BOUND, NUDGE_BOUND)
    });
    let is_silent = found.intent_weight(Intent::Consult) < 0.5
        && (NEGATIVE_GROUPS.iter().chain(POSITIVE_GROUPS)).all(|(group, _)| !found.has(group));
    let total = match irony {
        Some(_) => total.min(NEGATIVE_FROM),
        None if is_silent => total - NUDGE_OF_SILENT * nudge,
        None => total - NUDGE * nudge,
    };
    let mut sentiment = by_total(total, negative_from(post, found, names_own_office));
    if irony.is_none() && sentiment == Sentiment::Negative && is_plain_question(found, &negative) {
        reasons.push(reason(
            "question",
            "只是询问情况，没有情绪和评价".to_owned(),
        ));
        sentiment = Sentiment::Neutral;
    }
    if post.channel == Channel::Transfer {
        sentiment = Sentiment::Negative;
        reasons.push(reason("transfer", "上级转办的舆情，按负面计".to_owned()));
    }
    reasons.extend(word_reason("负面词", &negative.words));
    if irony.is_none() {
        reasons.extend(word_reason("正面词", &positive.words));
    }
    let bounded = (total / 4.0).tanh();
    let score = match sentiment {
        Sentiment::Negative => bounded.min(-0.2),
        Sentiment::Neutral => bounded.clamp(-0.19, 0.19),
        Sentiment::Positive => bounded.max(0.2),
    };
    Stance {
        sentiment,
        score,
        reasons,
    }
}

/// Press, television and radio: they report, they do not plead.
pub(super) fn is_press(channel: Channel) -> bool {
    matches!(
        channel,
        Channel::News | Channel::Newspaper | Channel::Tv | Channel::Radio | Channel::Government
    )
}

/// Does any word speak against somebody, denied or not?
pub(super) fn speaks_against(found: &Found) -> bool {
    NEGATIVE_GROUPS.iter().any(|(group, _)| found.has(group)) || gather::speaks_of_arrears(found)
}

/// Where a post turns negative depends on who speaks, and whether about us.
fn negative_from(post: &Post, found: &Found, names_own_office: bool) -> f32 {
    let is_citizen = matches!(
        post.channel,
        Channel::Weibo | Channel::Forum | Channel::Video | Channel::MessageBoard
    );
    let has_other_aim = [
        Intent::Consult,
        Intent::Praise,
        Intent::Suggestion,
        Intent::News,
    ]
    .iter()
    .any(|intent| found.intent_weight(*intent) >= 0.5);
    let is_at_desk =
        (found.organisations()).any(|org| matches!(org.kind, OrgKind::Hall | OrgKind::Hotline));
    let is_matter = names_own_office
        || is_at_desk
        || (found.terms()).any(|term| term.strength == crate::analyze::terms::Strength::Strong);
    if is_citizen && is_matter && !has_other_aim {
        CITIZEN_NEGATIVE_FROM
    } else {
        NEGATIVE_FROM
    }
}

fn by_total(total: f32, negative_from: f32) -> Sentiment {
    if total <= negative_from {
        Sentiment::Negative
    } else if total >= POSITIVE_FROM {
        Sentiment::Positive
    } else {
        Sentiment::Neutral
    }
}

struct Weighed {
    sum: f32,
    /// Sum without circumstances: feelings and judgements only.
    feeling: f32,
    words: Vec<String>,
}

/// Each word of a group counts once; negated words do not count.
fn weigh(found: &Found, groups: &[(&str, Option<f32>)]) -> Weighed {
    let turns: Vec<(u32, usize)> = turns(found);
    let negations: Vec<Hit> = (found.group("negation"))
        .map(|(hit, _)| *hit)
        .filter(|hit| !is_in_word(found, hit))
        .collect();
    let company = gather::company(found);
    let mut counted: Vec<(usize, usize)> = Vec::new();
    let mut seen: std::collections::HashSet<&str> = std::collections::HashSet::new();
    let (mut sum, mut feeling) = (0.0, 0.0);
    for (group, weight) in groups {
        for (hit, own_weight) in found.group(group) {
            let is_new = seen.insert(found.folded_text(hit.start, hit.end));
            let is_empty = *group == "E3" && company.contains(&hit.start)
                || is_negated(found, &negations, hit)
                || is_polite_close(found, hit);
            if !is_new || is_empty {
                continue;
            }
            let mut value = weight.unwrap_or(own_weight) * turn_factor(found, &turns, hit);
            if *group == "plight" && found.reading.is_title(hit.start) {
                value *= TITLE_FACTOR;
            }
            if value == 0.0 || asks_whether(found, hit) {
                continue;
            }
            sum += value;
            if !matches!(*group, "plight" | "speech_act") {
                feeling += value;
            }
            counted.push((hit.start, hit.end));
        }
    }
    Weighed {
        sum,
        feeling,
        words: found.words_at(&counted),
    }
}

/// The last turn of each sentence that has one.
fn turns(found: &Found) -> Vec<(u32, usize)> {
    found
        .group("turn")
        .filter(|(hit, _)| {
            let before = hit
                .start
                .checked_sub(1)
                .and_then(|position| found.reading.folded(position));
            // 不但, 非但: no turn.
            !matches!(before, Some('不' | '非'))
        })
        .map(|(hit, _)| (found.reading.sentence(hit.start), hit.start))
        .collect()
}

fn turn_factor(found: &Found, turns: &[(u32, usize)], hit: &Hit) -> f32 {
    let sentence = found.reading.sentence(hit.start);
    // Turns are in order: the last one of the sentence decides.
    let end = turns.partition_point(|(other, _)| *other <= sentence);
    match end.checked_sub(1).map(|index| turns[index]) {
        Some((same, position)) if same == sentence && hit.start > position => AFTER_TURN,
        Some((same, _)) if same == sentence => BEFORE_TURN,
        _ => 1.0,
    }
}

/// `特别`, `不仅`, `无论`: the sign of a negation, but not its sense.
fn is_in_word(found: &Found, hit: &Hit) -> bool {
    const ENDING: &[&str] = &[
        "特别", "个别", "分别", "级别", "区别", "性别", "识别", "告别", "差别",
    ];
    const BEGINNING: &[&str] = &[
        "不仅",
        "不但",
        "不断",
        "不得不",
        "不光",
        "不止",
        "不少",
        "不久",
        "不愧",
        "无论",
        "无数",
        "无非",
        "未来",
    ];
    let text = |start, end: usize| found.folded_text(start, end.min(found.reading.len()));
    let with_before = text(hit.start.saturating_sub(1), hit.start + 1);
    ENDING.contains(&with_before)
        || (BEGINNING.iter()).any(|word| text(hit.start, hit.start + 3).starts_with(word))
}

/// Thanks that ask or close (`请领导协调，谢谢！`), and thank for nothing that was done.
fn is_polite_close(found: &Found, hit: &Hit) -> bool {
    let is_thanks = matches!(
        found.folded_text(hit.start, hit.end),
        "谢谢" | "感谢" | "致谢"
    );
    if !is_thanks || found.has("outcome") {
        return false;
    }
    let asks = found.intent_weight(Intent::Help) >= 1.0
        || found.intent_weight(Intent::Complaint) >= 1.0
        || found.has("N2")
        || found.has("N3");
    let rest = found.folded_text(hit.end, found.reading.len());
    asks || !rest.contains(|c: char| c.is_alphanumeric() && !"您你了啦大家领导".contains(c))
}

/// `发没发`, `给不给`: a question, no fact.
fn asks_whether(found: &Found, hit: &Hit) -> bool {
    let at = |position: Option<usize>| position.and_then(|at| found.reading.folded(at));
    let begins = matches!(at(Some(hit.start)), Some('没' | '不'));
    let before = at(hit.start.checked_sub(1));
    begins && before.is_some() && before == at(Some(hit.start + 1))
}

/// A negation directly before the word, in the same clause; a word that begins with its negation is not negated.
fn is_negated(found: &Found, negations: &[Hit], hit: &Hit) -> bool {
    let end = negations.partition_point(|negation| negation.start < hit.start);
    let Some(negation) = end.checked_sub(1).map(|index| negations[index]) else {
        return false;
    };
    negation.end <= hit.start
        && hit.start - negation.end < NEGATION_REACH
        && found.reading.clause(negation.start) == found.reading.clause(hit.start)
}

/// Wages recovered, arrears cleared: the bad word names what was put right.
fn achievement(post: &Post, found: &Found) -> Option<Vec<String>> {
    let is_told_by_others = is_press(post.channel)
        || is_told_as_news(found)
        || found.has("official_voice")
        || found.intent_weight(Intent::Praise) >= 1.0;
    let still_open = found.has("E4") || found.has("E3") || found.has("danger_scene");
    if !is_told_by_others || still_open {
        return None;
    }
    let wrongs: Vec<u32> = (["N3", "plight"].iter())
        .flat_map(|group| found.group(group))
        .map(|(hit, _)| hit)
        .chain(found.hits.iter().filter(|hit| is_arrears_term(hit)))
        .map(|hit| found.reading.sentence(hit.start))
        .collect();
    let deeds: Vec<(usize, usize)> = found
        .group("achievement")
        .filter(|(hit, _)| wrongs.contains(&found.reading.sentence(hit.start)))
        .filter(|(hit, _)| is_done(found, hit))
        .map(|(hit, _)| (hit.start, hit.end))
        .take(20)
        .collect();
    let words = found.words_at(&deeds);
    (!words.is_empty()).then_some(words)
}

/// The sober formulas of the press; `记者` alone may as well be called for help.
fn is_told_as_news(found: &Found) -> bool {
    let reporter = found.hits.iter().any(|hit| {
        matches!(
            hit.meaning,
            crate::analyze::terms::Meaning::Intent(Intent::News, _)
        ) && found.folded_text(hit.start, hit.end) == "记者"
    });
    found.intent_weight(Intent::News) - f32::from(u8::from(reporter)) >= 1.0
}

/// The deed was done: nothing before it in the clause says otherwise, and bare words (`解决`) have a sign of completion.
fn is_done(found: &Found, hit: &Hit) -> bool {
    const OPEN: &[&str] = &["没", "未", "仍", "至今", "尚", "迟迟", "不"];
    const DONE: &[&str] = &["已", "了", "万元", "名", "成功", "全部", "足额"];
    const REACH: usize = 8;
    let clause = found.reading.clause(hit.start);
    let is_same = |position: &usize| found.reading.clause(*position) == clause;
    let first = (hit.start.saturating_sub(REACH)..hit.start)
        .find(is_same)
        .unwrap_or(hit.start);
    let last = (hit.end..(hit.end + REACH).min(found.reading.len()))
        .take_while(is_same)
        .last()
        .map_or(hit.end, |position| position + 1);
    let before = found.folded_text(first, hit.start);
    let around = found.folded_text(first, last);
    let word = found.folded_text(hit.start, hit.end);
    let is_bare = matches!(word, "解决" | "落实" | "到位" | "发放" | "下发" | "兑现");
    !OPEN.iter().any(|sign| before.contains(sign))
        && (!is_bare || DONE.iter().any(|sign| around.contains(sign)))
}

fn is_arrears_term(hit: &Hit) -> bool {
    use crate::analyze::terms::{Meaning, Strength};
    matches!(
        hit.meaning,
        Meaning::Term(crate::model::Topic::Qx, Strength::Strong)
    )
}

/// Good news in the sober words of the press: `新增就业`, `提供岗位`.
fn progress(found: &Found) -> f32 {
    (found.words_of("progress").len() as f32 * PROGRESS_WEIGHT).min(3.0)
}

/// Asks, and tells circumstances at most: worry is no complaint (`spec.md` 4.8).
fn is_plain_question(found: &Found, negative: &Weighed) -> bool {
    let pleads = found.intent_weight(Intent::Help) >= 1.0
        || found.intent_weight(Intent::Complaint) >= 1.0
        || found.intent_weight(Intent::Report) >= 1.0;
    let is_polite = found.intent_weight(Intent::Consult) >= 2.0;
    let asks = found.intent_weight(Intent::Consult) >= 1.0;
    let is_mild = is_polite || negative.sum - negative.feeling > ASKED_CIRCUMSTANCES;
    asks && !pleads && is_mild && negative.feeling > -1.0
}

fn reason(rule: &str, text: String) -> Reason {
    Reason {
        rule: rule.to_owned(),
        text,
    }
}

fn word_reason(kind: &str, words: &[String]) -> Option<Reason> {
    if words.is_empty() {
        return None;
    }
    let shown: Vec<&str> = words.iter().take(6).map(String::as_str).collect();
    Some(reason(
        "sentiment",
        format!("命中{kind}“{}”", shown.join("”“")),
    ))
}
