//! 办理件 — something an office must handle by a deadline: 转办 of another office, or an 应急 of our own.

use crate::model::coded::coded_enum;
use crate::model::{CaseKind, CaseState, EventId, PostId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Row id of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub i64);

coded_enum! {
    /// 缓急.
    pub enum Urgency {
        Normal = "normal" / "平件" | "普通" | "一般",
        Urgent = "urgent" / "急件" | "加急" | "紧急",
        ExtraUrgent = "extra_urgent" / "特急",
        WithinDay = "within_24h" / "24小时" | "24小时内",
    }
}

coded_enum! {
    /// 重点回应 — the five kinds of matter that must be answered (国办发〔2016〕61号, `spec.md` 2.1), and none of them.
    pub enum FocusMark {
        Policy = "policy" / "重大政策存在误解误读",
        Interests = "interests" / "涉及公众切身利益且影响较大",
        Morals = "morals" / "民生领域严重冲击道德底线",
        Incident = "incident" / "突发事件处置和自然灾害应对",
        Superior = "superior" / "上级要求主动回应",
        None = "none" / "均不属于",
    }
}

coded_enum! {
    /// 办理栏 — what is written into a case while it is handled; the latest word of each stands, all are kept.
    pub enum CaseField {
        Office = "office" / "承办处室",
        Handler = "handler" / "承办人",
        Opinion = "opinion" / "拟办意见",
        LeaderNote = "leader_note" / "领导批示",
        LeadBody = "lead_body" / "第一责任主体",
        Focus = "focus" / "重点回应情形",
        Result = "result" / "办理结果",
        ReplyLine = "reply_line" / "答复口径",
        Enclosure = "enclosure" / "反馈件附件",
        // The six elements of a 反馈单 (`spec.md` 1.6).
        Facts = "facts" / "基本情况",
        Findings = "findings" / "核查结果",
        Measures = "measures" / "处置措施",
        Response = "response" / "回应情况",
        Trend = "trend" / "舆情走势",
        NextSteps = "next_steps" / "下一步",
        // 复盘 (`spec.md` 3.4).
        LineEffect = "line_effect" / "口径效果",
        Lessons = "lessons" / "可改进点",
    }
}

impl CaseField {
    /// 反馈单必备六要素, in their order.
    pub const FEEDBACK: [CaseField; 6] = [
        CaseField::Facts,
        CaseField::Findings,
        CaseField::Measures,
        CaseField::Response,
        CaseField::Trend,
        CaseField::NextSteps,
    ];

    /// Does it name offices and officials, which are no private persons, rather than tell of the matter?
    pub fn names_officials(self) -> bool {
        matches!(
            self,
            CaseField::Office | CaseField::Handler | CaseField::LeadBody | CaseField::Focus
        )
    }
}

coded_enum! {
    /// 时限提示 — how close the deadline is.
    pub enum DueFlag {
        Overdue = "overdue" / "超期",
        WithinHour = "1h" / "不足1小时",
        WithinFourHours = "4h" / "不足4小时",
    }
}

/// 登记表 — what is known when a case is registered. Words are masked.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseForm {
    /// 种类.
    pub kind: CaseKind,
    /// 来文单位; of an emergency whoever found it.
    pub from_org: String,
    /// 文号.
    pub document_no: Option<String>,
    /// 缓急.
    pub urgency: Urgency,
    /// 事由.
    pub title: String,
    /// 来文内容.
    pub text: String,
    /// 原文链接.
    pub original_link: Option<String>,
    /// 收文附件, by name.
    pub attachment: Option<String>,
    /// 收文时间; of an emergency when it was registered.
    pub received_at: Timestamp,
    /// 监测发现时间, where known.
    pub discovered_at: Option<Timestamp>,
    /// 发布时间 of what it is about, where known.
    pub published_at: Option<Timestamp>,
}

/// 时限 — until when what must be done, and why then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseDeadline {
    /// The moment.
    pub at: Timestamp,
    /// Id of the rule in `deadlines.toml`; absent where the letter names the time itself.
    pub rule: Option<String>,
    /// Why then, in words: `转办件（普通），自收文起3个工作日`.
    pub basis: String,
    /// What the reader must know of the reckoning: `日历缺2028年，只按周末推算`; mostly empty.
    pub note: String,
    /// The step that must stand done by then.
    pub met_by: CaseState,
}

