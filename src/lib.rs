//! yuqing: the map. Data flows from the top of this list to the bottom; `tests/it/layering.rs` holds the arrows.

// What we talk about: no input or output, no clock.
pub mod model;
pub mod text;

// The pipeline: pages in, judged posts out. None of these knows another.
pub mod fetch;
pub mod source;

// The truth and what is derived from it.
pub mod index;
pub mod store;
