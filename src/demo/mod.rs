//! The sample world: sites on loopback, written for the project, alive from 7 to 18 April 2017 at the Zhengzhou bureau.
//!
//! In: the world's clock and a request. Out: what these sites showed at that moment, as bytes. All texts are our own;
//! no person in them exists. It serves pages and nothing else: the ordinary pipeline reads them like any other site.

pub mod clock;
pub mod sites;
pub mod sources;
pub mod world;
pub mod year;

mod curve;
mod post;

#[cfg(test)]
mod tests;
