//! Queries → tests over terms: the strings and codes of all queries, each once. And what must be there for a query to
//! match.

use crate::index::query::{CodeField, TextField};
use crate::index::{Query, characters, midnight_ms};
use chrono::TimeDelta;
use std::collections::HashMap;

/// Number of a string or a code.
pub type Term = u32;

/// Fields, one bit each.
pub type FieldSet = u8;

/// The bit of a field.
pub fn bit(field: TextField) -> FieldSet {
    1 << field as u8
}

/// Fields that are searched where a query names none.
const TITLE_OR_TEXT: FieldSet = 1 << TextField::Title as u8 | 1 << TextField::Body as u8;

/// A code stands in one field only, so any bit will do.
pub const CODE: FieldSet = 1;

/// 检索式, compiled.
pub enum Test {
    All,
    Never,
    /// Was found, in one of the fields.
    Has(Term, FieldSet),
    /// Both were found in one of the fields, so many characters apart at most.
    Near([Term; 2], FieldSet, u32),
    /// Published at this moment (ms) or later.
    Since(i64),
    /// Published before this moment (ms).
    Before(i64),
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
}

/// The strings and codes of all queries.
#[derive(Default)]
pub struct Terms {
    /// Folded, none empty.
    pub strings: HashMap<String, Term>,
    /// By field.
    codes: [HashMap<String, Term>; CODE_FIELDS],
    /// How many times queries name each term.
    uses: Vec<u32>,
    /// Where the places of each term are kept, if any query asks for them.
    pub place_lists: Vec<Option<usize>>,
    pub place_list_count: usize,
    /// What it costs to read a query whenever this term is found.
    costs: Vec<u64>,
}

const CODE_FIELDS: usize = CodeField::Region as usize + 1;

impl Terms {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.uses.len()
    }

    /// The term of a code, if a query names it.
    pub fn code(&self, field: CodeField, code: &str) -> Option<Term> {
        self.codes[field as usize].get(code).copied()
    }

    /// The query as a test.
    pub fn compile(&mut self, query: &Query) -> Test {
        match query {
            Query::All => Test::All,
            Query::Contains(text) | Query::Synonym(text) => self.has(text, TITLE_OR_TEXT),
            Query::In(field, text) => self.has(text, bit(*field)),
            Query::Near {
                field,
                strings,
                within,
            } => {
                let fields = field.map_or(TITLE_OR_TEXT, bit);
                match strings.each_ref().map(|string| self.string(string)) {
                    [Some(one), Some(other)] => {
                        self.keep_places(one);
                        self.keep_places(other);
                        Test::Near([one, other], fields, *within)
                    }
                    _ => Test::Never,
                }
            }
            Query::Is(field, code) => Test::Has(self.code_term(*field, code), CODE),
            Query::After(day) => Test::Since(midnight_ms(*day)),
            Query::Before(day) => match day.checked_add_signed(TimeDelta::days(1)) {
                Some(next) => Test::Before(midnight_ms(next)),
                None => Test::All,
            },
            Query::And(parts) if parts.is_empty() => Test::Never,
            Query::And(parts) => Test::And(self.all(parts)),
            Query::Or(parts) => Test::Or(self.all(parts)),
            Query::Not(part) => Test::Not(Box::new(self.compile(part))),
        }
    }

    fn all(&mut self, parts: &[Query]) -> Vec<Test> {
        parts.iter().map(|part| self.compile(part)).collect()
    }

    fn has(&mut self, text: &str, fields: FieldSet) -> Test {
        self.string(text.trim())
            .map_or(Test::Never, |term| Test::Has(term, fields))
    }

    /// `None`: nothing is left of it, so that it stands nowhere.
    fn string(&mut self, text: &str) -> Option<Term> {
        let folded: String = characters(text).collect();
        let length = folded.chars().count();
        if length == 0 {
            return None;
        }
        let term = match self.strings.get(&folded) {
            Some(term) => *term,
            None => {
                let term = self.add(cost_of_string(length));
                self.strings.insert(folded, term);
                term
            }
        };
        self.uses[term as usize] += 1;
        Some(term)
    }

    fn code_term(&mut self, field: CodeField, code: &str) -> Term {
        let term = match self.code(field, code) {
            Some(term) => term,
            None => {
                let term = self.add(COST_OF_CODE);
                self.codes[field as usize].insert(code.to_owned(), term);
                term
            }
        };
        self.uses[term as usize] += 1;
        term
    }

    fn add(&mut self, cost: u64) -> Term {
        self.uses.push(0);
        self.costs.push(cost);
        self.place_lists.push(None);
        Term::try_from(self.uses.len() - 1).expect("fewer than 2^32 strings")
    }

    fn keep_places(&mut self, term: Term) {
        let list = &mut self.place_lists[term as usize];
        if list.is_none() {
            *list = Some(self.place_list_count);
            self.place_list_count += 1;
        }
    }

    /// A string that many queries name is a common one: 郑州 rather than 制卡.
    fn cost(&self, term: Term) -> u64 {
        self.costs[term as usize] * u64::from(self.uses[term as usize])
    }
}

/// Every post has a code of most fields.
const COST_OF_CODE: u64 = 256;

/// Short strings stand in more posts than long ones.
fn cost_of_string(length: usize) -> u64 {
    match length {
        1 => 64,
        2 => 8,
        3 => 2,
        _ => 1,
    }
}

/// Terms of which one must be found where the test holds, the fewest and rarest; `None` where it may hold without any.
pub fn anchor(test: &Test, terms: &Terms) -> Option<Vec<Term>> {
    match test {
        Test::Never => Some(Vec::new()),
        Test::Has(term, _) => Some(vec![*term]),
        Test::Near([one, other], ..) => {
            let rarer = if terms.cost(*one) <= terms.cost(*other) {
                one
            } else {
                other
            };
            Some(vec![*rarer])
        }
        Test::And(parts) => {
            let anchors = parts.iter().filter_map(|part| anchor(part, terms));
            anchors.min_by_key(|found| found.iter().map(|term| terms.cost(*term)).sum::<u64>())
        }
        Test::Or(parts) => {
            let anchors: Option<Vec<_>> = parts.iter().map(|part| anchor(part, terms)).collect();
            let mut anchors = anchors?.concat();
            anchors.sort_unstable();
            anchors.dedup();
            Some(anchors)
        }
        Test::All | Test::Since(_) | Test::Before(_) | Test::Not(_) => None,
    }
}
