//! Integration tests, one binary: the shape of the sources, the pipeline on loopback, the program itself.
//! None sleeps for a fixed time, leaves loopback, or needs another test to run before it.

mod binary;
mod broken_config;
mod collect;
mod crawl;
mod daemon;
mod demo;
mod events;
mod evidence;
mod feed;
mod import;
mod judging;
mod labels;
mod layering;
mod probe;
mod program;
mod real_pages;
mod robots;
mod rude;
mod scenario;
mod search;
mod site;
mod summaries;
mod watches;
