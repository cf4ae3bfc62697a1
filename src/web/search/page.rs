//! `/search`: hits first; what they are spread over follows. A wrong query is shown with the place of its mistake.

use crate::app::{App, Hit};
use crate::index::query::visible;
use crate::index::suggest::Suggestion;
use crate::model::{Channel, Level, Permission, Sentiment, Topic, Visitor};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::PostLine;
use crate::web::search::build::Builder;
use crate::web::search::recent::{Recent, keep, recent};
use crate::web::search::{Mistake, PAGE_SIZE, Parameters};
use crate::web::today::drafting::cited;
use crate::web::triage::Bulk;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use url::form_urlencoded::{Serializer, parse};

/// Characters of a snippet.
const SNIPPET_CHARS: usize = 140;
/// Values of a facet shown.
const FACET_VALUES: usize = 8;
/// Days shown.
const FACET_DAYS: usize = 31;

#[derive(Template)]
#[template(path = "search.html", config = "src/web/askama.toml")]
struct SearchPage {
    frame: Frame,
    parameters: Parameters,
    builder: Builder,
    is_built: bool,
    /// 渠道, 级别, 情感, 主题 to be ticked in it.
    ticks: [Ticks; 4],
    channels: Vec<Choice>,
    topics: Vec<Choice>,
    levels: Vec<Choice>,
    sentiments: Vec<Choice>,
    sorts: Vec<Choice>,
    is_asked: bool,
    /// Filters that narrow the query, each with the way without it.
    filters: Vec<Link>,
    mistake: String,
    /// The query up to the mistake, what is wrong there, the rest.
    marked: Option<[String; 3]>,
    total: usize,
    first: usize,
    last: usize,
    took_ms: f64,
    hits: Vec<HitLine>,
    suggestions: Vec<Link>,
    facets: Vec<Facet>,
    facets_address: String,
    with_facets_address: String,
    watch_address: String,
    previous: Option<String>,
    next: Option<String>,
    bulk: Option<Bulk>,
    recent: Vec<Recent>,
}

#[derive(Template)]
#[template(path = "search_facets.html", config = "src/web/askama.toml")]
struct FacetList {
    facets: Vec<Facet>,
}

