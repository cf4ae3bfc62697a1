//! 办理步骤 — the steps of a case, in their order, and what a move from one to another leaves out.

use crate::model::coded::coded_enum;

coded_enum! {
    /// 办理件种类.
    pub enum CaseKind {
        Transfer = "transfer" / "转办" | "转办件",
        Emergency = "emergency" / "应急" | "应急件",
    }
}

coded_enum! {
    /// 办理步骤 — what stands done. Each belongs to one kind (`spec.md` 3.4).
    pub enum CaseState {
        Registered = "registered" / "收文登记" | "登记",
        Proposed = "proposed" / "拟办",
        Approved = "approved" / "签批",
        Undertaken = "undertaken" / "承办",
        Answered = "answered" / "反馈",
        Archived = "archived" / "归档",
        Discovered = "discovered" / "发现",
        Judged = "judged" / "研判",
        Reported = "reported" / "报告",
        Handled = "handled" / "处置",
        Responded = "responded" / "回应",
        Followed = "followed" / "跟踪",
        Settled = "settled" / "办结",
        Reviewed = "reviewed" / "复盘",
    }
}

/// How a case gets from one step to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseMove {
    /// The very next step.
    Next,
    /// Forward over these, which are left out.
    Over(Vec<CaseState>),
    /// 退回 to an earlier step.
    Back,
}

impl CaseKind {
    /// Its steps, first to last.
    pub fn path(self) -> &'static [CaseState] {
        match self {
            CaseKind::Transfer => &[
                CaseState::Registered,
                CaseState::Proposed,
                CaseState::Approved,
                CaseState::Undertaken,
                CaseState::Answered,
                CaseState::Archived,
            ],
            CaseKind::Emergency => &[
                CaseState::Discovered,
                CaseState::Judged,
                CaseState::Reported,
                CaseState::Handled,
                CaseState::Responded,
                CaseState::Followed,
                CaseState::Settled,
                CaseState::Reviewed,
            ],
        }
    }

    /// 反馈、回应 — the step a deadline is for, where its rule names no other.
    pub fn answer(self) -> CaseState {
        match self {
            CaseKind::Transfer => CaseState::Answered,
            CaseKind::Emergency => CaseState::Responded,
        }
    }

    /// 归档、办结 — the step that closes a case.
    pub fn closing(self) -> CaseState {
        match self {
            CaseKind::Transfer => CaseState::Archived,
            CaseKind::Emergency => CaseState::Settled,
        }
    }

    /// The steps as people write them: `收文登记→拟办→…`.
    pub fn path_in_words(self) -> String {
        let labels: Vec<&str> = self.path().iter().map(|state| state.label()).collect();
        labels.join("→")
    }
}

impl CaseState {
    /// The kind of case it is a step of.
    pub fn kind(self) -> CaseKind {
        if CaseKind::Transfer.path().contains(&self) {
            CaseKind::Transfer
        } else {
            CaseKind::Emergency
        }
    }

    /// The step after it.
    pub fn next(self) -> Option<CaseState> {
        self.kind().path().get(self.place() + 1).copied()
    }

    /// Is `earlier` of the same kind, and this step reached no earlier?
    pub fn is_at_or_after(self, earlier: CaseState) -> bool {
        self.kind() == earlier.kind() && self.place() >= earlier.place()
    }

    /// The move to another step of the same kind; `None` where there is none.
    pub fn move_to(self, to: CaseState) -> Option<CaseMove> {
        if self.kind() != to.kind() || self == to {
            return None;
        }
        let (here, there) = (self.place(), to.place());
        Some(match there {
            _ if there < here => CaseMove::Back,
            _ if there == here + 1 => CaseMove::Next,
            _ => CaseMove::Over(self.kind().path()[here + 1..there].to_vec()),
        })
    }

    fn place(self) -> usize {
        let mut path = self.kind().path().iter();
        path.position(|state| *state == self)
            .expect("every step is on the path of its kind")
    }
}

#[cfg(test)]
mod tests {
    use super::{CaseKind, CaseMove, CaseState};

    #[test]
    fn every_step_stands_once_on_one_path() {
        let steps = CaseKind::ALL.iter().flat_map(|kind| kind.path());
        let mut steps: Vec<CaseState> = steps.copied().collect();
        steps.sort();
        assert_eq!(steps, CaseState::ALL);
    }

    #[test]
    fn paths_read_as_the_rules_say() {
        let said = CaseKind::ALL.iter().map(|kind| kind.path_in_words());
        let expected = [
            "收文登记→拟办→签批→承办→反馈→归档",
            "发现→研判→报告→处置→回应→跟踪→办结→复盘",
        ];
        assert_eq!(said.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_move_names_what_it_leaves_out() {
        use CaseState::{Answered, Approved, Archived, Proposed, Registered, Settled, Undertaken};
        assert_eq!(Registered.move_to(Proposed), Some(CaseMove::Next));
        assert_eq!(
            Registered.move_to(Undertaken),
            Some(CaseMove::Over(vec![Proposed, Approved]))
        );
        assert_eq!(Answered.move_to(Undertaken), Some(CaseMove::Back));
        assert_eq!(Answered.move_to(Answered), None);
        assert_eq!(Answered.move_to(Settled), None);
        assert_eq!(Archived.next(), None);
    }
}
