//! 采集规则 — `config/sites/<host>.toml` as types. Selectors, patterns and paths are compiled while the file is read,
//! so a mistake is reported with the line it stands on. Says how to read a site, not when.

use crate::extract::charset::Charset;
use regex::Regex;
use scraper::Selector;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json_path::JsonPath as Compiled;
use std::collections::HashMap;
use std::sync::LazyLock;
use url::Url;

/// 采集规则 — how the pages of one site are to be read; every part may be absent.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRules {
    /// Host names the rules hold for, subdomains included; ports do not matter.
    pub hosts: Vec<String>,
    /// Character set, where the site's own claims are wrong.
    #[serde(default, deserialize_with = "charset_label")]
    pub(super) charset: Option<Charset>,
    #[serde(default)]
    pub(super) list: Option<ListRules>,
    #[serde(default)]
    pub(super) article: Option<ArticleRules>,
    #[serde(default)]
    pub(super) board: Option<BoardRules>,
    #[serde(default)]
    pub(super) thread: Option<ThreadRules>,
    #[serde(default)]
    pub(super) epaper: Option<EpaperRules>,
    #[serde(default)]
    pub(super) json: Option<JsonRules>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListRules {
    pub link: Option<Css>,
    pub link_url: Option<Pattern>,
    pub next: Option<Css>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ArticleRules {
    pub title: Option<Css>,
    pub body: Option<Css>,
    pub author: Option<Css>,
    pub outlet: Option<Css>,
    pub published_at: Option<Css>,
    pub section: Option<Css>,
    pub remove: Vec<Css>,
    pub next: Option<Css>,
    pub views: Option<Css>,
    pub comments: Option<Css>,
    pub likes: Option<Css>,
    pub reposts: Option<Css>,
    pub comment: Option<Css>,
    pub comment_body: Option<Css>,
    pub comment_author: Option<Css>,
    pub comment_published_at: Option<Css>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BoardRules {
    pub thread: Option<Css>,
    pub thread_url: Option<Pattern>,
    pub next: Option<Css>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ThreadRules {
    pub title: Option<Css>,
    pub post: Option<Css>,
    pub author: Option<Css>,
    pub body: Option<Css>,
    pub published_at: Option<Css>,
    pub floor: Option<Css>,
    pub id_attr: Option<String>,
    /// Finds the id in that attribute, in its first group; without it the digits are the id.
    pub id_pattern: Option<Pattern>,
    /// Comments below one floor (楼中楼), read like floors.
    pub comment: Option<Box<ThreadRules>>,
    pub comments: Option<Css>,
    pub views: Option<Css>,
    pub next: Option<Css>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EpaperRules {
    pub page_link: Option<Css>,
    pub article_link: Option<Css>,
    pub title: Option<Css>,
    /// 引题 above the title, 副题 below it: which is which follows from their places.
    pub subtitle: Option<Css>,
    pub body: Option<Css>,
    pub page_name: Option<Css>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct JsonRules {
    pub posts: Option<JsonPath>,
    pub id: Option<JsonPath>,
    pub text: Option<JsonPath>,
    pub title: Option<JsonPath>,
    pub author: Option<JsonPath>,
    pub published_at: Option<JsonPath>,
    pub comments: Option<JsonPath>,
    pub reposts: Option<JsonPath>,
    pub likes: Option<JsonPath>,
    pub views: Option<JsonPath>,
    pub url: Option<JsonPath>,
    pub url_template: Option<String>,
    pub image: Option<JsonPath>,
    pub video: Option<JsonPath>,
    /// The forwarded original inside a forward; read by the same rules, as a post of its own.
    pub forwarded: Option<JsonPath>,
    pub has_more: Option<JsonPath>,
    /// Address of the next page, or with `next_param` the value of that parameter.
    pub next: Option<JsonPath>,
    /// Address that shows one post again, `{id}` in it; relative to the interface's own.
    pub reread: Option<String>,
    /// Parameter of the interface's address that continues it; without `next` it counts pages.
    pub next_param: Option<String>,
}

/// A compiled CSS selector.
#[derive(Clone, Debug)]
pub(super) struct Css(pub Selector);

impl<'de> Deserialize<'de> for Css {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let selector = Selector::parse(&forgive(&written)).map_err(|error| {
            D::Error::custom(format!(
                "选择器“{written}”写法有误（{error}）；例如 ul.news a、#content、a[href*=\"content_\"]"
            ))
        })?;
        Ok(Css(selector))
    }
}

/// A compiled regular expression.
#[derive(Clone, Debug)]
pub(super) struct Pattern(pub Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let regex = Regex::new(&written).map_err(|error| {
            D::Error::custom(format!(
                "正则表达式“{written}”写法有误（{error}）；例如 /20\\d\\d/"
            ))
        })?;
        Ok(Pattern(regex))
    }
}

/// Compiled JSON paths, one or several: the first that leads somewhere holds.
#[derive(Clone, Debug)]
pub(super) struct JsonPath(pub Vec<Compiled>);

impl<'de> Deserialize<'de> for JsonPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PathsVisitor)
    }
}

/// A string or a list of strings; an untagged enum would swallow the sentence that says what is wrong.
struct PathsVisitor;