/// 关联 — the posts and events a case is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaseLinks {
    /// Posts.
    pub posts: Vec<PostId>,
    /// Events.
    pub events: Vec<EventId>,
}

/// A case to be registered.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCase {
    /// 登记表.
    pub form: CaseForm,
    /// 时限.
    pub deadline: CaseDeadline,
    /// What is already written into it.
    pub notes: Vec<(CaseField, String)>,
    /// 关联.
    pub links: CaseLinks,
    /// The imported post that is the letter itself: it makes one case.
    pub letter: Option<PostId>,
}

/// 办理件.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Row id.
    pub id: CaseId,
    /// 登记表.
    pub form: CaseForm,
    /// 时限 in force.
    pub deadline: CaseDeadline,
    /// How many deadlines it has had; more than one after an extension.
    pub deadline_count: u32,
    /// 步骤.
    pub state: CaseState,
    /// When the step that the deadline is for was reached: 反馈时间 of a 转办件.
    pub answered_at: Option<Timestamp>,
    /// 归档、办结.
    pub closed_at: Option<Timestamp>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Who registered it.
    pub registered_by: String,
    /// The latest word of each 办理栏.
    pub notes: BTreeMap<CaseField, String>,
}

impl Case {
    /// The word of a 办理栏, empty where none was said.
    pub fn note(&self, field: CaseField) -> &str {
        self.notes.get(&field).map_or("", String::as_str)
    }

    /// Is the deadline still to be met?
    pub fn is_pending(&self) -> bool {
        self.answered_at.is_none() && self.closed_at.is_none()
    }

    /// 超期 — against the moment it was answered or closed, else against `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.answered_at.or(self.closed_at).unwrap_or(now) > self.deadline.at
    }

    /// How close its deadline is.
    pub fn due_flag(&self, now: Timestamp) -> Option<DueFlag> {
        if self.is_overdue(now) {
            return Some(DueFlag::Overdue);
        }
        let left = self.deadline.at - now;
        match () {
            () if !self.is_pending() => None,
            () if left <= TimeDelta::hours(1) => Some(DueFlag::WithinHour),
            () if left <= TimeDelta::hours(4) => Some(DueFlag::WithinFourHours),
            () => None,
        }
    }

    /// 重点回应情形; empty while nobody has said.
    pub fn focus(&self) -> Vec<FocusMark> {
        let said = self.note(CaseField::Focus).split('、');
        said.filter_map(|mark| mark.parse().ok()).collect()
    }

    /// 反馈单 elements nobody has written yet.
    pub fn missing_feedback(&self) -> Vec<CaseField> {
        let all = CaseField::FEEDBACK.into_iter();
        all.filter(|field| self.note(*field).is_empty()).collect()
    }
}

/// 办理记录 — one step, who took or left it out, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseStep {
    /// The step that stood before; absent for the registration.
    pub from: Option<CaseState>,
    /// The step.
    pub state: CaseState,
    /// When it happened.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// 意见、原因.
    pub note: String,
    /// 略过.
    pub is_skipped: bool,
    /// When it was written down.
    pub recorded_at: Timestamp,
}

/// One word in a 办理栏.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseNote {
    /// 办理栏.
    pub field: CaseField,
    /// What was written.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

/// 时限变更 — a deadline that was set, the first one included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlineSet {
    /// The deadline.
    pub due_at: Timestamp,
    /// Rule it follows.
    pub rule: Option<String>,
    /// Why then.
    pub basis: String,
    /// Why it was changed; empty for the first.
    pub reason: String,
    /// When it was set.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

/// A case with all that was written of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseFile {
    /// The case.
    pub case: Case,
    /// Steps, oldest first.
    pub steps: Vec<CaseStep>,
    /// Words, oldest first.
    pub notes: Vec<CaseNote>,
    /// Deadlines, oldest first.
    pub deadlines: Vec<DeadlineSet>,
    /// 关联.
    pub links: CaseLinks,
}
