//! Pure functions over Chinese text. No input or output, no clock, no settings.

pub mod classifier;
pub mod duration;
pub mod fingerprint;
pub mod heading;
pub mod lines;
pub mod mask;
pub mod mistake;
pub mod normalize;
pub mod printable;
pub mod segment;
pub mod summary;
pub mod synonyms;
pub mod wording;
