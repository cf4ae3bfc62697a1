//! 台账 — the figures of a month or a year, each with its definition. Pure: records in, a ledger out.
