//! 刊物、期 — a publication and one number of it.

use crate::model::coded::coded_enum;
use crate::model::{Channel, EventId, Level, PostId, Survey, Timestamp};
use serde::{Deserialize, Serialize};

/// Row id of an issue. Not its number: that comes with the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssueId(pub i64);

coded_enum! {
    /// 期的状态 — 草稿 → 审核 → 签发; 作废. Only a draft changes.
    pub enum IssueState {
        Draft = "draft" / "草稿",
        Approved = "approved" / "审核",
        Signed = "signed" / "签发",
        Void = "void" / "作废",
    }
}

impl IssueState {
    /// What an editor does who can change nothing in this state.
    pub fn way_out(self) -> &'static str {
        match self {
            IssueState::Draft => "草稿可直接修改",
            IssueState::Approved => "需要修改的请先退回",
            IssueState::Signed => "有误的请起草更正",
            IssueState::Void => "请另行起草",
        }
    }
}

coded_enum! {
    /// 刊物种类 — what decides period, content and page of a digest (`spec.md` 1.1). A block that does not say is a 专报.
    #[derive(Default)]
    pub enum DigestKind {
        #[default]
        Daily = "daily" / "专报" | "日报",
        Express = "express" / "快报",
        Weekly = "weekly" / "周报",
        Monthly = "monthly" / "月报",
        Special = "special" / "专题报告" | "专题",
    }
}

coded_enum! {
    /// 编号序列 — each counts for itself, so that a supplement takes no number from the main series.
    #[derive(Default)]
    pub enum Series {
        #[default]
        Main = "main" / "正刊",
        Supplement = "supplement" / "增刊",
    }
}

/// 期号 — taken at sign-off, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueNumber {
    /// Year of the number.
    pub year: i32,
    /// 第N期 — running within the year.
    pub number: u32,
    /// 总第N期 — running for ever.
    pub total_number: u32,
}

/// 监测时段 — from inclusive, to exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// Begin.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
}

/// 期 — one number of a digest.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// Row id.
    pub id: IssueId,
    /// Number, once signed.
    pub number: Option<IssueNumber>,
    /// State.
    pub state: IssueState,
    /// When the draft was made.
    pub drafted_at: Timestamp,
    /// 签发 — who and when.
    pub signed: Option<Signature>,
    /// 修订号 — how often editors changed the draft; an editor who saw an older one is told.
    pub revision: u32,
    /// What is printed.
    pub content: IssueContent,
}

/// 期的内容 — what is printed; frozen by the signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IssueContent {
    /// Code of the digest in `config/digests.toml`: `daily`.
    pub digest: String,
    /// 种类.
    #[serde(default)]
    pub kind: DigestKind,
    /// 正刊 or 增刊.
    #[serde(default)]
    pub series: Series,
    /// What it is about, where that is not a period: `special:…`, `event:5`. Empty for scheduled issues; with the
    /// digest it is the natural key of the others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub occasion: String,
    /// 专题名称 of a 专题报告.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// 快报 and 续报: where the matter stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub express: Option<Express>,
    /// 更正: which signed issue this one puts right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Corrects>,
    /// The fixed words around the issue.
    pub masthead: Masthead,
    /// 监测时段.
    pub period: Period,
    /// 监测概况 — the figures of the period.
    pub overview: Overview,
    /// 总体情况 of 周报, 月报 and 专题报告.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<Survey>,
    /// 栏目, in printing order; empty ones are left out.
    pub sections: Vec<Section>,
    /// 附注 of the whole issue, an editor's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl IssueContent {
    /// Entries of all sections, in printing order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.sections.iter().flat_map(|section| &section.entries)
    }

    /// Nothing to print: such an issue is not signed, its period is a 零报告.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none() && self.survey.is_none()
    }

    /// 编者提示 — title and note of every entry whose summary needs an editor's eye.
    pub fn summary_notes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries()
            .filter(|entry| !entry.summary_note.is_empty())
            .map(|entry| (entry.title.as_str(), entry.summary_note.as_str()))
    }
}

/// 快报的情况 — where a matter stood when the issue was drafted, and what the one before said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Express {
    /// 事件, where the matter is one.
    pub event: Option<EventId>,
    /// 0 for the first issue, 1 for 续报一, …
    pub ordinal: u32,
    /// 终报.
    pub is_final: bool,
    /// The first issue of the matter: all bear its number.
    pub first: Option<IssueId>,
    /// 上一报: the issue before, as it is cited.
    pub earlier: Option<Cited>,
    /// Figures of the matter.
    pub standing: Standing,
    /// 变化 — what is otherwise than in the issue before, a sentence each.
    #[serde(default)]
    pub changes: Vec<String>,
}

