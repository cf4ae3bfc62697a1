//! Pages in unusual markup, written for these tests.

use super::{Proposal, What, look, obstacle, propose, sitemaps_of_robots};
use crate::extract::{SourceHints, extract};
use crate::model::{Page, SourceKind};
use url::Url;

fn page(url: &str, body: &str) -> Page {
    Page {
        url: Url::parse(url).expect("an address"),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        bytes: body.as_bytes().to_vec(),
        fetched_at: chrono::DateTime::parse_from_rfc3339("2017-04-14T09:00:00+08:00")
            .expect("a time"),
    }
}

const TITLES: [&str; 6] = [
    "高铁站旁工地欠薪已补发",
    "社保卡换发点新增十二处",
    "夜市摊主参保有了新办法",
    "技校春季招生开始报名",
    "退休手续可以网上预约",
    "仲裁院周六也开门",
];

/// Rows that are neither `li` nor dated, with short titles among them, beside columns and advertisements.
fn unusual_list() -> Page {
    let rows: String = TITLES
        .iter()
        .enumerate()
        .map(|(number, title)| {
            format!(
                "<div class='rowbox on'><span class='tagx'>民生</span><b><a href='/w/{}/{}.shtml'>{title}</a></b></div>",
                ["ms", "sh"][number % 2],
                8100 + 37 * number
            )
        })
        .collect();
    page(
        "https://news.example.cn/ms/",
        &format!(
            "<html><head><title>民生频道_示例新闻网</title>\
             <link rel='alternate' type='application/rss+xml' href='/rss/ms.xml'></head><body>\
             <div id='nav'><a href='/'>首页</a><a href='/ms/'>民生</a><a href='/sh/'>社会</a><a href='/about.html'>关于我们</a></div>\
             <div class='flow'>{rows}</div>\
             <div class='ad'><a href='https://shop.example.com/sale?id=3'>春季大促全场五折起仅限三天</a></div></body></html>"
        ),
    )
}

fn unusual_article(number: usize) -> Page {
    let title = TITLES[number];
    let url = format!(
        "https://news.example.cn/w/{}/{}.shtml",
        ["ms", "sh"][number % 2],
        8100 + 37 * number
    );
    let (first, second) = (
        format!(
            "{title}，记者昨日从有关方面了解到，这件事前后拖了两个多月，街道办事处、劳动监察大队先后到场协调。"
        ),
        format!(
            "第{number}位受访者说，现在手续比以前少了两道，跑一趟就能办完，大家都觉得方便，希望以后一直这样。"
        ),
    );
    page(
        &url,
        &format!(
            "<html><head><title>{title}_示例新闻网</title></head><body><div id='nav'><a href='/'>首页</a></div>\
             <section class='pane'><p class='headline'>{title}</p>\
             <p class='meta'><i class='when'>2017年4月{}日 08:1{number}</i><i class='from'>来源：示例晚报</i></p>\
             <div class='zwnr'><div class='share'>分享到：微信 微博 空间</div><p>{first}</p><p>{second}</p></div></section>\
             <div class='side'><h3>大家都在看</h3><a href='/w/ms/9001.shtml'>另外一篇文章的标题在这里</a></div></body></html>",
            10 + number
        ),
    )
}

fn unusual_site() -> (Page, Vec<Page>, Proposal) {
    let entry = unusual_list();
    let articles: Vec<Page> = (0..3).map(unusual_article).collect();
    let proposal = propose(Some((&entry, SourceKind::List)), &articles);
    (entry, articles, proposal)
}

#[test]
fn a_list_in_unusual_markup_is_a_list() {
    let found = look(&unusual_list(), None, &Default::default());
    assert_eq!(found.what, What::Entry(SourceKind::List));
    let titles: Vec<&str> = found
        .extraction
        .links
        .iter()
        .map(|link| link.title.as_str())
        .collect();
    assert_eq!(titles, TITLES);
    assert_eq!(found.name.as_deref(), Some("示例新闻网·民生频道"));
    assert_eq!(
        found.feeds[0].as_str(),
        "https://news.example.cn/rss/ms.xml"
    );
}

#[test]
fn rules_are_short_and_made_of_names() {
    let (_, _, proposal) = unusual_site();
    let expected = "[list]\nlink = \"div.rowbox a\"\nlink_url = '//news\\.example\\.cn/w/[^/?]+/\\d+\\.shtml'\n\n\
        [article]\ntitle = \"p.headline\"\nbody = \"div.zwnr\"\nremove = [\"div.share\"]\npublished_at = \"i.when\"\noutlet = \"i.from\"\n";
    assert_eq!(proposal.tables, expected, "{:?}", proposal.notes);
    assert_eq!(proposal.hosts, ["news.example.cn"]);
}

#[test]
fn proposed_rules_read_what_was_read_without_them() {
    let (entry, articles, proposal) = unusual_site();
    let sites = proposal.sites();
    let hints = SourceHints {
        kind: Some(SourceKind::List),
        ..SourceHints::default()
    };
    assert_eq!(extract(&entry, &hints, &sites).links.len(), TITLES.len());
    for article in &articles {
        let without = extract(article, &SourceHints::default(), &Default::default());
        let with = extract(article, &SourceHints::default(), &sites);
        let say = |found: &crate::extract::Extraction| {
            let post = &found.posts[0];
            (
                post.title.clone(),
                post.text.clone(),
                post.published_at,
                post.outlet.clone(),
            )
        };
        assert_eq!(say(&with), say(&without));
    }
}

