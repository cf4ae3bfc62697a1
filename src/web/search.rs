//! `/search`: the query language of the command line, with filters for those who do not write it.

use super::Shared;
use super::error::WebError;
use super::frame::Frame;
use super::layout::PostLine;
use super::visitor::Who;
use crate::app::{Hit, SearchOrder};
use crate::index::query::{CodeField, TextField};
use crate::index::suggest::Suggestion;
use crate::index::{Query as SearchQuery, QueryError, Sort};
use crate::model::{Channel, Level, Sentiment, Topic};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use chrono::NaiveDate;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// Hits per page.
const PAGE_SIZE: usize = 20;
/// Characters of a snippet.
const SNIPPET_CHARS: usize = 140;
/// Values of a facet shown.
const FACET_VALUES: usize = 8;
/// Days shown.
const FACET_DAYS: usize = 31;

/// What an address says: of the page and of `/api/v1/search`. Empty values count as absent: a form sends them.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    q: String,
    from: String,
    to: String,
    channel: String,
    topic: String,
    level: String,
    sentiment: String,
    region: String,
    source: String,
    sort: String,
    page: String,
    offset: String,
    limit: String,
    facets: String,
}

/// What is wrong with what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    /// In the query.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// In what stands beside it.
    #[error("{label}：{message}")]
    Parameter {
        /// The parameter for people.
        label: &'static str,
        message: String,
    },
}

impl Mistake {
    /// Where in the query, in characters from 1.
    pub fn position(&self) -> Option<usize> {
        match self {
            Mistake::Query(mistake) => Some(mistake.position),
            Mistake::Parameter { .. } => None,
        }
    }

    /// What is wrong and what to write instead.
    pub fn message(&self) -> &str {
        match self {
            Mistake::Query(QueryError { message, .. }) | Mistake::Parameter { message, .. } => {
                message
            }
        }
    }
}

impl Parameters {
    /// The order these parameters make.
    ///
    /// # Errors
    /// A wrong query, code, day or number.
    pub fn order(&self, max_limit: usize, snippet_chars: usize) -> Result<SearchOrder, Mistake> {
        let limit = number("条数 limit", &self.limit)?
            .unwrap_or(PAGE_SIZE)
            .min(max_limit);
        let page = number("页码 page", &self.page)?.unwrap_or(0);
        let offset = number("起始位置 offset", &self.offset)?;
        Ok(SearchOrder {
            query: self.query()?,
            sort: match self.sort.as_str() {
                "time" => Sort::Time,
                "level" => Sort::Level,
                "engagement" => Sort::Engagement,
                _ => Sort::Relevance,
            },
            offset: offset.unwrap_or_else(|| page.saturating_mul(limit)),
            limit,
            with_facets: matches!(self.facets.as_str(), "1" | "true" | "on"),
            snippet_chars,
        })
    }

    fn query(&self) -> Result<SearchQuery, Mistake> {
        let mut query: SearchQuery = self.q.parse()?;
        for (field, label, code) in [
            (CodeField::Channel, "渠道", &self.channel),
            (CodeField::Topic, "主题", &self.topic),
            (CodeField::Level, "级别", &self.level),
            (CodeField::Sentiment, "情感", &self.sentiment),
            (CodeField::Region, "属地", &self.region),
        ] {
            if !code.trim().is_empty() {
                let is = SearchQuery::is(field, code.trim());
                query = query.and(is.map_err(|wrong| Mistake::Parameter {
                    label,
                    message: wrong.message,
                })?);
            }
        }
        if !self.source.trim().is_empty() {
            query = query.and(SearchQuery::In(TextField::Source, self.source.clone()));
        }
        if let Some(day) = day("起始日", &self.from)? {
            query = query.and(SearchQuery::After(day));
        }
        if let Some(day) = day("截止日", &self.to)? {
            query = query.and(SearchQuery::Before(day));
        }
        Ok(query)
    }

    /// Nothing was asked for yet.
    fn is_empty(&self) -> bool {
        let asked = [
            &self.q,
            &self.from,
            &self.to,
            &self.channel,
            &self.topic,
            &self.level,
            &self.sentiment,
            &self.region,
            &self.source,
        ];
        asked.iter().all(|value| value.trim().is_empty())
    }

    /// The address of the same search with these parameters changed.
    fn address(&self, changed: &[(&str, &str)]) -> String {
        let mut address = Serializer::new(String::new());
        for (own, written) in [
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            ("channel", &self.channel),
            ("topic", &self.topic),
            ("level", &self.level),
            ("sentiment", &self.sentiment),
            ("region", &self.region),
            ("source", &self.source),
            ("sort", &self.sort),
        ] {
            let is_changed = changed.iter().any(|(name, _)| *name == own);
            if !is_changed && !written.is_empty() {
                address.append_pair(own, written);
            }
        }
        address.extend_pairs(changed);
        format!("/search?{}", address.finish())
    }