/// Figures of a matter at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// 截至.
    pub at: Timestamp,
    /// 级别.
    pub level: Level,
    /// Posts, copies included.
    pub posts: Vec<PostId>,
    /// 信源.
    pub sources: u64,
    /// 评论, summed; `None` where no page showed any.
    pub comments: Option<u64>,
    /// 转发.
    pub reposts: Option<u64>,
    /// 点赞.
    pub likes: Option<u64>,
}

/// An issue as another one cites it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// Row id.
    pub issue: IssueId,
    /// `2017年第168期`.
    pub number: String,
}

/// 更正 — which issue is put right, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrects {
    /// The signed issue.
    pub cited: Cited,
    /// 更正说明, printed.
    pub reason: String,
}

/// 报头、版记 — the fixed words around an issue (`spec.md` 1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masthead {
    /// 简报名称, `人社舆情专报`.
    pub title: String,
    /// 编发单位, `郑州市人力资源和社会保障局办公室`.
    pub publisher: String,
    /// `内部资料  注意保存`.
    pub notice: String,
    /// 报.
    pub report_to: String,
    /// 送.
    pub copy_to: String,
    /// 发.
    pub issue_to: String,
    /// 印数.
    pub copies: u32,
}

/// 签发 — who signed, when, and whose hands it went through before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Name as printed.
    pub by: String,
    /// When; its day is the date of issue.
    pub at: Timestamp,
    /// 审核; empty where nobody is on record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approver: String,
    /// 编辑 — who edited last, else who drafted; empty where the program did both.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub editor: String,
}

/// 监测概况 — figures of the period, each countable again from the records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Posts about the bureau found in the period, reposts and advertisements included.
    pub found: u64,
    /// By channel, largest first.
    pub by_channel: Vec<(Channel, u64)>,
    /// 剔除 — reposts and advertisements.
    pub removed: u64,
    /// 纳入研判 — `found` − `removed`.
    pub judged: u64,
    /// Of those judged.
    pub negative: u64,
    /// Of those judged.
    pub neutral: u64,
    /// Of those judged.
    pub positive: u64,
    /// 信源 that were not read in the period, by name.
    pub failed_sources: Vec<String>,
    /// 未刊 — entries worth printing for which the issue had no room.
    #[serde(default)]
    pub left_out: u64,
}

/// 栏目 — an ordered group of entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Title without number: `重点舆情`.
    pub title: String,
    /// Entries.
    pub entries: Vec<Entry>,
}

/// 条 — one line item of an issue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// At most 28 characters, no judging adjective (`spec.md` 1.2).
    pub title: String,
    /// 级别; `none` prints as 动态.
    pub level: Level,
    /// 主要内容 — 80–200 characters, only sentences of the post, masked.
    pub summary: String,
    /// 摘要说明 — for the editor, never printed: a language model wrote the summary, or why its words were not taken.
    /// Empty where the summary was taken from the post, as it is unless a model is configured.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary_note: String,
    /// 传播情况 — one sentence with figures and the time they were read.
    pub spread: String,
    /// 研判 — required from yellow up; the draft proposes the rules' reasons.
    pub judgement: String,
    /// 建议 — required from yellow up; the draft proposes the responsible office.
    pub advice: String,
    /// 附注, an editor's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Posts behind the entry, first publisher first.
    pub posts: Vec<EntryPost>,
}

/// A post as an issue cites it; frozen with the issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPost {
    /// Row id.
    pub id: PostId,
    /// Id of whoever handed it in.
    pub external_id: Option<String>,
    /// 来源, `大河论坛`.
    pub source: String,
    /// 渠道.
    pub channel: Channel,
    /// Link, where there is one.
    pub url: Option<String>,
    /// Title, masked; empty for microblogs.
    pub title: String,
    /// 发布时间.
    pub published_at: Option<Timestamp>,
    /// 监测时间 — when we first saw it.
    pub first_seen_at: Timestamp,
}

impl Issue {
    /// How others cite it: `2017年第168期`, `2017年增刊第3期`, `2017年第17期续报一`; `None` before its signature.
    /// `number_word` writes the ordinal of a 续报.
    pub fn cited_number(&self, number_word: impl Fn(usize) -> String) -> Option<String> {
        let number = self.number?;
        let series = match self.content.series {
            Series::Main => "",
            Series::Supplement => Series::Supplement.label(),
        };
        let part = match &self.content.express {
            Some(express) if express.is_final => "终报".to_owned(),
            Some(express) if express.ordinal > 0 => {
                format!("续报{}", number_word(express.ordinal as usize))
            }
            _ => String::new(),
        };
        Some(format!(
            "{}年{series}第{}期{part}",
            number.year, number.number
        ))
    }
}
