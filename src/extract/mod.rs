//! Page → posts + links + warnings. Pure: no network, no clock, and it never fails as a whole: broken pages give what
//! could be read, and Chinese sentences that say what could not.

mod article;
mod body;
mod byline;
mod charset;
mod comments;
mod count;
mod dates;
mod detect;
mod dress;
mod engagement;
mod epaper;
mod feed;
mod feed_repair;
mod forum;
mod html;
mod json;
mod key;
mod listing;
mod metadata;
mod names;
mod outline;
mod pager;
pub mod probe;
mod publication;
mod rule_use;
mod scripted;
mod site_rules;
mod sitemap;
mod tame;
mod title;
mod weigh;

use crate::model::coded::coded_enum;
use crate::model::{
    Channel, Engagement, OutletTier, Page, Post, SourceKind, Timestamp, canonical_url,
};
use outline::Outline;
use scraper::Html;
use url::Url;

pub use dates::parse_published;
pub use pager::join_pages;
pub use rule_use::RuleUse;
pub use site_rules::{SiteRules, Sites, bare_host};

coded_enum! {
    /// 页面类型 — what a page turned out to be.
    pub enum Format {
        Article = "article" / "文章页",
        List = "list" / "列表页",
        Forum = "forum" / "论坛页",
        Feed = "feed" / "订阅源",
        Epaper = "epaper" / "电子报",
        Json = "json" / "JSON 接口",
        Sitemap = "sitemap" / "站点地图",
        Unknown = "unknown" / "无法识别",
    }
}

/// 信源提示 — what the source already tells about every post of its pages.
#[derive(Clone, Debug)]
pub struct SourceHints {
    /// 信源类型, for entry pages; `None` for pages reached by a link, whose format is found out.
    pub kind: Option<SourceKind>,
    /// 渠道.
    pub channel: Channel,
    /// 信源名称.
    pub source_name: String,
    /// 媒体级别.
    pub tier: OutletTier,
    /// 属地提示, an administrative code.
    pub region: Option<String>,
}

impl Default for SourceHints {
    fn default() -> Self {
        SourceHints {
            kind: None,
            channel: Channel::Other,
            source_name: String::new(),
            tier: OutletTier::T5,
            region: None,
        }
    }
}

/// 提取结果 — what one page says.
#[derive(Clone, Debug, PartialEq)]
pub struct Extraction {
    /// 页面类型.
    pub format: Format,
    /// 字符集, by its canonical name: `GB18030`, `UTF-8`, `Big5`, `EUC-TW`.
    pub charset: String,
    /// 信息 found on the page.
    pub posts: Vec<Post>,
    /// Links to articles, threads or pages of a paper, in page order, each once.
    pub links: Vec<Link>,
    /// Further pages of the same list, thread or article (`join_pages` makes one post of an article's).
    pub next_pages: Vec<Url>,
    /// What an editor should know, one Chinese sentence each.
    pub warnings: Vec<String>,
    /// Which parts of the site's rules found something; empty without rules.
    pub rule_uses: Vec<RuleUse>,
}

/// 链接 — where a list points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Absolute address.
    pub url: Url,
    /// Words of the link.
    pub title: String,
    /// When its page changed last, or was published, where a feed or a sitemap says so.
    pub modified_at: Option<Timestamp>,
}

/// The words of a page as it came, for whoever looks at the page itself.
pub fn page_text(bytes: &[u8], content_type: Option<&str>) -> String {
    charset::decode(bytes, content_type, None).text.into_owned()
}

/// Reads one page by the rules of its site, where there are some, else by what such pages have in common.
pub fn extract(page: &Page, source: &SourceHints, sites: &Sites) -> Extraction {
    let rules = sites.get(&page.url);
    let visit = Visit {
        page,
        source,
        rules,
    };
    let mut found = Extraction {
        format: Format::Unknown,
        charset: "UTF-8".to_owned(),
        posts: Vec::new(),
        links: Vec::new(),
        next_pages: Vec::new(),
        warnings: Vec::new(),
        rule_uses: Vec::new(),
    };
    let unpacked = match sitemap::unpacked(visit) {
        Some(Err(complaint)) => {
            found.warnings.push(complaint);
            return found;
        }
        Some(Ok(bytes)) => Some(bytes),
        None => None,
    };
    let bytes = unpacked.as_deref().unwrap_or(&page.bytes);
    if let Some(complaint) = detect::unreadable(bytes) {
        found.warnings.push(complaint);
        return found;
    }
    let decoded = charset::decode(
        bytes,
        page.content_type.as_deref(),
        rules.and_then(|rules| rules.charset),
    );
    found.charset = decoded.charset.to_owned();
    found.warnings.extend(decoded.warning);
    if decoded.is_garbage {
        return found;
    }
    visit.read(&decoded.text, &mut found);
    found
}

/// One page with everything known about it before it is read.
#[derive(Clone, Copy)]
struct Visit<'v> {
    page: &'v Page,
    source: &'v SourceHints,
    rules: Option<&'v SiteRules>,
}

impl Visit<'_> {
    fn read(self, text: &str, found: &mut Extraction) {
        match detect::by_first_bytes(text, self.source.kind) {
            Some(Format::Feed) => feed::read(self, text, found),
            Some(Format::Json) => {
                json::read(self, text, found);
                found.rule_uses = rule_use::of_json(self, found);
            }
            Some(Format::Sitemap) => sitemap::read(self, text, found),
            _ => self.read_html(text, found),
        }
    }

    fn read_html(self, text: &str, found: &mut Extraction) {
        let text = forum::with_hidden_parts(text);
        let tamed = tame::tame(&text);
        found.warnings.extend(tamed.warning);
        // Rules of a site may select by any attribute.
        let markup = match self.rules {
            Some(_) => tamed.html,
            None => dress::undress(tamed.html),
        };
        let document = Html::parse_document(&markup);
        let outline = Outline::of(&document);
        let metadata = metadata::read(&outline, self.now());
        found.format = detect::html_format(self, &document, &markup, &outline, &metadata);
        found.rule_uses = rule_use::of_html(self, &document, found.format);
        match found.format {
            Format::Forum => forum::read(self, &document, found),
            Format::Epaper => epaper::read(self, &document, found),
            Format::List => listing::read(self, &document, found),
            _ => {
                let parts = article::Parts {
                    document: &document,
                    markup: &markup,
                    page: &text,
                    outline: &outline,
                };
                article::read(self, parts, metadata, found);
                dates::doubt_page(&document, self.now(), found);
            }
        }
    }

    /// "Now" for dates: when the page came.
    fn now(self) -> Timestamp {
        self.page.fetched_at
    }

    /// A post of this source with nothing in it yet.
    fn empty_post(self, url: &Url) -> Post {
        Post {
            url: Some(canonical_url(url)),
            external_id: None,
            channel: self.source.channel,
            source_name: self.source.source_name.clone(),
            outlet: None,
            outlet_tier: self.source.tier,
            title: String::new(),
            text: String::new(),
            author: None,
            published_at: None,
            fetched_at: self.page.fetched_at,
            engagement: Engagement::default(),
            has_image: false,
            has_video: false,
            floor: None,
            source_region: self.source.region.clone(),
            is_official: false,
            extra: serde_json::Map::new(),
        }
    }
}

#[cfg(test)]
mod tests;
