//! probe: one address → what it is, what would be collected, rules that read it. Asks politely, like any visit: the entry
//! page, a few of its links, robots.txt and a sitemap. Stores nothing.

mod source;

pub use source::{Guess, guess_source};

use crate::config::{Config, DeclaredSource};
use crate::extract::probe::{Look, Proposal, What, look, propose, sitemaps_of_robots};
use crate::extract::{Extraction, Format, Link, SourceHints, extract};
use crate::fetch::{FetchError, Fetched, Fetcher, Request};
use crate::model::{Page, Post, SourceKind, Timestamp};
use crate::text::mask::{mask, mask_author};
use chrono::Datelike;
use std::time::Duration;
use url::Url;

/// A page sends its readers on at most so often.
const MAX_FORWARDS: usize = 2;

/// What to find out.
#[derive(Clone, Debug)]
pub struct ProbeOrder {
    /// Address.
    pub url: Url,
    /// The address as it was typed, where the parts of a day stand in it: `…/{yyyy}-{mm}/{dd}/`.
    pub template: Option<String>,
    /// 类型, where somebody knows it.
    pub kind: Option<SourceKind>,
    /// Links of an entry page that are followed.
    pub page_count: usize,
}

/// 探测结果.
#[derive(Debug)]
pub struct Probed {
    /// Final address of the page.
    pub url: Url,
    /// The address with the parts of a day in it, where one was typed that led here.
    pub template: Option<String>,
    /// What it is, and what would be collected.
    pub look: Look,
    /// Pages behind it, as they would be read.
    pub followed: Vec<Followed>,
    /// Rules; empty where the site has some, or needs none.
    pub proposal: Proposal,
    /// The configuration has rules for this site.
    pub has_rules: bool,
    /// Sitemaps of the site.
    pub sitemaps: Vec<Url>,
    /// What an editor should know beyond the warnings of the page, one Chinese sentence each.
    pub notes: Vec<String>,
}

/// One page behind an entry page.
#[derive(Debug)]
pub struct Followed {
    /// Address the entry page named.
    pub url: Url,
    /// What would be collected from it.
    pub extraction: Extraction,
}

/// Who asks, and what is known.
pub struct Prober<'p> {
    /// The network.
    pub fetcher: &'p Fetcher,
    /// The operator's settings and rules.
    pub config: &'p Config,
    /// The time.
    pub now: &'p (dyn Fn() -> Timestamp + Sync),
    /// Told before each request, in Chinese: the pauses between them are long.
    pub tell: &'p (dyn Fn(&str) + Sync),
}

impl ProbeOrder {
    /// What somebody typed; `None` where it is no address. `{yyyy}` `{mm}` `{dd}` stand for today.
    pub fn typed(
        address: &str,
        now: Timestamp,
        kind: Option<SourceKind>,
        page_count: usize,
    ) -> Option<ProbeOrder> {
        let typed = address.trim();
        let address = typed
            .replace("{yyyy}", &format!("{:04}", now.year()))
            .replace("{mm}", &format!("{:02}", now.month()))
            .replace("{dd}", &format!("{:02}", now.day()));
        let url = Url::parse(&address).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
        Some(ProbeOrder {
            template: (address != typed).then(|| typed.to_owned()),
            url,
            kind,
            page_count,
        })
    }
}

impl Probed {
    /// What is shown names nobody.
    pub fn mask(&mut self) {
        mask_extraction(&mut self.look.extraction);
        for followed in &mut self.followed {
            mask_extraction(&mut followed.extraction);
        }
    }
}

