//! 意图 — what the author wants, by the order of precedence of `spec.md` 4.8.

use crate::analyze::found::Found;
use crate::analyze::gather;
use crate::analyze::noise::Noise;
use crate::analyze::stance::{Stance, is_press};
use crate::model::{Channel, Intent, Post, Reason, Sentiment, Topic};

/// What the other judges found.
pub(super) struct Circumstances<'a> {
    pub stance: &'a Stance,
    pub noise: Option<Noise>,
    pub primary: Option<Topic>,
    /// Somebody in charge is named: an organisation, or a place of ours.
    pub has_addressee: bool,
    /// An extreme act is threatened or under way.
    pub is_danger: bool,
    /// The account is an official one.
    pub is_official: bool,
}

/// An intent, with the sentence that says why.
pub(super) struct Decision {
    pub intent: Intent,
    pub reason: Reason,
    /// The form alone decided: no wording can say otherwise.
    pub is_by_form: bool,
}

/// Decides the intent.
pub(super) fn decide(post: &Post, found: &Found, about: &Circumstances) -> Decision {
    let by_form = by_form(post, found, about).or_else(|| by_account(post, found, about));
    let is_by_form = by_form.is_some();
    let (intent, why) = by_form
        .or_else(|| by_press(post, found, about))
        .or_else(|| by_cues(found, about))
        .unwrap_or((Intent::Other, "没有明确的意图线索".to_owned()));
    let text = format!("意图为{}：{why}", intent.label());
    let rule = format!("intent.{intent}");
    Decision {
        intent,
        reason: Reason { rule, text },
        is_by_form,
    }
}

/// What the form alone decides: transfers, advertisements, fiction, reposts.
fn by_form(post: &Post, found: &Found, about: &Circumstances) -> Option<(Intent, String)> {
    if post.channel == Channel::Transfer {
        return Some((Intent::Transfer, "来自上级转办".to_owned()));
    }
    match about.noise {
        Some(noise) if noise.is_ad() => return Some((Intent::Ad, "广告用语".to_owned())),
        Some(Noise::Fiction | Noise::FigureOfSpeech) => {
            return Some((Intent::Other, "虚构或口头夸张".to_owned()));
        }
        _ => {}
    }
    let text = found.reading.text();
    let is_repost = text.contains("//@") || text.trim() == "转发微博";
    if is_repost && post.channel == Channel::Weibo {
        return Some((Intent::Repost, "转发，没有自己的话".to_owned()));
    }
    is_rumor(found, about).then(|| {
        let words = found.words_of("rumor").join("、");
        (Intent::Rumor, format!("“{words}”并鼓动他人行动"))
    })
}

fn is_rumor(found: &Found, about: &Circumstances) -> bool {
    let is_policy = matches!(
        about.primary,
        Some(
            Topic::Zh
                | Topic::Tx
                | Topic::Yl
                | Topic::Jm
                | Topic::Jf
                | Topic::Yb
                | Topic::Ka
                | Topic::Jg
        )
    );
    found.has("rumor") && found.has("mobilise") && is_policy
}

/// What an official account says is its office's word.
fn by_account(post: &Post, found: &Found, about: &Circumstances) -> Option<(Intent, String)> {
    about.is_official.then(|| of_officials(post, found))
}

fn of_officials(post: &Post, found: &Found) -> (Intent, String) {
    let policy = found.intent_weight(Intent::Policy);
    let news = found.intent_weight(Intent::News);
    if policy >= 1.0 || news < 1.0 && !is_press(post.channel) || is_titled_as_policy(post) {
        (Intent::Policy, "官方发布或政策说明".to_owned())
    } else {
        (Intent::News, "官方发布".to_owned())
    }
}

/// Press and official voices report or explain.
fn by_press(post: &Post, found: &Found, about: &Circumstances) -> Option<(Intent, String)> {
    let consult = found.intent_weight(Intent::Consult);
    if found.has("official_voice") && !about.has_plea(found) {
        return Some(of_officials(post, found));
    }
    if !is_press(post.channel) {
        return None;
    }
    let is_call_in = post.channel == Channel::Radio
        && about.stance.sentiment != Sentiment::Negative
        && (consult >= 0.5 || found.reading.text().contains("来电"));
    if is_call_in {
        return Some((Intent::Consult, "听众来电询问".to_owned()));
    }
    if is_titled_as_policy(post) && about.stance.sentiment != Sentiment::Negative {
        return Some((Intent::Policy, "标题为政策文件或解读".to_owned()));
    }
    Some((Intent::News, "媒体报道".to_owned()))
}

