//! yuqing: the map. Data flows from the top of this list to the bottom; `tests/it/layering.rs` holds the arrows.

// What we talk about: no input or output, no clock.
pub mod model;
pub mod text;

// The pipeline: pages in, judged posts out. None of these knows another.
pub mod analyze;
pub mod extract;
pub mod fetch;
pub mod import;
pub mod source;

// How good the judgement is, and how it learns.
pub mod eval;
pub mod train;

// The truth and what is derived from it.
pub mod evidence;
pub mod index;
pub mod store;

// Saved queries, against every new post.
pub mod watch;

// Who may come in.
pub mod access;

// What is made of the posts.
pub mod alert;
pub mod case;
pub mod cluster;
pub mod digest;
pub mod stats;

// How it looks on paper, and how it reaches people.
pub mod deliver;
pub mod document;

// Putting it together.
pub mod app;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod pipeline;
pub mod report;
pub mod web;