    /// The way to a query that says everything itself: of this search only the order stays.
    fn proposal(&self, suggestion: &Suggestion) -> Link {
        let own = Parameters {
            sort: self.sort.clone(),
            ..Parameters::default()
        };
        Link {
            address: own.address(&[("q", &suggestion.query)]),
            text: format!("{}：{}", suggestion.reason, suggestion.query),
            count: suggestion.total as u64,
        }
    }
}

fn day(label: &'static str, text: &str) -> Result<Option<NaiveDate>, Mistake> {
    read(label, text, SearchQuery::read_day)
}

fn number(label: &'static str, text: &str) -> Result<Option<usize>, Mistake> {
    read(label, text, |text| {
        text.parse()
            .map_err(|_| format!("“{text}”不是数，应为0或更大的整数"))
    })
}

/// `None` for a parameter that is empty.
fn read<T>(
    label: &'static str,
    text: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, Mistake> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = read(text).map_err(|message| Mistake::Parameter { label, message })?;
    Ok(Some(value))
}

#[derive(Template)]
#[template(path = "search.html", config = "src/web/askama.toml")]
struct SearchPage {
    frame: Frame,
    parameters: Parameters,
    channels: Vec<Choice>,
    topics: Vec<Choice>,
    levels: Vec<Choice>,
    sentiments: Vec<Choice>,
    sorts: Vec<Choice>,
    is_asked: bool,
    mistake: String,
    total: usize,
    took_ms: f64,
    hits: Vec<HitLine>,
    suggestions: Vec<Link>,
    facets: Vec<Facet>,
    previous: Option<String>,
    next: Option<String>,
}

/// A value of a list.
struct Choice {
    value: &'static str,
    label: &'static str,
    is_chosen: bool,
}

/// A way to another search.
struct Link {
    address: String,
    text: String,
    count: u64,
}

struct Facet {
    name: &'static str,
    values: Vec<Link>,
}

struct HitLine {
    post: PostLine,
    pieces: Vec<Piece>,
}

/// A part of a snippet.
struct Piece {
    text: String,
    is_marked: bool,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| search(app, Frame::of(app, &visitor, "/search")?, parameters))
        .await?;
    Ok(Html(page.render()?))
}

fn search(
    app: &crate::app::App,
    frame: Frame,
    parameters: Parameters,
) -> anyhow::Result<SearchPage> {
    let mut page = SearchPage {
        frame,
        channels: choices(
            Channel::ALL,
            Channel::code,
            Channel::label,
            &parameters.channel,
        ),
        topics: choices(Topic::ALL, Topic::code, Topic::label, &parameters.topic),
        levels: choices(Level::ALL, Level::code, Level::label, &parameters.level),
        sentiments: choices(
            Sentiment::ALL,
            Sentiment::code,
            Sentiment::label,
            &parameters.sentiment,
        ),
        sorts: sorts(&parameters.sort),
        is_asked: !parameters.is_empty(),
        mistake: String::new(),
        total: 0,
        took_ms: 0.0,
        hits: Vec::new(),
        suggestions: Vec::new(),
        facets: Vec::new(),
        previous: None,
        next: None,
        parameters,
    };
    if !page.is_asked {
        return Ok(page);
    }
    let mut order = match page.parameters.order(PAGE_SIZE, SNIPPET_CHARS) {
        Ok(order) => order,
        Err(mistake) => {
            page.mistake = mistake.to_string();
            return Ok(page);
        }
    };
    order.with_facets = true;
    let report = app.search(&order)?;
    page.total = report.total;
    page.took_ms = report.took_ms;
    let number = order.offset / order.limit.max(1);
    let at = |number: usize| (page.parameters).address(&[("page", &number.to_string())]);
    page.previous = number.checked_sub(1).map(at);
    page.next = (order.offset + report.hits.len() < report.total).then(|| at(number + 1));
    for (code, name) in FACETS {
        let counts = report
            .facets
            .iter()
            .filter_map(|facets| facets.get(*code))
            .flatten();
        let values = facet_values(code, counts, &page.parameters);
        if !values.is_empty() {
            page.facets.push(Facet { name, values });
        }
    }
    page.suggestions = (report.suggestions.iter())
        .map(|suggestion| page.parameters.proposal(suggestion))
        .collect();
    page.hits = report.hits.iter().map(HitLine::of).collect();
    Ok(page)
}

/// Facets shown, in this order.
const FACETS: &[(&str, &str)] = &[
    ("level", "级别"),
    ("topic", "主题"),
    ("channel", "渠道"),
    ("sentiment", "情感"),
    ("region", "属地"),
    ("source", "信源"),
    ("day", "日期"),
];