fn is_titled_as_policy(post: &Post) -> bool {
    [
        "解读",
        "问答",
        "通知",
        "公告",
        "一图读懂",
        "办事指南",
        "图解",
    ]
    .iter()
    .any(|word| post.title.contains(word))
}

/// Citizens: the first intent whose cues suffice, most urgent first.
fn by_cues(found: &Found, about: &Circumstances) -> Option<(Intent, String)> {
    let weight = |intent| found.intent_weight(intent);
    let is_negative = about.stance.sentiment == Sentiment::Negative;
    let is_positive = about.stance.sentiment == Sentiment::Positive;
    let wages = about.primary == Some(Topic::Qx) && gather::speaks_of_arrears(found);
    let explicit = |intent: Intent, why: &str| Some((intent, why.to_owned()));
    if is_negative && weight(Intent::Report) >= 1.0 || found.has("accuse") {
        return explicit(Intent::Report, "有举报用语或违规线索");
    }
    let is_bribed =
        found.has("N4") && about.has_addressee && found.organisations().next().is_some();
    let is_wrongdoing = is_bribed
        || ["leak", "fund", "unfair", "job_fraud"]
            .iter()
            .any(|group| found.has(group));
    if is_negative && is_wrongdoing && !about.is_grumble() {
        return explicit(Intent::Report, "指出违规线索");
    }
    if !is_positive && about.stance.score < 0.0 && weight(Intent::Help) >= 1.0 {
        return explicit(Intent::Help, "有求助用语");
    }
    if about.is_danger || is_negative && weight(Intent::Help) >= 1.0 {
        return explicit(Intent::Help, "有求助用语或处境紧急");
    }
    if is_negative && wages && weight(Intent::Complaint) < 2.5 {
        return explicit(Intent::Help, "劳动者讨要工资");
    }
    if weight(Intent::Praise) >= 1.0 && is_positive {
        return explicit(Intent::Praise, "有表扬用语");
    }
    let is_complaint = about.has_addressee || weight(Intent::Complaint) >= 1.0;
    if suggests(found) && !(is_negative && weight(Intent::Complaint) >= 1.0) {
        return explicit(Intent::Suggestion, "有建议用语");
    }
    if is_negative {
        return if about.is_grumble() {
            explicit(Intent::Rant, "议论政策或处境，没有指向本地的诉求")
        } else if is_complaint || about.primary.is_some() {
            explicit(Intent::Complaint, "负面评价，指向具体机构或事项")
        } else {
            None
        };
    }
    if weight(Intent::Consult) >= 1.0 {
        return explicit(Intent::Consult, "有询问用语");
    }
    if weight(Intent::Policy) >= 1.0 && weight(Intent::Policy) >= weight(Intent::News) {
        return explicit(Intent::Policy, "有政策说明用语");
    }
    if is_positive && weight(Intent::Praise) >= 0.5 {
        return about
            .has_addressee
            .then(|| (Intent::Praise, "正面评价".to_owned()));
    }
    if weight(Intent::News) >= 1.5 {
        return explicit(Intent::News, "有报道用语");
    }
    if weight(Intent::Consult) >= 0.5 && weight(Intent::Help) < 1.0 {
        return explicit(Intent::Consult, "有询问用语");
    }
    None
}

/// Has a proposal. `希望能` and the like plead as often as they propose: beside a grievance they count for nothing.
fn suggests(found: &Found) -> bool {
    let has_grievance = ["plight", "N1", "N2", "N3"]
        .iter()
        .any(|group| found.has(group))
        || found.intent_weight(Intent::Help) >= 1.0;
    let pleas = ["希望能", "希望可以", "建议政府"];
    let softly: usize = (pleas.iter())
        .filter(|plea| found.reading.text().contains(**plea))
        .count();
    let weight = found.intent_weight(Intent::Suggestion);
    weight - if has_grievance { softly as f32 } else { 0.0 } >= 1.0
}

impl Circumstances<'_> {
    /// Negative about a policy or one's lot, nobody in charge is addressed.
    fn is_grumble(&self) -> bool {
        let is_national = matches!(self.primary, Some(Topic::Zh));
        let is_lot = matches!(
            self.primary,
            Some(
                Topic::Tx
                    | Topic::Ld
                    | Topic::Yl
                    | Topic::Jm
                    | Topic::Jg
                    | Topic::Jf
                    | Topic::Jy
                    | Topic::Rs
                    | Topic::By
            )
        );
        !self.has_addressee && (is_national || is_lot) || is_national && !self.is_danger
    }

    fn has_plea(&self, found: &Found) -> bool {
        self.stance.sentiment == Sentiment::Negative
            && (found.intent_weight(Intent::Help) >= 1.0
                || found.intent_weight(Intent::Complaint) >= 1.0)
    }
}
