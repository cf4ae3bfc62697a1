//! What time it is in the sample world. The driver sets it, the sites read it; it never moves by itself.

use crate::model::Timestamp;
use chrono::{DateTime, FixedOffset};
use std::sync::atomic::{AtomicI64, Ordering};

/// China Standard Time; the whole sample world lives in it.
pub fn china() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours is an offset")
}

/// The world's clock, shared by the driver and the sites.
#[derive(Debug)]
pub struct WorldClock(AtomicI64);

impl WorldClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> WorldClock {
        WorldClock(AtomicI64::new(now.timestamp()))
    }

    /// The world's time.
    pub fn now(&self) -> Timestamp {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0)
            .expect("only timestamps are stored")
            .with_timezone(&china())
    }

    /// Moves the world to `now`; pages change with it.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.timestamp(), Ordering::SeqCst);
    }
}
