//! 审计对象 — what a deed was done to, spelled alike by page, interface and command line: `信息#17`, `用户li`, `检索结果`.

use super::coded::coded_enum;

coded_enum! {
    /// 审计对象.
    pub enum AuditSubject {
        /// A post.
        Post = "post" / "信息",
        /// An event.
        Event = "event" / "事件",
        /// An issue, by its row id.
        Issue = "issue" / "刊物",
        /// A period in which there was nothing to print.
        ZeroReport = "zero_report" / "零报告",
        /// What is sent to one recipient.
        Delivery = "delivery" / "投递",
        /// Whoever is sent something.
        Recipient = "recipient" / "收件人",
        /// A case.
        Case = "case" / "办理件",
        /// Replies to citizens.
        Reply = "reply" / "答复网友",
        /// What was reported upwards, adopted, instructed.
        Uptake = "uptake" / "外报采用",
        /// An alert.
        Alert = "alert" / "预警",
        /// A saved query.
        Watch = "watch" / "专题",
        /// A source.
        Source = "source" / "信源",
        /// A list of feeds.
        Feeds = "feeds" / "订阅源清单",
        /// A file of posts.
        File = "file" / "文件",
        /// The figures of a period.
        Ledger = "ledger" / "台账",
        /// A list of hits.
        Hits = "hits" / "检索结果",
        /// The list of what people corrected.
        Labels = "labels" / "更正清单",
        /// The audit itself.
        Audit = "audit" / "审计",
        /// A user.
        User = "user" / "用户",
    }
}

impl AuditSubject {
    /// `信息#17`.
    pub fn numbered(self, id: i64) -> String {
        format!("{}#{id}", self.label())
    }

    /// `用户li`.
    pub fn named(self, name: impl std::fmt::Display) -> String {
        format!("{}{name}", self.label())
    }

    /// The number behind the noun; none where a line is about something else.
    pub fn number_of(self, subject: &str) -> Option<i64> {
        let number = subject.strip_prefix(self.label())?.strip_prefix('#')?;
        number.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::AuditSubject;

    #[test]
    fn a_subject_is_a_noun_with_a_number_or_a_name() {
        let post = AuditSubject::Post.numbered(17);
        assert_eq!(post, "信息#17");
        assert_eq!(AuditSubject::Post.number_of(&post), Some(17));
        assert_eq!(AuditSubject::Issue.number_of(&post), None);
        assert_eq!(AuditSubject::Ledger.named("2017-04"), "台账2017-04");
    }
}
