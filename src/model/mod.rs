//! The glossary as types (`ARCHITECTURE.md`, *Words*): what each thing **is**. No input or output, no clock.

pub mod coded;

mod alert;
mod analysis;
mod attachment;
mod audit;
mod audit_subject;
mod author;
mod calendar;
mod canonical;
mod case;
mod case_figures;
mod case_state;
mod channel;
mod checkup;
mod correction;
mod delivery;
mod event;
mod issue;
mod judgement;
mod label;
mod ledger;
mod level;
mod look;
mod outlet;
mod page;
mod pause;
mod post;
mod problem;
mod region;
mod reply;
mod revision;
mod rule_change;
mod schedule;
mod source;
mod survey;
mod time;
mod topic;
mod uptake;
mod user;
mod watch;

pub use alert::{
    Alert, AlertId, AlertKind, AlertMark, AlertNotice, AlertRound, AlertState, AlertStep,
    AlertSubject, AlertTelling, NewAlert, SourceCondition, SourceMark,
};
pub use analysis::{Analysis, Intent, Reason, Sentiment};
pub use attachment::{AttachedTo, Attachment, AttachmentId, AttachmentKind, NewAttachment};
pub use audit::{AuditAction, AuditCheck, AuditLine, NewAudit};
pub use audit_subject::AuditSubject;
pub use author::Author;
pub use calendar::{OfficeHours, ShiftedDay, WorkCalendar};
pub use canonical::canonical_url;
pub use case::{
    Case, CaseDeadline, CaseField, CaseFile, CaseForm, CaseId, CaseLinks, CaseNote, CaseStep,
    DeadlineSet, DueFlag, FocusMark, NewCase, Urgency,
};
pub use case_figures::{CaseFigures, CaseTrack, FromCount};
pub use case_state::{CaseKind, CaseMove, CaseState};
pub use channel::Channel;
pub use checkup::{CheckState, Checkup};
pub use coded::UnknownCode;
pub use correction::{Adoption, Correction, LevelChange, Withdrawal, opinions};
pub use delivery::{
    Delivery, DeliveryId, DeliveryOutcome, DeliveryState, DeliveryStep, NewDelivery, Notice,
    Subject, Transport,
};
pub use event::{Event, EventDecision, EventDeed, EventId, Member, Phase};
pub use issue::{
    Cited, Corrects, DigestKind, Entry, EntryPost, Express, Issue, IssueContent, IssueId,
    IssueNumber, IssueState, Masthead, Overview, Period, Section, Series, Signature, Standing,
};
pub use judgement::{Held, Judgement, Said, level_reasons, rules_behind};
pub use label::{Field, Label};
pub use ledger::{
    CountedAs, CountedPost, Emergency, Facts, FrozenLedger, LedgerCases, LedgerEvent, SourceHealth,
    ledger_place, revision_days,
};
pub use level::Level;
pub use look::{Look, Looked, OriginalWords};
pub use outlet::OutletTier;
pub use page::{Answer, Capture, CrawlOutcome, Evidence, EvidencePlace, FetchCause, Page};
pub use pause::Pause;
pub use post::{Engagement, OldNews, Post, PostId, Reading, StoredPost};
pub use problem::Problem;
pub use region::{Jurisdiction, Region, Regions};
pub use reply::{Answered, NewReply, Reply, ReplyCounts, ReplyId};
pub use revision::{IssueStep, Revision, StepTaken, ZeroReport};
pub use rule_change::RuleChangeState;
pub use schedule::Schedule;
pub use source::{Source, SourceKind};
pub use survey::{
    Basis, Counted, DayCount, Dimension, FigureRow, FigureTable, Listed, Output, Survey,
};
pub use time::{Precision, PublishedAt, Timestamp};
pub use topic::{Topic, TopicScore};
pub use uptake::{NewUptake, Uptake, UptakeCounts, UptakeId, UptakeKind, UptakeVoid};
pub use user::{
    AccountRefusal, ApiKey, KeyShown, Permission, Role, Session, User, UserId, Visitor,
};
pub use watch::{AlertPolicy, Watch, WatchActivity, WatchHit};
