//! The days that a query leaves: of several beginnings the latest, of several ends the earliest.

use super::Query;
use chrono::NaiveDate;

/// 时段 of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// First day; `None`: since ever.
    pub from: Option<NaiveDate>,
    /// Last day; `None`: for ever.
    pub to: Option<NaiveDate>,
}

impl Days {
    /// What both leave.
    pub fn and(self, other: Days) -> Days {
        let earliest = |one: Option<NaiveDate>, other: Option<NaiveDate>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Days {
            from: self.from.max(other.from),
            to: earliest(self.to, other.to),
        }
    }

    /// Is a day left?
    ///
    /// # Errors
    /// It begins after it ends; the sentence says so.
    pub fn check(self) -> Result<(), String> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => {
                Err(format!("起始日{from}晚于截止日{to}，没有这样的时段"))
            }
            _ => Ok(()),
        }
    }
}

impl Query {
    /// The days that every hit lies in, as far as the query says.
    pub fn days(&self) -> Days {
        match self {
            Query::After(day) => Days {
                from: Some(*day),
                to: None,
            },
            Query::Before(day) => Days {
                from: None,
                to: Some(*day),
            },
            Query::And(parts) => {
                (parts.iter()).fold(Days::default(), |days, part| days.and(part.days()))
            }
            _ => Days::default(),
        }
    }
}
