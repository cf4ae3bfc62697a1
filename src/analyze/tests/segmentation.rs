//! The words of our lexicon must not spoil the segmentation of other texts. Measured on a key that is not part of the
//! repository; without it the test says so and passes.

use super::{RULES, root};
use crate::text::segment::Segmenter;
use std::collections::HashSet;
use std::path::PathBuf;

/// F1 of the words of `lines` against the key, by their places.
fn f1(segmenter: &Segmenter, lines: &[(&str, Vec<&str>)]) -> f64 {
    let (mut right, mut found, mut wanted) = (0, 0, 0);
    for (text, key) in lines {
        let ours = places(&segmenter.cut(text));
        let theirs = places(key);
        right += ours.intersection(&theirs).count();
        found += ours.len();
        wanted += theirs.len();
    }
    2.0 * right as f64 / (found + wanted).max(1) as f64
}

fn places(words: &[&str]) -> HashSet<(usize, usize)> {
    let mut start = 0;
    let place = |word: &&str| {
        let place = (start, start + word.chars().count());
        start = place.1;
        place
    };
    words.iter().map(place).collect()
}

#[test]
fn our_words_do_not_spoil_the_segmentation() {
    let data = std::env::var_os("YUQING_EVAL_DATA")
        .map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let key = std::fs::read_to_string(data.join("segmentation/pku_test_gold.utf8"));
    let Ok(key) = key else {
        println!("skipped: no segmentation key below {}", data.display());
        return;
    };
    let texts: Vec<String> = key
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let lines: Vec<(&str, Vec<&str>)> = texts
        .iter()
        .zip(key.lines())
        .map(|(text, line)| (text.as_str(), line.split_whitespace().collect()))
        .collect();
    let plain = f1(&Segmenter::new([]), &lines);
    let ours = f1(RULES.segmenter(), &lines);
    println!("segmentation: F1 {ours:.4} with our words, {plain:.4} without");
    assert!(ours >= 0.8355, "{ours:.4}");
    assert!(ours >= plain - 0.0003, "{ours:.4} against {plain:.4}");
}
