//! One post → the queries that match it. Its buffers serve one post after the other.

use super::Matcher;
use super::compile::{CODE, FieldSet, Term, Test, bit};
use crate::index::query::TextField;
use crate::index::{characters, codes_of};
use crate::model::StoredPost;

/// Stands between two fields, and between two values of a field: no string of a query holds it. Between values it counts
/// for the one character that the index leaves between them.
const BOUNDARY: char = '\0';

/// Longest character in bytes.
const MAX_CHAR_BYTES: usize = 4;

/// Reads posts, one after the other.
pub struct Reader<'m> {
    matcher: &'m Matcher,
    post: Found,
    /// The post at which each query was read last.
    read_at: Vec<u64>,
    /// Number of the post at hand.
    now: u64,
    matching: Vec<usize>,
}

/// What stands in the post at hand.
struct Found {
    published_ms: i64,
    /// All fields, folded.
    folded: String,
    /// Each field with its end in `folded`, in order.
    ends: Vec<(FieldSet, usize)>,
    /// Fields in which each term stands.
    fields: Vec<FieldSet>,
    /// Terms that stand somewhere.
    terms: Vec<Term>,
    /// First and last byte of terms whose places are asked for, in order.
    places: Vec<Vec<(usize, usize)>>,
}

impl<'m> Reader<'m> {
    pub(super) fn of(matcher: &'m Matcher) -> Self {
        Reader {
            matcher,
            post: Found {
                published_ms: 0,
                folded: String::new(),
                ends: Vec::new(),
                fields: vec![0; matcher.terms.count()],
                terms: Vec::new(),
                places: vec![Vec::new(); matcher.terms.place_list_count],
            },
            read_at: vec![0; matcher.tests.len()],
            now: 0,
            matching: Vec::new(),
        }
    }

    /// Places of the queries that match a post, in order.
    pub fn matching(&mut self, stored: &StoredPost) -> &[usize] {
        self.now += 1;
        self.matching.clear();
        self.post.clear(self.matcher);
        self.post.read(stored, self.matcher);
        for number in &self.matcher.unanchored {
            if self.post.passes(&self.matcher.tests[*number], self.matcher) {
                self.matching.push(*number);
            }
        }
        for term in &self.post.terms {
            for number in &self.matcher.anchored[*term as usize] {
                if self.read_at[*number] == self.now {
                    continue;
                }
                self.read_at[*number] = self.now;
                if self.post.passes(&self.matcher.tests[*number], self.matcher) {
                    self.matching.push(*number);
                }
            }
        }
        self.matching.sort_unstable();
        &self.matching
    }
}

impl Found {
    fn clear(&mut self, matcher: &Matcher) {
        for term in self.terms.drain(..) {
            self.fields[term as usize] = 0;
            if let Some(list) = matcher.terms.place_lists[term as usize] {
                self.places[list].clear();
            }
        }
        self.folded.clear();
        self.ends.clear();
    }

    fn read(&mut self, stored: &StoredPost, matcher: &Matcher) {
        let post = &stored.post;
        self.published_ms = post.effective_at().timestamp_millis();
        for (field, code) in codes_of(stored) {
            if let Some(term) = matcher.terms.code(field, code) {
                self.note(term, CODE);
            }
        }
        let Some(automaton) = &matcher.automaton else {
            return;
        };
        self.append(TextField::Title, [post.title.as_str()]);
        self.append(TextField::Body, [post.text.as_str()]);
        self.append(TextField::Author, post.author.as_deref());
        let outlet = post.outlet.as_deref();
        let names = std::iter::once(post.source_name.as_str()).chain(outlet);
        self.append(TextField::Source, names);
        self.append(TextField::Url, post.url.as_deref());

        let folded = std::mem::take(&mut self.folded);
        let mut field = 0;
        for found in automaton.find_overlapping_iter(&folded) {
            while self.ends[field].1 < found.end() {
                field += 1;
            }
            self.note(found.value(), self.ends[field].0);
            if let Some(list) = matcher.terms.place_lists[found.value() as usize] {
                self.places[list].push((found.start(), found.end()));
            }
        }
        self.folded = folded;
    }

    fn append<'t>(&mut self, field: TextField, values: impl IntoIterator<Item = &'t str>) {
        for value in values {
            self.folded.extend(characters(value));
            self.folded.push(BOUNDARY);
        }
        self.ends.push((bit(field), self.folded.len()));
    }

    fn note(&mut self, term: Term, field: FieldSet) {
        let fields = &mut self.fields[term as usize];
        if *fields == 0 {
            self.terms.push(term);
        }
        *fields |= field;
    }

    fn passes(&self, test: &Test, matcher: &Matcher) -> bool {
        match test {
            Test::All => true,
            Test::Never => false,
            Test::Has(term, fields) => self.fields[*term as usize] & fields != 0,
            Test::Near(terms, fields, within) => {
                let both = terms
                    .iter()
                    .fold(*fields, |common, term| common & self.fields[*term as usize]);
                both != 0 && self.are_near(terms, both, *within, matcher)
            }
            Test::Since(ms) => self.published_ms >= *ms,
            Test::Before(ms) => self.published_ms < *ms,
            Test::And(parts) => parts.iter().all(|part| self.passes(part, matcher)),
            Test::Or(parts) => parts.iter().any(|part| self.passes(part, matcher)),
            Test::Not(part) => !self.passes(part, matcher),
        }
    }

    /// Do both stand in one of the fields, in either order, with at most so many characters between them?
    fn are_near(
        &self,
        terms: &[Term; 2],
        fields: FieldSet,
        within: u32,
        matcher: &Matcher,
    ) -> bool {
        let [one, other] = terms.map(|term| {
            matcher.terms.place_lists[term as usize]
                .map_or(&[][..], |list| self.places[list].as_slice())
        });
        let mut begin = 0;
        self.ends.iter().any(|(field, end)| {
            let part = |places: &[(usize, usize)]| {
                let from = places.partition_point(|place| place.0 < begin);
                let to = places.partition_point(|place| place.1 <= *end);
                from..to.max(from)
            };
            let (ones, others) = (&one[part(one)], &other[part(other)]);
            begin = *end;
            fields & field != 0
                && (self.is_followed(ones, others, within)
                    || self.is_followed(others, ones, within))
        })
    }

    /// Is one of `first` followed by one of `second`, with at most so many characters between them?
    fn is_followed(
        &self,
        first: &[(usize, usize)],
        second: &[(usize, usize)],
        within: u32,
    ) -> bool {
        let mut second = second.iter().copied().peekable();
        first.iter().any(|(_, end)| {
            while second.next_if(|(begin, _)| begin < end).is_some() {}
            second.peek().is_some_and(|(begin, _)| {
                let between = &self.folded[*end..*begin];
                let within = within as usize;
                between.len() <= within * MAX_CHAR_BYTES && between.chars().count() <= within
            })
        })
    }
}
