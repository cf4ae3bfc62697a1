//! What a plain reading of all texts finds.

use super::corpus::Corpus;
use memchr::memmem::Finder;
use yuqing::index::Query;
use yuqing::text::normalize::fold;

/// Folded texts.
pub struct Oracle {
    texts: Vec<String>,
}

impl Oracle {
    /// Folds all texts; white space is one blank each, as the index has it.
    pub fn of(corpus: &Corpus) -> Oracle {
        Oracle {
            texts: corpus.texts.iter().map(|text| plain(text)).collect(),
        }
    }

    /// How many posts match? Strings, AND, OR and NOT.
    pub fn count(&self, query: &Query) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = self.texts.len().div_ceil(cores).max(1);
        let test = test(query);
        std::thread::scope(|scope| {
            let parts: Vec<_> = (self.texts.chunks(share))
                .map(|texts| scope.spawn(|| texts.iter().filter(|text| test(text)).count()))
                .collect();
            parts
                .into_iter()
                .map(|part| part.join().expect("no panic"))
                .sum()
        })
    }
}

fn plain(text: &str) -> String {
    fold(text)
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect()
}

fn test(query: &Query) -> Box<dyn Fn(&str) -> bool + Sync> {
    match query {
        Query::Contains(text) => {
            let finder = Finder::new(plain(text).trim().as_bytes()).into_owned();
            Box::new(move |read| finder.find(read.as_bytes()).is_some())
        }
        Query::And(parts) => {
            let parts: Vec<_> = parts.iter().map(test).collect();
            Box::new(move |read| parts.iter().all(|part| part(read)))
        }
        Query::Or(parts) => {
            let parts: Vec<_> = parts.iter().map(test).collect();
            Box::new(move |read| parts.iter().any(|part| part(read)))
        }
        Query::Not(part) => {
            let part = test(part);
            Box::new(move |read| !part(read))
        }
        other => panic!("no plain reading of {other:?}"),
    }
}