/// Finds out what an address is.
///
/// # Errors
/// The page itself did not come. What else does not come is a note.
pub async fn probe(prober: &Prober<'_>, order: &ProbeOrder) -> Result<Probed, FetchError> {
    let mut notes = Vec::new();
    let (page, mut look) = arrive(prober, order, &mut notes).await?;
    let mut has_rules = prober.config.sites.get(&page.url).is_some();
    if has_rules && look.what == What::Nothing {
        let bare = without_rules(&page, order);
        if bare.what != What::Nothing {
            notes.push("本站现有的采集规则在此页没有取到内容，以下不用规则读取。".to_owned());
            (look, has_rules) = (bare, false);
        }
    }
    let (pages, is_welcome) = follow(prober, &page, &look, order.page_count, &mut notes).await;
    let proposal = if has_rules {
        Proposal::default()
    } else {
        rules_for(
            &page,
            &look,
            &without_rules_of_their_own(prober, &page, &pages),
        )
    };
    let sitemaps = match look.what {
        What::Entry(SourceKind::Feed | SourceKind::Json | SourceKind::Sitemap) => Vec::new(),
        // A site that just sent us away is not asked for more.
        _ if !is_welcome => Vec::new(),
        _ => sitemaps(prober, &page.url).await,
    };
    let look = with_rules(&page, look, &proposal);
    let followed = pages
        .iter()
        .map(|page| read(prober, page, &look, &proposal));
    Ok(Probed {
        followed: followed.collect(),
        template: order.template.clone().filter(|_| page.url == order.url),
        url: page.url.clone(),
        look,
        proposal,
        has_rules,
        sitemaps,
        notes,
    })
}

/// The page, behind those that only send on.
async fn arrive(
    prober: &Prober<'_>,
    order: &ProbeOrder,
    notes: &mut Vec<String>,
) -> Result<(Page, Look), FetchError> {
    let mut page = fetch(prober, &order.url).await?;
    let mut seen = look(&page, order.kind, &prober.config.sites);
    for _ in 0..MAX_FORWARDS {
        let Some(to) = seen
            .forwards_to
            .take()
            .filter(|to| may_lead(prober, &page.url, to))
        else {
            break;
        };
        notes.push(format!("页面自动跳转到 {to}，以下是跳转后的页面。"));
        page = fetch(prober, &to).await?;
        seen = look(&page, order.kind, &prober.config.sites);
    }
    if page.url.host_str() != order.url.host_str() {
        notes.push(format!(
            "网址转向了另一个网站（{}），保存时用转向后的网址。",
            page.url.host_str().unwrap_or_default()
        ));
    }
    Ok((page, seen))
}

async fn fetch(prober: &Prober<'_>, url: &Url) -> Result<Page, FetchError> {
    (prober.tell)(&format!("读取 {url}"));
    let (delay, proxy) = manners(prober.config, url);
    let request = Request {
        url: url.clone(),
        etag: None,
        last_modified: None,
        delay,
        proxy,
    };
    match prober.fetcher.fetch(&request, (prober.now)()).await? {
        Fetched::Page { page, .. } => Ok(page),
        // We sent no validators.
        Fetched::NotModified => Err(FetchError::Protocol { url: url.clone() }),
    }
}

/// How the sources that are declared on the same host are read: the longest of their pauses, and their proxy.
fn manners(config: &Config, url: &Url) -> (Option<Duration>, Option<Url>) {
    let is_neighbour = |declared: &&DeclaredSource| {
        let entry = Url::parse(&declared.source.url);
        entry.is_ok_and(|entry| entry.host_str() == url.host_str())
    };
    let neighbours = || config.sources.iter().filter(is_neighbour);
    let pauses = neighbours().filter_map(|declared| declared.min_interval);
    let proxy = neighbours().find_map(|declared| declared.proxy.clone());
    (pauses.max(), proxy)
}

fn may_lead(prober: &Prober<'_>, from: &Url, to: &Url) -> bool {
    prober.config.settings.fetch.may_lead(from, to)
}

/// The first links of an entry page, as pages; `false` if the site turned out not to want us, or not to be there.
async fn follow(
    prober: &Prober<'_>,
    page: &Page,
    look: &Look,
    page_count: usize,
    notes: &mut Vec<String>,
) -> (Vec<Page>, bool) {
    let is_followed = matches!(
        look.what,
        What::Entry(SourceKind::List | SourceKind::Board | SourceKind::Epaper)
    );
    let mut pages = Vec::new();
    if !is_followed {
        return (pages, true);
    }
    let next = &look.extraction.next_pages;
    let links = look.extraction.links.iter().map(|link: &Link| &link.url);
    let links = links.filter(|url| !next.contains(url) && may_lead(prober, &page.url, url));
    for url in links.take(page_count) {
        match fetch(prober, url).await {
            Ok(page) => pages.push(page),
            Err(error) => {
                notes.push(said_once(&error));
                if error.is_about_the_host() {
                    return (pages, false);
                }
            }
        }
    }
    (pages, true)
}

