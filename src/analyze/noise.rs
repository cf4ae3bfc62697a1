//! 易误判 — what only looks like public opinion: advertisements, fiction, figures of speech, other trades (`spec.md` 4.7).

use crate::analyze::found::Found;
use crate::analyze::gather;
use crate::analyze::terms::{Meaning, Strength};
use crate::model::{Channel, Intent, Post, Reason, Topic};
use regex::Regex;
use std::sync::LazyLock;

/// Chapter headings: `第128章`, `第十二回`.
static CHAPTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"第[0-9零一二三四五六七八九十百千]{1,6}[章回集卷]")
        .expect("the pattern is a constant")
});

/// A way to be reached: advertisements have one.
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"1[3-9][0-9]{9}|[a-z][a-z0-9_-]{5,}|q{2}[:： ]?[0-9]{5,}|[➕+加][v微威薇]|v[:：]|[v信]同号")
        .expect("the pattern is a constant")
});

/// So many words of agents are an offer, whatever ills they name.
const PLAIN_OFFER: usize = 4;

/// What a post really is, if not public opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noise {
    /// 代办广告.
    AgentAd,
    /// 招工广告.
    HiringAd,
    /// 引流标题党: still about a policy, but nobody's opinion.
    Bait,
    /// 虚构.
    Fiction,
    /// 口头夸张.
    FigureOfSpeech,
    /// 商业保险.
    Insurer,
    /// 住房公积金.
    HousingFund,
    /// 民政、残联.
    Civil,
}

impl Noise {
    /// Short name.
    pub fn code(self) -> &'static str {
        match self {
            Noise::AgentAd => "agent_ad",
            Noise::HiringAd => "hiring_ad",
            Noise::Bait => "bait",
            Noise::Fiction => "fiction",
            Noise::FigureOfSpeech => "figure_of_speech",
            Noise::Insurer => "insurer",
            Noise::HousingFund => "housing_fund",
            Noise::Civil => "civil",
        }
    }

    /// Work of another authority, whatever the date.
    pub fn is_other_office(self) -> bool {
        matches!(self, Noise::Insurer | Noise::HousingFund | Noise::Civil)
    }

    /// Advertisement of any kind.
    pub fn is_ad(self) -> bool {
        matches!(self, Noise::AgentAd | Noise::HiringAd | Noise::Bait)
    }
}

/// Recognises noise, with its reason.
pub(super) fn recognise(post: &Post, found: &Found) -> Option<(Noise, Reason)> {
    let (noise, text) = fiction(post, found)
        .or_else(|| advertisement(post, found))
        .or_else(|| figure_of_speech(found))
        .or_else(|| other_office(found))?;
    let reason = Reason {
        rule: "noise".to_owned(),
        text,
    };
    Some((noise, reason))
}

fn fiction(post: &Post, found: &Found) -> Option<(Noise, String)> {
    let signs = found.filter_count("fiction");
    let has_chapter = CHAPTER.is_match(&post.title);
    let is_story_site = post.source_name.contains("小说");
    let is_serial = || signs >= 1 && CHAPTER.is_match(found.reading.text());
    if is_story_site || has_chapter && post.channel == Channel::Other || is_serial() {
        return Some((Noise::Fiction, "章节标题或小说来源，属虚构内容".to_owned()));
    }
    let is_told = || {
        found.organisations().next().is_some()
            || found.has("N3") && found.reading.text().contains('我')
            || found
                .hits
                .iter()
                .any(|hit| matches!(hit.meaning, Meaning::Place(_)))
            || gather::read(found).size.is_some()
    };
    (signs >= 2 && !is_told()).then(|| {
        (
            Noise::Fiction,
            format!("命中{signs}个小说、影视用语，属虚构内容"),
        )
    })
}

fn advertisement(post: &Post, found: &Found) -> Option<(Noise, String)> {
    // Somebody who was cheated quotes the advertisement.
    let agent = found.filter_count("agent");
    // What has gone wrong (`断缴`) is also what agents promise to mend.
    let complains = found.has("N2")
        || found.has("N3")
        || found.has("speech_act")
        || found.has("E1")
        || found.words_of("plight").len() >= 2 && agent < PLAIN_OFFER;
    if complains || crate::analyze::stance::is_press(post.channel) {
        return None;
    }
    // Two signs may stand in a question about agents.
    let is_offer =
        || CONTACT.is_match(found.reading.text()) && found.intent_weight(Intent::Consult) < 1.0;
    let hire = found.filter_count("hire");
    let bait = found.filter_count("bait");
    if agent >= 3 || (agent >= 2 && is_offer()) {
        let text = format!("命中{agent}个代办广告用语，按广告处理，线索可转稽核");
        return Some((
            if hire > agent {
                Noise::HiringAd
            } else {
                Noise::AgentAd
            },
            text,
        ));
    }
    if hire >= 3 || (hire >= 2 && is_offer()) {
        let text = format!("命中{hire}个招工广告用语，按广告处理");
        return Some((Noise::HiringAd, text));
    }
    (bait >= 2).then(|| (Noise::Bait, format!("命中{bait}个引流用语，疑似标题党")))
}

/// `加班加到想跳楼哈哈哈`: playful, and nobody in charge is named.
fn figure_of_speech(found: &Found) -> Option<(Noise, String)> {
    let is_serious = found.organisations().next().is_some()
        || found.has("scene")
        || found.has("N3")
        || found.has("E1");
    if !found.has("playful") || is_serious {
        return None;
    }
    let has_extreme = found.has("E4") || found.has("hyperbole");
    let is_playful_only = found.words_of("playful").len() >= 2;
    (has_extreme || is_playful_only).then(|| {
        (
            Noise::FigureOfSpeech,
            "口头夸张或生活记录，没有具体诉求".to_owned(),
        )
    })
}

fn other_office(found: &Found) -> Option<(Noise, String)> {
    let ours = found
        .terms()
        .filter(|term| term.strength == Strength::Strong)
        .count();
    let candidates = [
        ("housing_fund", Noise::HousingFund, "住房公积金中心"),
        ("insurer", Noise::Insurer, "金融监管部门（商业保险）"),
        ("civil", Noise::Civil, "民政、残联"),
    ];
    let (filter, noise, office) = candidates
        .into_iter()
        .max_by_key(|(filter, _, _)| found.filter_count(filter))?;
    let signs = found.filter_count(filter);
    let has_org = found.organisations().next().is_some();
    let is_labour = found.terms().any(|term| {
        term.strength == Strength::Strong
            && matches!(term.topic, Topic::Qx | Topic::Jf | Topic::Ld | Topic::Gs)
    });
    let outweighs = signs > ours && !is_labour && !has_org;
    (outweighs || signs >= 3 && signs > ours)
        .then(|| (noise, format!("事项属{office}职能，不属人社")))
}