fn facet_values<'c>(
    code: &str,
    counts: impl Iterator<Item = (&'c String, &'c u64)>,
    parameters: &Parameters,
) -> Vec<Link> {
    let mut counts: Vec<(&String, u64)> = counts.map(|(value, count)| (value, *count)).collect();
    let is_day = code == "day";
    // Places are counted by name, by code and by jurisdiction: only the names are shown.
    counts.retain(|(value, _)| code != "region" || !value.is_ascii());
    if is_day {
        counts.reverse();
        counts.truncate(FACET_DAYS);
    } else {
        counts.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        counts.truncate(FACET_VALUES);
    }
    let link = |(value, count): (&String, u64)| {
        let label = match code {
            "channel" => value.parse().ok().map(Channel::label),
            "topic" => value.parse().ok().map(Topic::label),
            "level" => value.parse().ok().map(Level::label),
            "sentiment" => value.parse().ok().map(Sentiment::label),
            _ => None,
        };
        let address = if is_day {
            parameters.address(&[("from", value), ("to", value)])
        } else {
            parameters.address(&[(code, value)])
        };
        Link {
            address,
            text: label.unwrap_or(value).to_owned(),
            count,
        }
    };
    counts.into_iter().map(link).collect()
}

fn choices<T: Copy>(
    all: &[T],
    code: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
    chosen: &str,
) -> Vec<Choice> {
    let choice = |value: &T| Choice {
        value: code(*value),
        label: label(*value),
        is_chosen: code(*value) == chosen,
    };
    all.iter().map(choice).collect()
}

fn sorts(chosen: &str) -> Vec<Choice> {
    let sorts = [
        ("relevance", "按相关"),
        ("time", "按时间"),
        ("level", "按级别"),
        ("engagement", "按互动量"),
    ];
    let choice = |(value, label): (&'static str, &'static str)| Choice {
        value,
        label,
        is_chosen: value == chosen,
    };
    sorts.map(choice).into()
}

impl HitLine {
    fn of(hit: &Hit) -> HitLine {
        HitLine {
            post: PostLine::of(&hit.stored),
            pieces: pieces(&hit.snippet, &hit.highlights),
        }
    }
}

fn pieces(snippet: &str, highlights: &[(usize, usize)]) -> Vec<Piece> {
    let characters: Vec<char> = snippet.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    for (from, to) in highlights {
        pieces.push(Piece {
            text: characters[at..*from].iter().collect(),
            is_marked: false,
        });
        pieces.push(Piece {
            text: characters[*from..*to].iter().collect(),
            is_marked: true,
        });
        at = *to;
    }
    pieces.push(Piece {
        text: characters[at..].iter().collect(),
        is_marked: false,
    });
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Parameters, facet_values};
    use crate::index::suggest::Suggestion;
    use url::form_urlencoded::parse;

    fn asked() -> Parameters {
        Parameters {
            q: "社保卡 OR 医保卡".to_owned(),
            from: "2017-04-01".to_owned(),
            channel: "forum".to_owned(),
            sort: "time".to_owned(),
            ..Parameters::default()
        }
    }

    fn pairs(address: &str) -> Vec<(String, String)> {
        let written = address.strip_prefix("/search?").expect(address);
        parse(written.as_bytes()).into_owned().collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_value_of_a_facet_narrows_the_same_question() {
        for (facet, value, expected) in [
            (
                "day",
                "2017-04-11",
                &[
                    ("q", "社保卡 OR 医保卡"),
                    ("channel", "forum"),
                    ("sort", "time"),
                    ("from", "2017-04-11"),
                    ("to", "2017-04-11"),
                ],
            ),
            (
                "level",
                "red",
                &[
                    ("q", "社保卡 OR 医保卡"),
                    ("from", "2017-04-01"),
                    ("channel", "forum"),
                    ("sort", "time"),
                    ("level", "red"),
                ],
            ),
        ] {
            let (value, count) = (value.to_owned(), 3);
            let links = facet_values(facet, std::iter::once((&value, &count)), &asked());
            assert_eq!(pairs(&links[0].address), owned(expected), "{facet}");
            assert_eq!(links[0].count, 3);
        }
    }

    #[test]
    fn a_suggestion_brings_its_own_filters() {
        let suggestion = Suggestion {
            query: "社保卡 channel:forum".to_owned(),
            reason: "不限日期".to_owned(),
            total: 2,
        };
        let link = asked().proposal(&suggestion);
        let expected = [("q", "社保卡 channel:forum"), ("sort", "time")];
        let mut pairs = pairs(&link.address);
        pairs.sort();
        assert_eq!(pairs, owned(&expected));
    }
}
