//! yuqing: the map. Data flows from the top of this list to the bottom; `tests/it/layering.rs` holds the arrows.

// What we talk about: no input or output, no clock.
pub mod model;
pub mod text;

// The pipeline.
pub mod extract;
