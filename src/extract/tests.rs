//! Pages written for tests, pages that want to hurt, real pages where they are at hand, and the rules that ship.

mod fixtures;
mod fuzzed;
mod hostile;
mod measured;
mod measured_charsets;
mod measured_proposals;
mod measured_times;
mod mutations;
mod shipped_rules;