/// A value of a list.
struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// Boxes of the builder.
struct Ticks {
    legend: &'static str,
    name: &'static str,
    choices: Vec<Choice>,
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

/// A hit, its title and passage with the words marked.
pub struct HitLine {
    pub post: PostLine,
    pub pieces: Vec<Piece>,
}

/// A part of a snippet.
pub struct Piece {
    pub text: String,
    pub is_marked: bool,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    RawQuery(written): RawQuery,
) -> Result<Response, WebError> {
    let written = written.unwrap_or_default();
    let page = app
        .on_cpu(move |app| search_page(app, &visitor, written.as_bytes()))
        .await?;
    let status = match page.mistake.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// The spread alone, for a page that shows the hits already.
pub async fn facets(
    State(app): Shared,
    RawQuery(written): RawQuery,
) -> Result<Html<String>, WebError> {
    let parameters = Parameters::read(written.unwrap_or_default().as_bytes());
    let query = (parameters.query()).map_err(|mistake| WebError::Wrong(mistake.to_string()))?;
    let facets = app.on_cpu(move |app| {
        let counts = app.index.facets(&app.expanded(&query))?;
        Ok(facet_list(&counts, &parameters))
    });
    let list = FacetList {
        facets: facets.await?,
    };
    Ok(Html(list.render()?))
}

fn search_page(app: &App, visitor: &Visitor, written: &[u8]) -> Result<SearchPage> {
    let mut parameters = Parameters::read(written);
    let builder = Builder::read(written);
    let built = builder.query();
    let is_built = !built.is_empty();
    if is_built {
        parameters.q = built;
    }
    let mut page = SearchPage {
        frame: Frame::of(app, visitor, "/search")?,
        ticks: ticks(&builder),
        builder,
        is_built,
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
        filters: filters(&parameters),
        mistake: String::new(),
        marked: None,
        total: 0,
        first: 0,
        last: 0,
        took_ms: 0.0,
        hits: Vec::new(),
        suggestions: Vec::new(),
        facets: Vec::new(),
        facets_address: parameters.address("/search/facets", &[]),
        with_facets_address: parameters.address("/search", &[("facets", "1")]),
        watch_address: String::new(),
        previous: None,
        next: None,
        bulk: None,
        recent: recent(app, visitor)?,
        parameters,
    };
    if page.is_asked {
        page.search(app)?;
    }
    if page.is_asked && page.mistake.is_empty() {
        keep(app, visitor, &page.parameters)?;
    }
    if !page.hits.is_empty() && visitor.may(Permission::Edit) {
        let stays = [
            ("page", page.parameters.page.as_str()),
            ("facets", &page.parameters.facets),
        ];
        let back = page.parameters.address("/search", &stays);
        let corrected = parse(written).find(|(name, _)| name == "corrected");
        let corrected = corrected.map_or_else(String::new, |(_, value)| value.into_owned());
        let issue = cited(app, None)?.map(|(issue, _)| issue);
        page.bulk = Bulk::of(visitor, issue, &back, &corrected);
    }
    Ok(page)
}

impl SearchPage {
    fn search(&mut self, app: &App) -> Result<()> {
        let order = match self.parameters.order(PAGE_SIZE, SNIPPET_CHARS) {
            Ok(order) => order,
            Err(mistake) => {
                self.marked = marked(&self.parameters.q, &mistake);
                self.mistake = mistake.to_string();
                return Ok(());
            }
        };
        let report = app.search(&order)?;
        self.total = report.total;
        self.took_ms = report.took_ms;
        self.first = order.offset + 1;
        self.last = order.offset + report.hits.len();
        let number = order.offset / order.limit.max(1);
        let facets = self.parameters.facets.clone();
        let at = |number: usize| {
            let changed = [("page", number.to_string()), ("facets", facets.clone())];
            let changed = changed
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            self.parameters.address("/search", &changed)
        };
        self.previous = number.checked_sub(1).map(at);
        self.next = (self.last < report.total).then(|| at(number + 1));
        if let Some(counts) = &report.facets {
            self.facets = facet_list(counts, &self.parameters);
        }
        self.suggestions = (report.suggestions.iter())
            .map(|suggestion| proposal(&self.parameters, suggestion))
            .collect();
        self.hits = report.hits.iter().map(HitLine::of).collect();
        let mut address = Serializer::new(String::new());
        address.append_pair("query", &self.parameters.written());
        self.watch_address = format!("/watches/new?{}", address.finish());
        Ok(())
    }
}

/// The query in three pieces, the middle one where the mistake is.
fn marked(query: &str, mistake: &Mistake) -> Option<[String; 3]> {
    let at = mistake.position()? - 1;
    let seen: Vec<char> = visible(query).collect();
    let here = seen
        .get(at)
        .map_or_else(|| "（末尾）".to_owned(), char::to_string);
    let end = seen.len();
    let rest = &seen[(at + 1).min(end)..];
    Some([
        seen[..at.min(end)].iter().collect(),
        here,
        rest.iter().collect(),
    ])
}

fn filters(parameters: &Parameters) -> Vec<Link> {
    let named = [
        ("from", "起始日", &parameters.from),
        ("to", "截止日", &parameters.to),
        ("channel", "渠道", &parameters.channel),
        ("topic", "主题", &parameters.topic),
        ("level", "级别", &parameters.level),
        ("sentiment", "情感", &parameters.sentiment),
        ("region", "属地", &parameters.region),
        ("source", "信源", &parameters.source),
    ];
    let set = named.into_iter().filter(|(_, _, value)| !value.is_empty());
    set.map(|(name, label, value)| Link {
        address: parameters.address("/search", &[(name, "")]),
        text: format!("{label}：{}", label_list(name, value)),
        count: 0,
    })
    .collect()
}

/// The way to a query that says everything itself: of this search only the order stays.
fn proposal(parameters: &Parameters, suggestion: &Suggestion) -> Link {
    let own = Parameters {
        sort: parameters.sort.clone(),
        ..Parameters::default()
    };
    Link {
        address: own.address("/search", &[("q", &suggestion.query)]),
        text: format!("{}：{}", suggestion.reason, suggestion.query),
        count: suggestion.total as u64,
    }
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

fn facet_list(counts: &crate::index::Facets, parameters: &Parameters) -> Vec<Facet> {
    let mut list = Vec::new();
    for (code, name) in FACETS {
        let values = facet_values(code, counts.get(*code).into_iter().flatten(), parameters);
        if !values.is_empty() {
            list.push(Facet { name, values });
        }
    }
    list
}

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
        let address = if is_day {
            parameters.address("/search", &[("from", value), ("to", value)])
        } else {
            parameters.address("/search", &[(code, value)])
        };
        Link {
            address,
            text: label_of(code, value),
            count,
        }
    };
    counts.into_iter().map(link).collect()
}

/// `论坛贴吧、微博` of `forum,weibo`.
fn label_list(field: &str, codes: &str) -> String {
    let labels = codes.split(',').map(|code| label_of(field, code.trim()));
    labels.collect::<Vec<_>>().join("、")
}

fn label_of(field: &str, code: &str) -> String {
    let label = match field {
        "channel" => code.parse().ok().map(Channel::label),
        "topic" => code.parse().ok().map(Topic::label),
        "level" => code.parse().ok().map(Level::label),
        "sentiment" => code.parse().ok().map(Sentiment::label),
        _ => None,
    };
    label.unwrap_or(code).to_owned()
}

/// Every value, and what was chosen where that is several.
fn choices<T: Copy>(
    all: &[T],
    code: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
    chosen: &str,
) -> Vec<Choice> {
    let choice = |value: &T| Choice {
        value: code(*value).to_owned(),
        label: label(*value).to_owned(),
        is_chosen: code(*value) == chosen || label(*value) == chosen,
    };
    let mut choices: Vec<Choice> = all.iter().map(choice).collect();
    if !chosen.is_empty() && choices.iter().all(|choice| !choice.is_chosen) {
        choices.push(Choice {
            value: chosen.to_owned(),
            label: chosen.to_owned(),
            is_chosen: true,
        });
    }
    choices
}

/// How a value is written, for machines or for people.
type Word<T> = fn(T) -> &'static str;

fn ticks(builder: &Builder) -> [Ticks; 4] {
    fn group<T: Copy + PartialEq>(
        legend: &'static str,
        name: &'static str,
        all: &[T],
        words: (Word<T>, Word<T>),
        chosen: &[T],
    ) -> Ticks {
        let (code, label) = words;
        let choice = |value: &T| Choice {
            value: code(*value).to_owned(),
            label: label(*value).to_owned(),
            is_chosen: chosen.contains(value),
        };
        Ticks {
            legend,
            name,
            choices: all.iter().map(choice).collect(),
        }
    }
    let channel = (Channel::code as fn(_) -> _, Channel::label as fn(_) -> _);
    let level = (Level::code as fn(_) -> _, Level::label as fn(_) -> _);
    let sentiment = (
        Sentiment::code as fn(_) -> _,
        Sentiment::label as fn(_) -> _,
    );
    let topic = (Topic::code as fn(_) -> _, Topic::label as fn(_) -> _);
    let (channels, levels) = (&builder.channels, &builder.levels);
    let (sentiments, topics) = (&builder.sentiments, &builder.topics);
    [
        group("渠道", "in_channel", Channel::ALL, channel, channels),
        group("级别", "in_level", Level::ALL, level, levels),
        group(
            "情感",
            "in_sentiment",
            Sentiment::ALL,
            sentiment,
            sentiments,
        ),
        group("主题", "in_topic", Topic::ALL, topic, topics),
    ]
}

fn sorts(chosen: &str) -> Vec<Choice> {
    let sorts = [
        ("relevance", "按相关"),
        ("time", "按时间"),
        ("level", "按级别"),
        ("engagement", "按互动量"),
    ];
    let choice = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: value == chosen,
    };
    sorts.map(choice).into()
}

impl HitLine {
    /// The line of a hit.
    pub fn of(hit: &Hit) -> HitLine {
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
    use super::{Parameters, facet_values, marked, proposal};
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
        let link = proposal(&asked(), &suggestion);
        let expected = [("q", "社保卡 channel:forum"), ("sort", "time")];
        let mut pairs = pairs(&link.address);
        pairs.sort();
        assert_eq!(pairs, owned(&expected));
    }

    #[test]
    fn a_mistake_is_shown_where_it_is() {
        for (query, expected) in [
            ("社保 (卡", ["社保 ", "(", "卡"]),
            ("社保\u{200b} OR", ["社保 OR", "（末尾）", ""]),
            ("级别:紫 卡", ["级别:", "紫", " 卡"]),
        ] {
            let asked = Parameters {
                q: query.to_owned(),
                ..Parameters::default()
            };
            let mistake = asked.query().expect_err(query);
            assert_eq!(marked(query, &mistake), Some(expected.map(str::to_owned)));
        }
    }
}