#[test]
fn what_holds_on_one_page_only_is_left_out() {
    let (entry, mut articles) = (unusual_list(), vec![unusual_article(0), unusual_article(1)]);
    let other = String::from_utf8_lossy(&articles[1].bytes).replace("headline", "bigger");
    articles[1].bytes = other.into_bytes();
    let proposal = propose(Some((&entry, SourceKind::List)), &articles);
    assert!(!proposal.tables.contains("headline"), "{}", proposal.tables);
    assert!(
        proposal.tables.contains("body = \"div.zwnr\""),
        "{}",
        proposal.tables
    );
}

fn unknown_thread(number: usize) -> Page {
    let floor = |floor: usize, author: &str, text: &str| {
        format!(
            "<div class='lou-item' id='r{number}{floor}'><div class='lou-head'><a class='user-nick' href='/u/{floor}'>{author}</a>\
             <em class='lou-when'>2017-04-1{floor} 08:3{floor}</em><span class='lou-no'>{floor}楼</span></div>\
             <div class='lou-words'>{text}</div></div>"
        )
    };
    page(
        &format!("https://club.example.cn/topic/{}", 700 + number),
        &format!(
            "<html><head><title>办证跑了{number}趟_示例社区</title></head><body><div class='bar'><a href='/'>首页</a></div>\
             <h1 class='topic-name'>办证跑了{number}趟</h1><div class='list'>{}{}{}</div></body></html>",
            floor(
                1,
                "绿荫",
                "上个月开始办退休手续，第一次说少材料，第二次说系统升级，第三次才办成，来回路上要两个小时。"
            ),
            floor(
                2,
                "河边柳",
                "我也是这样，建议先打电话问清楚要带什么，省得白跑一趟，电话要多打几次才有人接。"
            ),
            floor(
                3,
                "早点摊",
                "现在网上可以预约，提前一天约好，到了不用排队，就是页面不太好找。"
            )
        ),
    )
}

#[test]
fn floors_of_unknown_software_are_found_by_their_name() {
    let rows: String = (1..=9)
        .map(|number| {
            format!(
                "<p class='t'><a href='/topic/{}'>办证跑了{number}趟，说说经过吧</a></p>",
                700 + number
            )
        })
        .collect();
    let board = page(
        "https://club.example.cn/b/12",
        &format!("<html><body>{rows}</body></html>"),
    );
    let found = look(&board, None, &Default::default());
    assert_eq!(found.what, What::Entry(SourceKind::Board));
    let threads: Vec<Page> = (1..=3).map(unknown_thread).collect();
    let proposal = propose(Some((&board, SourceKind::Board)), &threads);
    for line in [
        "[board]",
        "thread_url = '//club\\.example\\.cn/topic/\\d+(?:[?#]|$)'",
        "post = \"div.lou-item\"",
        "author = \"a.user-nick\"",
        "body = \"div.lou-words\"",
        "published_at = \"em.lou-when\"",
        "floor = \"span.lou-no\"",
        "title = \"h1.topic-name\"",
    ] {
        assert!(
            proposal.tables.contains(line),
            "{line}: {}",
            proposal.tables
        );
    }
    let read = extract(&threads[0], &SourceHints::default(), &proposal.sites());
    let floors: Vec<_> = read
        .posts
        .iter()
        .map(|post| (post.floor, post.author.as_deref()))
        .collect();
    assert_eq!(
        floors,
        [
            (Some(1), Some("绿荫")),
            (Some(2), Some("河边柳")),
            (Some(3), Some("早点摊"))
        ]
    );
    assert!(
        read.posts
            .iter()
            .all(|post| post.published_at.is_some() && post.text.ends_with('。'))
    );
}

#[test]
fn obstacles_are_called_by_their_name() {
    let shell = page(
        "https://a.test/",
        "<html><head><title>示例</title></head><body><div id=app></div><script src=app.js></script></body></html>",
    );
    let login = page(
        "https://a.test/user",
        "<html><title>登录</title><body><form>账号<input name=u>密码<input type=password></form></body></html>",
    );
    for (page, sentence) in [(shell, obstacle::SCRIPTED), (login, obstacle::LOGIN)] {
        let found = look(&page, None, &Default::default());
        assert_eq!(found.what, What::Nothing, "{found:?}");
        assert!(
            found
                .extraction
                .warnings
                .iter()
                .any(|warning| warning == sentence),
            "{found:?}"
        );
    }
}

#[test]
fn a_page_that_only_sends_on_says_where() {
    for body in [
        "<html><head><meta http-equiv='Refresh' content='0; url=html/2017-04/14/node_1.htm'></head></html>",
        "<script>window.location.href = 'html/2017-04/14/node_1.htm';</script>",
    ] {
        let found = look(&page("https://p.test/", body), None, &Default::default());
        let to = found.forwards_to.map(String::from);
        assert_eq!(
            to.as_deref(),
            Some("https://p.test/html/2017-04/14/node_1.htm")
        );
    }
}

#[test]
fn sitemaps_stand_in_robots() {
    let robots = page(
        "https://a.test/robots.txt",
        "User-agent: *\nDisallow: /x\nSITEMAP: /map.xml\nSitemap: https://b.test/m.xml",
    );
    let found: Vec<String> = sitemaps_of_robots(&robots)
        .into_iter()
        .map(String::from)
        .collect();
    assert_eq!(found, ["https://a.test/map.xml", "https://b.test/m.xml"]);
}
