//! Integration tests, one binary: the shape of the sources, the pipeline on loopback, the program itself.
//! None sleeps for a fixed time, leaves loopback, or needs another test to run before it.

mod adoptions;
mod alerts;
mod binary;
mod broken_config;
mod cases;
mod collect;
mod crashes;
mod crawl;
mod daemon;
mod deadlines;
mod deliveries;
mod deliveries_cli;
mod demo;
mod events;
mod evidence;
mod feed;
mod import;
mod issues;
mod judging;
mod labels;
mod layering;
mod mailbox;
mod probe;
mod program;
mod real_pages;
mod receiver;
mod robots;
mod rude;
mod scenario;
mod search;
mod site;
mod stats;
mod summaries;
mod watches;
mod year;
