//! 体检 — whether all is well with one part of the installation, and what to do where it is not.

use crate::model::coded::coded_enum;
use serde::Serialize;

coded_enum! {
    /// How it stands.
    pub enum CheckState {
        /// Nothing to do.
        Ok = "ok" / "正常",
        /// Works; somebody should see to it.
        Warn = "warn" / "注意",
        /// Does not work, or is not what it was.
        Fail = "fail" / "故障",
    }
}

/// One line of a checkup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checkup {
    /// What was looked at.
    pub name: &'static str,
    /// How it stands.
    pub state: CheckState,
    /// What was found.
    pub found: String,
    /// What to do; empty where nothing.
    pub advice: String,
}

impl Checkup {
    /// All is well.
    pub fn ok(name: &'static str, found: impl Into<String>) -> Checkup {
        Checkup {
            name,
            state: CheckState::Ok,
            found: found.into(),
            advice: String::new(),
        }
    }

    /// Somebody should see to it.
    pub fn warn(
        name: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Checkup {
        Checkup {
            name,
            state: CheckState::Warn,
            found: found.into(),
            advice: advice.into(),
        }
    }

    /// It is broken.
    pub fn fail(
        name: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Checkup {
        Checkup {
            name,
            state: CheckState::Fail,
            found: found.into(),
            advice: advice.into(),
        }
    }
}
