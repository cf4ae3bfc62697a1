//! 绿城新闻网: a news site in GB18030 that calls itself gb2312, with the clutter such sites have.

use crate::demo::post::SamplePost;
use crate::demo::sites::answer::{Answer, rendered};
use crate::demo::sites::{Visit, shown};
use crate::demo::world::{newest_first, published};
use askama::Template;

/// Reports on one list page.
const PAGE_SIZE: usize = 15;

const STYLE: &str = "body{font:15px/1.8 SimSun,serif;width:960px;margin:0 auto;color:#333}\
a{color:#1f3f7f;text-decoration:none}.top{border-bottom:3px solid #2d8a4e;padding:12px 0}\
.top b{font-size:26px;color:#2d8a4e}.nav a{margin-right:14px}.news-list{list-style:none;padding:0}\
.news-list span{float:right;color:#999}.main{width:660px;float:left}.side{width:260px;float:right;font-size:13px}\
h1{font-size:24px;text-align:center}.info{text-align:center;color:#888;font-size:13px}.content p{text-indent:0}\
.footer{clear:both;border-top:1px solid #ccc;text-align:center;color:#999;padding:14px;font-size:12px}";

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>要闻_绿城新闻网</title><style>{{ style }}</style></head><body>
<div class="top"><b>绿城新闻网</b> <span class="nav"><a href="/">首页</a><a href="/list/1.html">要闻</a></span></div>
<div class="main"><ul class="news-list">{% for post in posts %}
<li><span>{{ shown::minute(post.at) }}</span><a href="{{ self::path(post) }}" target="_blank">{{ post.title }}</a></li>{% endfor %}
</ul><div class="page">{% if page > 1 %}<a class="prev" href="/list/{{ page - 1 }}.html">上一页</a> {% endif %}<span>第{{ page }}页</span>{% if has_next %} <a class="next" href="/list/{{ page + 1 }}.html">下一页</a>{% endif %}</div></div>
<div class="side"><div class="ad">广告：绿城家装节，满三千立减三百</div></div>
<div class="footer">关于我们 | 广告服务 | 版权声明　绿城新闻网 版权所有</div></body></html>
"#
)]
struct ListPage<'a> {
    style: &'static str,
    posts: &'a [&'a SamplePost],
    page: usize,
    has_next: bool,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{{ post.title }}_{{ post.section }}_绿城新闻网</title>
<meta name="keywords" content="{{ post.section }},绿城新闻网" /><style>{{ style }}</style></head><body>
<div class="top"><b>绿城新闻网</b> <span class="nav"><a href="/">首页</a><a href="/list/1.html">要闻</a></span></div>
<div class="path">当前位置：<a href="/">首页</a> &gt; {{ post.section }} &gt; 正文</div>
<div class="main"><h1>{{ post.title }}</h1>
<div class="info"><span id="pubtime">{{ post.at.format("%Y年%m月%d日 %H:%M") }}</span>　来源：<span id="source">{{ post.outlet }}</span>　<span class="share">分享到：微博 微信</span></div>
<div class="content" id="content">{% for number in 0..post.images %}
<p align="center"><img src="/img/{{ post.id }}-{{ number }}.svg" alt="" /></p>{% endfor %}{% for paragraph in post.paragraphs() %}
<p>　　{{ paragraph }}</p>{% endfor %}
{% if !post.author.is_empty() %}<p class="editor">（{{ post.author }}）</p>{% endif %}</div>
<div class="statement">声明：本网所载内容仅供参考，转载请注明出处。</div></div>
<div class="side"><h3>相关阅读</h3><ul>{% for post in related %}
<li><a href="{{ self::path(post) }}">{{ post.title }}</a></li>{% endfor %}</ul>
<div class="ad">广告：绿城家装节，满三千立减三百</div></div>
<div class="footer">关于我们 | 广告服务 | 版权声明　绿城新闻网 版权所有</div></body></html>
"#
)]
struct ArticlePage<'a> {
    style: &'static str,
    post: &'a SamplePost,
    related: &'a [&'a SamplePost],
}

/// A list page or a report.
pub fn page(visit: &Visit) -> Option<Answer> {
    if visit.path == "/" {
        return list(visit, 1);
    }
    if let Some(number) = visit.number("/list/", ".html") {
        return list(visit, number as usize);
    }
    let id = visit
        .path
        .rsplit('/')
        .next()?
        .strip_suffix(".html")?
        .parse()
        .ok()?;
    let post = published(&visit.world.news, id, visit.now)?;
    if path(post) != visit.path {
        return None;
    }
    Some(article(visit, post))
}

fn list(visit: &Visit, page: usize) -> Option<Answer> {
    let posts = newest_first(&visit.world.news, visit.now);
    let pages: Vec<_> = posts.chunks(PAGE_SIZE).collect();
    let empty: &[&SamplePost] = &[];
    let posts = pages
        .get(page.checked_sub(1)?)
        .copied()
        .or((page == 1).then_some(empty))?;
    Some(gb18030(&ListPage {
        style: STYLE,
        posts,
        page,
        has_next: page < pages.len(),
    }))
}

fn article(visit: &Visit, post: &SamplePost) -> Answer {
    let mut related = newest_first(&visit.world.news, post.at);
    related.retain(|other| other.id != post.id);
    related.truncate(5);
    gb18030(&ArticlePage {
        style: STYLE,
        post,
        related: &related,
    })
}

/// `/2017/0414/1001.html`.
fn path(post: &SamplePost) -> String {
    format!("{}{}.html", post.at.format("/%Y/%m%d/"), post.id)
}

fn gb18030(template: &impl Template) -> Answer {
    let html = rendered(template);
    let (bytes, _, _) = encoding_rs::GB18030.encode(&html);
    // No charset in the header: the page itself has to tell, and tells it half right.
    Answer::ok("text/html", bytes)
}
