//! Runs the pages of `tests/fixtures/extract` and what is known of real pages.

mod fixtures;
mod hostile;
mod measured;
