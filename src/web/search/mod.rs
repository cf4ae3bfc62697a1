//! What is searched for, as an address says it: query, filters, order, page. Of `/search` and of `/api/v1/search`.

pub mod build;
pub mod export;
pub mod page;
pub mod recent;

use crate::app::SearchOrder;
use crate::index::query::{CodeField, TextField};
use crate::index::{Query as SearchQuery, QueryError, Sort};
use crate::model::{Channel, Level, Sentiment, Topic};
use serde::Deserialize;
use url::form_urlencoded::{Serializer, parse};

/// Hits per page.
pub const PAGE_SIZE: usize = 20;

/// What an address says: of the page and of `/api/v1/search`. Empty values count as absent: a form sends them.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    pub q: String,
    pub from: String,
    pub to: String,
    pub channel: String,
    pub topic: String,
    pub level: String,
    pub sentiment: String,
    pub region: String,
    pub source: String,
    pub sort: String,
    pub page: String,
    pub offset: String,
    pub limit: String,
    pub facets: String,
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
    /// Reads what stands behind the question mark of an address, or a form. A filter that is named twice takes in both;
    /// names that mean nothing are left alone.
    pub fn read(written: &[u8]) -> Parameters {
        let mut own = Parameters::default();
        for (name, value) in parse(written) {
            let (field, may_repeat) = match &*name {
                "q" => (&mut own.q, false),
                "from" => (&mut own.from, false),
                "to" => (&mut own.to, false),
                "channel" => (&mut own.channel, true),
                "topic" => (&mut own.topic, true),
                "level" => (&mut own.level, true),
                "sentiment" => (&mut own.sentiment, true),
                "region" => (&mut own.region, true),
                "source" => (&mut own.source, true),
                "sort" => (&mut own.sort, false),
                "page" => (&mut own.page, false),
                "facets" => (&mut own.facets, false),
                _ => continue,
            };
            let value = value.trim();
            if field.is_empty() {
                field.push_str(value);
            } else if may_repeat && !value.is_empty() {
                *field += &format!(",{value}");
            }
        }
        own
    }

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
            sort: self.sort(),
            offset: offset.unwrap_or_else(|| page.saturating_mul(limit)),
            limit,
            with_facets: matches!(self.facets.as_str(), "1" | "true" | "on"),
            snippet_chars,
        })
    }

    /// The order of hits.
    pub fn sort(&self) -> Sort {
        match self.sort.as_str() {
            "time" => Sort::Time,
            "level" => Sort::Level,
            "engagement" => Sort::Engagement,
            _ => Sort::Relevance,
        }
    }

    /// Query and filters together.
    ///
    /// # Errors
    /// A wrong query, code or day.
    pub fn query(&self) -> Result<SearchQuery, Mistake> {
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
            let within = SearchQuery::within(TextField::Source, self.source.trim());
            query = query.and(within.map_err(|wrong| Mistake::Parameter {
                label: "信源",
                message: wrong.message,
            })?);
        }
        if let Some(day) = read("起始日", &self.from, SearchQuery::read_first_day)? {
            query = query.and(SearchQuery::After(day));
        }
        if let Some(day) = read("截止日", &self.to, SearchQuery::read_last_day)? {
            query = query.and(SearchQuery::Before(day));
        }
        query.days().check().map_err(|message| Mistake::Parameter {
            label: "时间",
            message,
        })?;
        Ok(query)
    }

    /// All of it in the words of the query language, to be kept as a watch.
    pub fn written(&self) -> String {
        let mut filters: Vec<String> = Vec::new();
        for (name, value) in [
            ("渠道", labels(&self.channel, Channel::label)),
            ("主题", labels(&self.topic, Topic::code)),
            ("级别", labels(&self.level, Level::label)),
            ("情感", labels(&self.sentiment, Sentiment::label)),
            ("属地", self.region.trim().to_owned()),
            ("信源", self.source.trim().to_owned()),
            ("起始", self.from.trim().to_owned()),
            ("截止", self.to.trim().to_owned()),
        ] {
            if value.contains(char::is_whitespace) {
                filters.push(format!("{name}:\"{value}\""));
            } else if !value.is_empty() {
                filters.push(format!("{name}:{value}"));
            }
        }
        let asked = self.q.trim();
        let is_choice = matches!(asked.parse(), Ok(SearchQuery::Or(_)));
        if asked.is_empty() {
            filters.join(" ")
        } else if filters.is_empty() {
            asked.to_owned()
        } else if is_choice {
            format!("({asked}) {}", filters.join(" "))
        } else {
            format!("{asked} {}", filters.join(" "))
        }
    }

    /// Nothing was asked for yet.
    pub fn is_empty(&self) -> bool {
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

    /// What makes the same hits in the same order, for an address or a form.
    pub fn pairs(&self) -> [(&'static str, &str); 10] {
        [
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
        ]
    }

    /// The address of the same search with these parameters changed; an empty one is left out.
    pub fn address(&self, path: &str, changed: &[(&str, &str)]) -> String {
        let mut address = Serializer::new(String::new());
        for (own, written) in self.pairs() {
            let is_changed = changed.iter().any(|(name, _)| *name == own);
            if !is_changed && !written.is_empty() {
                address.append_pair(own, written);
            }
        }
        let named = changed.iter().filter(|(_, value)| !value.is_empty());
        address.extend_pairs(named);
        format!("{path}?{}", address.finish())
    }
}

/// `forum,weibo` → `论坛贴吧,微博`; what is no code stays as it is.
fn labels<T: std::str::FromStr>(codes: &str, label: impl Fn(T) -> &'static str) -> String {
    let written = codes.split(',').map(str::trim);
    let labels: Vec<String> = written
        .map(|code| {
            code.parse()
                .map_or_else(|_| code.to_owned(), |known| label(known).to_owned())
        })
        .collect();
    labels.join(",")
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

#[cfg(test)]
mod tests {
    use super::Parameters;

    #[test]
    fn a_search_is_written_in_the_words_of_the_language() {
        for (address, expected) in [
            ("q=社保卡", "社保卡"),
            (
                "q=+a+OR+b&channel=forum&channel=weibo",
                "(a OR b) 渠道:论坛贴吧,微博",
            ),
            (
                "level=red&topic=QX&from=2017-04&source=大河网",
                "主题:QX 级别:红 信源:大河网 起始:2017-04",
            ),
            ("q=a&region=二七区&source=a+b", "a 属地:二七区 信源:\"a b\""),
            ("what=ever", ""),
        ] {
            let asked = Parameters::read(address.as_bytes());
            let written = asked.written();
            assert_eq!(written, expected, "{address}");
            let query = asked.query().expect(address);
            let days = |query: &super::SearchQuery| query.days();
            let read: super::SearchQuery = written.parse().expect(address);
            assert_eq!(days(&read), days(&query), "{address}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (address, said) in [
            (
                "from=2017-05&to=2017-04",
                "时间：起始日2017-05-01晚于截止日2017-04-30",
            ),
            (
                "q=起始:2018&to=2017",
                "时间：起始日2018-01-01晚于截止日2017-12-31",
            ),
            (
                "q=起始:2018+截止:2017",
                "检索式第9个字符处：起始日2018-01-01晚于",
            ),
            ("channel=报社", "渠道：“报社”不是可用的值"),
            ("source=,", "信源：这里缺少内容"),
        ] {
            let wrong = Parameters::read(address.as_bytes()).query();
            let wrong = wrong.map(|_| ()).expect_err(address).to_string();
            assert!(wrong.starts_with(said), "{wrong}");
        }
    }
}