/// Pages of sites that nobody wrote rules for yet, and of the site itself: rules for another site that has some already
/// would be two for one host.
fn without_rules_of_their_own(prober: &Prober<'_>, entry: &Page, pages: &[Page]) -> Vec<Page> {
    let is_open = |page: &&Page| {
        page.url.host_str() == entry.url.host_str() || prober.config.sites.get(&page.url).is_none()
    };
    pages.iter().filter(is_open).cloned().collect()
}

/// The sentence of an error, for a command that nobody repeats.
pub fn said_once(error: &FetchError) -> String {
    error.to_string().replace("，稍后自动重试", "，请稍后再试")
}

fn rules_for(page: &Page, look: &Look, pages: &[Page]) -> Proposal {
    match look.what {
        What::Entry(kind) => propose(Some((page, kind)), pages),
        What::Article | What::Thread => propose(None, std::slice::from_ref(page)),
        What::Nothing => Proposal::default(),
    }
}

fn without_rules(page: &Page, order: &ProbeOrder) -> Look {
    look(page, order.kind, &Default::default())
}

/// The entry page as it will be read once the rules are there.
fn with_rules(page: &Page, seen: Look, proposal: &Proposal) -> Look {
    match seen.what {
        What::Entry(kind) if !proposal.is_empty() => look(page, Some(kind), &proposal.sites()),
        _ => seen,
    }
}

/// A followed page is what it is, but an edition's pages are of the paper.
fn read(prober: &Prober<'_>, page: &Page, look: &Look, proposal: &Proposal) -> Followed {
    let hints = SourceHints {
        kind: (look.what == What::Entry(SourceKind::Epaper)).then_some(SourceKind::Epaper),
        ..SourceHints::default()
    };
    let host = page.url.host_str().unwrap_or_default();
    let is_meant = proposal.hosts.iter().any(|known| known == host);
    let extraction = if proposal.is_empty() || !is_meant {
        extract(page, &hints, &prober.config.sites)
    } else {
        extract(page, &hints, &proposal.sites())
    };
    Followed {
        url: page.url.clone(),
        extraction,
    }
}

/// What robots.txt names, else `/sitemap.xml`, if it is one.
async fn sitemaps(prober: &Prober<'_>, url: &Url) -> Vec<Url> {
    let at_root = |path: &str| url.join(path).expect("an http address has a root");
    let robots = fetch(prober, &at_root("/robots.txt")).await;
    if robots.as_ref().is_err_and(FetchError::is_about_the_host) {
        return Vec::new();
    }
    if let Ok(robots) = robots {
        let named: Vec<Url> = sitemaps_of_robots(&robots)
            .into_iter()
            .filter(|to| may_lead(prober, url, to))
            .collect();
        if !named.is_empty() {
            return named;
        }
    }
    match fetch(prober, &at_root("/sitemap.xml")).await {
        Ok(page) if is_sitemap(&page) => vec![page.url],
        _ => Vec::new(),
    }
}

fn is_sitemap(page: &Page) -> bool {
    let found = extract(page, &SourceHints::default(), &Default::default());
    found.format == Format::Sitemap
}

/// Links were followed, and none led to anything that would be stored. A paper's pages lead on to its articles.
pub fn gave_no_text(probed: &Probed) -> bool {
    let leads_nowhere = |followed: &Followed| {
        let extraction = &followed.extraction;
        let leads_on = extraction.format == Format::Epaper && !extraction.links.is_empty();
        extraction.posts.is_empty() && !leads_on
    };
    probed.look.extraction.posts.is_empty()
        && !probed.followed.is_empty()
        && probed.followed.iter().all(leads_nowhere)
}

fn mask_extraction(extraction: &mut Extraction) {
    for post in &mut extraction.posts {
        mask_post(post);
    }
    for link in &mut extraction.links {
        link.title = mask(&link.title);
    }
}

fn mask_post(post: &mut Post) {
    post.title = mask(&post.title);
    post.text = mask(&post.text);
    post.author = post.author.as_deref().map(mask_author);
}
