//! What a probe found, for people.

use super::output::column;
use super::probe_save;
use crate::extract::probe::What;
use crate::extract::{Extraction, Link};
use crate::model::{Post, Precision, Timestamp};
use crate::pipeline::{Guess, Probed, SavedSource, rules_file};

/// Links and posts of an entry page that are shown.
const SHOWN: usize = 10;

/// Columns of a title.
const TITLE_WIDTH: usize = 80;

/// The whole answer.
pub fn in_words(probed: &Probed, guess: Option<&Guess>, saved: Option<&SavedSource>) -> String {
    let look = &probed.look;
    let extraction = &look.extraction;
    let mut text = format!(
        "网址：{}\n类型：{}（{}），字符集 {}\n",
        probed.url,
        look.what.label(),
        look.what.code(),
        extraction.charset
    );
    text += &match look.what {
        What::Article => extraction.posts.iter().map(whole_post).collect(),
        What::Nothing => String::new(),
        What::Entry(_) | What::Thread => entries(extraction),
    };
    text += &followed(probed);
    let addresses = |label: &str, urls: &[url::Url]| -> String {
        urls.iter().map(|url| format!("{label}：{url}\n")).collect()
    };
    text += &addresses("本页声明的订阅源", &look.feeds);
    text += &addresses("站点地图", &probed.sitemaps);
    for line in extraction
        .warnings
        .iter()
        .chain(&probed.notes)
        .chain(&probed.proposal.notes)
    {
        text += &format!("注意：{line}\n");
    }
    text += &match saved {
        Some(saved) => probe_save::in_words(saved),
        None => proposed(probed, guess),
    };
    text
}

fn entries(extraction: &Extraction) -> String {
    let mut text = format!(
        "会采集到：{}条信息，{}个链接\n",
        extraction.posts.len(),
        extraction.links.len()
    );
    let posts = extraction.posts.iter().take(SHOWN).map(post_line);
    text.extend(posts);
    if extraction.posts.is_empty() {
        text.extend(extraction.links.iter().take(SHOWN).map(link_line));
    }
    text
}

fn link_line(link: &Link) -> String {
    let time = link
        .modified_at
        .map_or_else(String::new, |at| format!("{}  ", minute(at)));
    format!(
        "  {time}{}\n      {}\n",
        cut(&link.title, TITLE_WIDTH),
        link.url
    )
}

fn post_line(post: &Post) -> String {
    let title = match post.title.as_str() {
        "" => &post.text,
        title => title,
    };
    format!(
        "  {}  {}\n      {}\n",
        time(post),
        cut(title, TITLE_WIDTH),
        post.url.as_deref().unwrap_or_default()
    )
}

fn whole_post(post: &Post) -> String {
    format!(
        "会采集到：\n标题：{}\n{}正文：\n{}\n",
        post.title,
        byline(post),
        post.text
    )
}

fn byline(post: &Post) -> String {
    let named = |label: &str, name: Option<&str>| {
        name.map_or_else(String::new, |name| format!("{label}：{name}\n"))
    };
    format!(
        "时间：{}\n{}{}",
        time(post),
        named("来源", post.outlet.as_deref()),
        named("作者", post.author.as_deref())
    )
}

fn time(post: &Post) -> String {
    match post.published_at {
        None => "未取到时间".to_owned(),
        Some(published) if published.precision >= Precision::Day => {
            published.at.format("%Y-%m-%d").to_string()
        }
        Some(published) => minute(published.at),
    }
}

fn minute(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

fn followed(probed: &Probed) -> String {
    if probed.followed.is_empty() {
        return String::new();
    }
    let mut text = format!("打开其中{}个链接，取到：\n", probed.followed.len());
    for page in &probed.followed {
        let Some(post) = page.extraction.posts.first() else {
            let why = page.extraction.warnings.join("");
            text += &format!("  没有取到信息  {}\n      {why}\n", page.url);
            continue;
        };
        let outlet = post
            .outlet
            .as_deref()
            .map_or_else(String::new, |name| format!("  来源：{name}"));
        let count = match page.extraction.posts.len() {
            1 => format!("{}字", post.text.chars().count()),
            count => format!("{count}条"),
        };
        text += &format!(
            "  {}  {}{outlet}  {count}\n      {}\n",
            time(post),
            cut(&post.title, TITLE_WIDTH),
            page.url
        );
    }
    text
}

fn proposed(probed: &Probed, guess: Option<&Guess>) -> String {
    let mut text = String::new();
    if let Some(guess) = guess {
        text += &format!(
            "\n建议的信源（渠道、级别、时刻为推定，加 --save 写入）：\n{}",
            guess.block.text()
        );
    }
    if probed.has_rules {
        text += "\n本站已有采集规则，以上按现有规则读取。\n";
    } else if !probed.proposal.is_empty() {
        text += &format!(
            "\n建议的采集规则（{}）：\n{}",
            rules_file(&probed.url),
            probed.proposal.rules
        );
    } else if guess.is_some() {
        text += "\n通用方法可以读取，不需要采集规则。\n";
    }
    text
}

fn cut(title: &str, width: usize) -> String {
    column(title, width).trim_end().to_owned()
}