impl<'de> Visitor<'de> for PathsVisitor {
    type Value = JsonPath;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON 路径或若干路径的列表，例如 $.data.list[*]")
    }

    fn visit_str<E: Error>(self, written: &str) -> Result<JsonPath, E> {
        Ok(JsonPath(vec![json_path(written)?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut written: A) -> Result<JsonPath, A::Error> {
        let mut paths = Vec::new();
        while let Some(path) = written.next_element::<String>()? {
            paths.push(json_path(&path)?);
        }
        Ok(JsonPath(paths))
    }
}

fn json_path<E: Error>(written: &str) -> Result<Compiled, E> {
    Compiled::parse(written).map_err(|error| {
        E::custom(format!(
            "JSON 路径“{written}”写法有误（{error}）；例如 $.data.list[*]"
        ))
    })
}

fn charset_label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Charset>, D::Error> {
    let label = String::deserialize(deserializer)?;
    let charset = Charset::for_label(&label).ok_or_else(|| {
        D::Error::custom(format!(
            "字符集“{label}”不认识；可写 gb18030、utf-8、big5、euc-tw"
        ))
    })?;
    Ok(Some(charset))
}

/// Names and values that start with a digit are no CSS, but sites have them and people write them: `h1#4g_title`,
/// `td[width=160]`. Outside quotes they are escaped or quoted here.
fn forgive(css: &str) -> String {
    static VALUE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"=\s*(\d[\w.-]*)\s*\]").expect("the pattern is valid"));
    let css = VALUE.replace_all(css, "=\"$1\"]");
    let mut forgiven = String::with_capacity(css.len() + 8);
    let (mut quote, mut is_in_brackets, mut previous) = (None, false, ' ');
    for character in css.chars() {
        let is_quoted = quote.is_some() || is_in_brackets;
        if character.is_ascii_digit() && matches!(previous, '#' | '.') && !is_quoted {
            forgiven.push_str(&format!("\\3{character} "));
        } else {
            forgiven.push(character);
        }
        match character {
            '"' | '\'' if quote == Some(character) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(character),
            '[' | ']' if quote.is_none() => is_in_brackets = character == '[',
            _ => {}
        }
        previous = character;
    }
    forgiven
}

/// 采集规则一览 — the rules of all sites, found by host.
#[derive(Debug, Default)]
pub struct Sites {
    rules: Vec<SiteRules>,
    by_host: HashMap<String, usize>,
}

impl Sites {
    /// Sorts rules by the hosts they name; of two rules for one host the later holds.
    pub fn new(rules: Vec<SiteRules>) -> Self {
        let mut by_host = HashMap::new();
        for (position, site) in rules.iter().enumerate() {
            for host in &site.hosts {
                by_host.insert(bare_host(host), position);
            }
        }
        Sites { rules, by_host }
    }

    /// The address that shows the post `id` of the JSON interface at `interface` again, where its rules name one.
    pub fn reread_address(&self, interface: &Url, id: &str) -> Option<Url> {
        let template = self.get(interface)?.json.as_ref()?.reread.as_ref()?;
        interface.join(&template.replace("{id}", id)).ok()
    }

    /// Rules for the host of `url`, else for the nearest domain above it.
    pub fn get(&self, url: &Url) -> Option<&SiteRules> {
        let mut host = url.host_str()?;
        loop {
            if let Some(position) = self.by_host.get(host) {
                return self.rules.get(*position);
            }
            host = host.split_once('.')?.1;
        }
    }
}

fn bare_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::{SiteRules, Sites};
    use url::Url;

    #[test]
    fn hosts_are_found_exactly_then_by_parent_domain() {
        let rules = |hosts: &str| {
            toml::from_str::<SiteRules>(&format!("hosts = [{hosts}]")).expect("test rules")
        };
        let sites = Sites::new(vec![
            rules("'dahe.test'"),
            rules("'news.dahe.test:8080', '127.0.0.1'"),
        ]);
        let hosts = |url: &str| {
            let url = Url::parse(url).expect("test address");
            sites.get(&url).map(|rules| rules.hosts[0].clone())
        };
        assert_eq!(
            hosts("http://news.dahe.test/a").as_deref(),
            Some("news.dahe.test:8080")
        );
        assert_eq!(
            hosts("http://x.y.dahe.test:81/").as_deref(),
            Some("dahe.test")
        );
        assert_eq!(
            hosts("http://127.0.0.1:9/").as_deref(),
            Some("news.dahe.test:8080")
        );
        assert_eq!(hosts("http://test/"), None);
    }

    #[test]
    fn what_people_write_for_css_is_forgiven() {
        let rules =
            "hosts = ['a.test']\n[article]\ntitle = 'h1#4g_title, .2x'\nbody = 'td[width=160]'\n";
        let rules: SiteRules = toml::from_str(rules).expect("forgiven");
        let page = scraper::Html::parse_document("<h1 id=4g_title>题</h1>");
        let title = rules
            .article
            .and_then(|article| article.title)
            .expect("a rule");
        assert_eq!(page.select(&title.0).count(), 1);
    }

    #[test]
    fn mistakes_are_quoted_with_their_line() {
        for (line, quoted) in [
            ("[list]\nlink = 'ul..a'", "“ul..a”"),
            ("[list]\nlink_url = '/(20'", "“/(20”"),
            ("[json]\nposts = 'data[*]'", "“data[*]”"),
            ("[list]\nlinks = 'a'", "links"),
            ("\ncharset = 'gb9999'", "“gb9999”"),
        ] {
            let written = format!("hosts = ['a.test']\n{line}\n");
            let error = toml::from_str::<SiteRules>(&written).expect_err(line);
            assert!(error.message().contains(quoted), "{error}");
            let span = error.span().expect("a place");
            assert_eq!(written[..span.start].matches('\n').count(), 2, "{error}");
        }
    }
}
