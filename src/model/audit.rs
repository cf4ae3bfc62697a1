//! 审计 — who did what, when, from where: lines that are only added, each chained to the one before.

use crate::model::Timestamp;
use crate::model::coded::coded_enum;
use serde::Serialize;

coded_enum! {
    /// What was done.
    pub enum AuditAction {
        /// Came in.
        SignIn = "sign_in" / "登录",
        /// Tried to.
        SignInFailed = "sign_in_failed" / "登录失败",
        /// Too many failures.
        Locked = "locked" / "锁定",
        /// Left.
        SignOut = "sign_out" / "退出",
        /// Asked for what the role may not, or without the form's token.
        Refused = "refused" / "拒绝",
        /// Looked at words before masking.
        Unmask = "unmask" / "查看原文",
        /// Took a list or a ledger along.
        Export = "export" / "导出",
        /// Changed a judgement other than the level.
        Label = "label" / "更正研判",
        /// Changed a level.
        Level = "level" / "更正级别",
        /// Moved posts between events.
        Event = "event" / "调整事件",
        /// Changed a rule, a topic, a lexicon.
        Rule = "rule" / "修改规则",
        /// Changed a source.
        Source = "source" / "修改信源",
        /// Changed a saved query.
        Watch = "watch" / "修改专题",
        /// Drafted or edited an issue.
        Draft = "draft" / "编辑刊物",
        /// Approved or returned an issue.
        Approve = "approve" / "审核",
        /// Signed an issue.
        Sign = "sign" / "签发",
        /// Voided an issue.
        Void = "void" / "作废",
        /// Sent, or sent again.
        Send = "send" / "发送",
        /// Registered or advanced a case.
        Case = "case" / "办理",
        /// Entered a post by hand, or a file of them.
        Entry = "entry" / "补录",
        /// Acted on an alert.
        Alert = "alert" / "处置预警",
        /// Froze a ledger, registered replies or adoptions.
        Ledger = "ledger" / "台账",
        /// Changed a user, a password, a key.
        User = "user" / "修改用户",
        /// Made a backup, restored one.
        Backup = "backup" / "备份恢复",
    }
}

impl AuditAction {
    /// Lines of one actor from one address within an hour; none where every one counts. Whoever is kept out may try as
    /// often as the wire allows: that must not fill the disk.
    pub fn most_in_an_hour(self) -> Option<u32> {
        match self {
            AuditAction::Locked | AuditAction::Refused => Some(20),
            _ => None,
        }
    }
}

/// What is to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAudit {
    /// [`Visitor::actor`](crate::model::Visitor::actor); on the command line 姓名 as given, `命令行` without one.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// On what: `信息#17`, `刊物#7`, `用户li`.
    pub subject: String,
    /// How, in a sentence; masked.
    pub detail: String,
    /// From where; empty on the command line.
    pub address: String,
}

/// A line as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// From 1, without gaps.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// On what.
    pub subject: String,
    /// How.
    pub detail: String,
    /// From where.
    pub address: String,
    /// SHA-256 over the hash before and this line.
    pub hash: String,
}

/// Whether the chain holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditCheck {
    /// Lines looked at.
    pub lines: u64,
    /// The last hash: written down elsewhere, it shows whether the end was cut off.
    pub last_hash: String,
    /// The first line that does not fit, and why.
    pub broken: Option<(i64, String)>,
}

impl AuditCheck {
    /// What it comes to, for people.
    pub fn sentence(&self) -> String {
        match &self.broken {
            Some((_, why)) => format!(
                "审计记录被改动或已损坏：{why}（此前{}条完好），请与备份核对。",
                self.lines
            ),
            None => format!(
                "审计记录完好，共{}条，末条校验值{}。",
                self.lines, self.last_hash
            ),
        }
    }
}
