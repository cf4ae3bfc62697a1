use crate::demo::clock::WorldClock;
use crate::demo::post::{SamplePost, parse_local_minute};
use crate::demo::sites::answer::Answer;
use crate::demo::sites::{Visit, respond, router};
use crate::demo::sources::{site_rules, sources};
use crate::demo::world::World;
use crate::model::Timestamp;
use axum::http::{HeaderValue, StatusCode};
use regex::Regex;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

const PORT: u16 = 8480;

fn minute(text: &str) -> Timestamp {
    parse_local_minute(text).expect("a minute of the test")
}

fn get(world: &World, now: Timestamp, address: &str) -> Answer {
    get_unless(world, now, address, None)
}

fn get_unless(world: &World, now: Timestamp, address: &str, etag: Option<&HeaderValue>) -> Answer {
    let url = Url::parse(address).expect("an address of the world");
    let host = url.host_str().expect("addresses have hosts");
    let visit = Visit {
        world,
        now,
        port: PORT,
        host: host.split('.').next().expect("a label"),
        path: url.path(),
        query: url.query().unwrap_or(""),
    };
    respond(&visit, etag)
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.bytes).into_owned()
}

/// Entry address of a source on the day of `now`.
fn entry(address: &str, now: Timestamp) -> String {
    address
        .replace("{yyyy}", &now.format("%Y").to_string())
        .replace("{mm}", &now.format("%m").to_string())
        .replace("{dd}", &now.format("%d").to_string())
}

/// Absolute addresses a page links to.
fn links(address: &str, page: &str) -> BTreeSet<String> {
    let href = Regex::new(r#"href="([^"]+)""#).expect("a pattern");
    let base = Url::parse(address).expect("an address");
    href.captures_iter(page)
        .map(|found| base.join(&found[1]).expect("a link").to_string())
        .collect()
}

fn sites(world: &World) -> [(&'static str, &[SamplePost]); 8] {
    [
        ("weibo", &world.weibo),
        ("bbs", &world.bbs),
        ("news", &world.news),
        ("epaper", &world.epaper),
        ("rss", &world.rss),
        ("atom", &world.atom),
        ("central", &world.central),
        ("gov", &world.gov),
    ]
}

fn all_posts(world: &World) -> Vec<&SamplePost> {
    sites(world)
        .into_iter()
        .flat_map(|(_, posts)| posts)
        .collect()
}

#[test]
fn every_text_lies_inside_the_world_and_has_an_id_of_its_own() {
    let world = World::load();
    for (site, posts) in sites(&world) {
        let ids: HashSet<u32> = posts.iter().map(|post| post.id).collect();
        assert_eq!(ids.len(), posts.len(), "{site}");
        for post in posts {
            assert!(
                world.begin() <= post.at && post.at <= world.end(),
                "{site} {}",
                post.id
            );
            assert!(!post.text.trim().is_empty(), "{site} {}", post.id);
        }
    }
}

#[test]
fn replies_follow_their_thread_in_order() {
    for post in all_posts(&World::load()) {
        let mut moments: Vec<Timestamp> = vec![post.at];
        moments.extend(post.replies.iter().map(|reply| reply.at));
        assert!(moments.is_sorted(), "{}", post.id);
    }
}

#[test]
fn instants_are_in_order_and_inside_the_world() {
    let world = World::load();
    let instants = world.instants();
    assert!(instants.is_sorted());
    assert!((25..=35).contains(&instants.len()), "{}", instants.len());
    assert!(world.begin() < instants[0] && instants[instants.len() - 1] < world.end());
}

#[test]
fn numbers_never_shrink() {
    let world = World::load();
    for post in &world.weibo {
        let weights: Vec<u64> = world
            .instants()
            .into_iter()
            .filter(|now| post.is_visible(*now))
            .map(|now| post.counts(now).weight())
            .collect();
        assert!(weights.is_sorted(), "{} {weights:?}", post.id);
    }
}

#[test]
fn the_first_post_spreads_as_the_scene_asks() {
    let world = World::load();
    let first = world
        .weibo
        .iter()
        .find(|post| post.id == 5037)
        .expect("the first post");
    let weight = |at| first.counts(minute(at)).weight();
    assert_eq!(weight("2017-04-14 14:03"), 62);
    assert_eq!(weight("2017-04-14 14:13"), 620);
    assert_eq!(first.counts(minute("2017-04-14 18:00")).reposts, 15_000);
    // Below the red line of 20,000 on the first day, above it on the next morning.
    assert!((2_000..20_000).contains(&weight("2017-04-14 21:30")));
    assert!(weight("2017-04-15 08:30") > 20_000);
}

#[test]
fn only_the_past_is_visible() {
    let world = World::load();
    let address = format!("http://weibo.localhost:{PORT}/status/5037");
    let before = get(&world, minute("2017-04-14 13:57"), &address);
    let after = get(&world, minute("2017-04-14 13:58"), &address);
    assert_eq!(
        (before.status, after.status),
        (StatusCode::NOT_FOUND, StatusCode::OK)
    );
}

#[test]
fn numbers_grow_between_two_visits() {
    let world = World::load();
    let address = format!("http://weibo.localhost:{PORT}/api/container/getIndex?q=x&page=1");
    let reposts = |at| {
        let answer = get(&world, minute(at), &address);
        let json: serde_json::Value = serde_json::from_slice(&answer.bytes).expect("JSON");
        let cards = json["data"]["cards"].as_array().expect("cards").clone();
        let first = cards
            .iter()
            .find(|card| card["mblog"]["id"] == "5037")
            .expect("the post");
        first["mblog"]["reposts_count"].as_u64().expect("a number")
    };
    assert!(reposts("2017-04-14 14:03") < reposts("2017-04-14 14:13"));
}

#[test]
fn news_pages_are_gb18030_and_say_gb2312() {
    let address = format!("http://news.localhost:{PORT}/2017/0414/1012.html");
    let answer = get(&World::load(), minute("2017-04-14 20:00"), &address);
    let (html, _, had_errors) = encoding_rs::GB18030.decode(&answer.bytes);
    assert!(!had_errors && html.contains("charset=gb2312") && html.contains("被网友质疑"));
    assert!(std::str::from_utf8(&answer.bytes).is_err());
}

#[test]
fn an_unchanged_page_answers_304() {
    let world = World::load();
    let address = format!("http://gov.localhost:{PORT}/liuyan/9001.html");
    let now = minute("2017-04-13 08:00");
    let first = get(&world, now, &address);
    let etag = HeaderValue::from_str(&first.etag).expect("an ETag");
    let again = get_unless(&world, minute("2017-04-14 08:00"), &address, Some(&etag));
    assert_eq!(
        (first.status, again.status),
        (StatusCode::OK, StatusCode::NOT_MODIFIED)
    );
    assert!(again.bytes.is_empty());
}

#[test]
fn the_same_moment_gives_the_same_bytes() {
    let (world, now) = (World::load(), minute("2017-04-14 16:35"));
    for source in sources(PORT) {
        let address = entry(&source.url, now);
        assert_eq!(
            get(&world, now, &address).bytes,
            get(&World::load(), now, &address).bytes,
            "{address}"
        );
    }
}

#[test]
fn the_dead_site_is_dead_and_the_closed_one_says_so() {
    let (world, now) = (World::load(), minute("2017-04-14 16:35"));
    let status = |address: &str| get(&world, now, &format!("http://{address}")).status;
    assert_eq!(
        status("broken.localhost/list/1.html"),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(status("broken.localhost/robots.txt"), StatusCode::OK);
    let robots = get(&world, now, "http://closed.localhost/robots.txt");
    assert_eq!(text(&robots), "User-agent: *\nDisallow: /\n");
}

#[test]
fn every_link_of_every_site_leads_somewhere() {
    let world = World::load();
    for now in ["2017-04-07 20:00", "2017-04-14 18:05", "2017-04-18 08:35"].map(minute) {
        let mut waiting: Vec<String> = vec![format!("http://localhost:{PORT}/")];
        let mut seen: HashSet<String> = waiting.iter().cloned().collect();
        while let Some(address) = waiting.pop() {
            let answer = get(&world, now, &address);
            let is_dead = address.contains("//broken.");
            assert!(
                answer.status == StatusCode::OK || is_dead,
                "{address} at {now}"
            );
            if answer.content_type.starts_with("text/html") {
                let found = links(&address, &text(&answer));
                waiting.extend(found.into_iter().filter(|link| seen.insert(link.clone())));
            }
        }
        assert!(seen.len() > 20, "{} addresses at {now}", seen.len());
    }
}

/// What a crawler that reads only entry pages and the pages they link to has seen at the end.
fn collected(world: &World) -> HashSet<String> {
    let weibo = Regex::new(r#""url":"(http://weibo[^"]+/status/\d+)""#).expect("a pattern");
    let floor = Regex::new(r#"id="pid(\d+)""#).expect("a pattern");
    let entry_link =
        Regex::new(r"<link>(http[^<]+\.html)|<id>(http[^<]+\.html)").expect("a pattern");
    let page =
        Regex::new(r"/\d{4}/\d{4}/\d+\.html|/content_\d+|/liuyan/\d+\.html").expect("a pattern");
    let mut seen = HashSet::new();
    for now in world.instants() {
        for source in sources(PORT) {
            let address = entry(&source.url, now);
            let body = text(&get(world, now, &address));
            for found in weibo
                .captures_iter(&body)
                .chain(entry_link.captures_iter(&body))
            {
                seen.insert(found[0].to_owned());
            }
            for link in links(&address, &body) {
                if page.is_match(&link) {
                    seen.insert(link);
                } else if link.contains("/thread-") || link.contains("/node_") {
                    let linked = text(&get(world, now, &link));
                    seen.extend(floor.find_iter(&linked).map(|pid| pid.as_str().to_owned()));
                    let contents = links(&link, &linked).into_iter();
                    seen.extend(contents.filter(|content| page.is_match(content)));
                }
            }
        }
    }
    seen
}

#[test]
fn one_replay_shows_every_post_on_the_pages_a_crawler_reads() {
    let world = World::load();
    let replies: usize = world.bbs.iter().map(|post| post.replies.len()).sum();
    let published = all_posts(&world).len() + replies;
    let seen = collected(&world);
    assert!(published >= 150, "{published}");
    assert_eq!(seen.len(), published);
}

#[test]
fn every_source_with_rules_of_its_own_is_in_the_world() {
    let hosts: Vec<String> = sources(PORT).into_iter().map(|source| source.url).collect();
    for (name, rules) in site_rules() {
        let host = name.strip_suffix(".toml").expect("rules are TOML");
        assert!(
            hosts.iter().any(|url| url.contains(&format!("//{host}:"))),
            "{name}"
        );
        rules.parse::<toml::Table>().expect(name);
    }
}

#[tokio::test]
async fn the_router_tells_sites_apart_by_host() {
    let world = Arc::new(World::load());
    let clock = Arc::new(WorldClock::new(minute("2017-04-14 14:30")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = router(world, clock.clone(), address.port());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let ask = async |host: &str| {
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("a connection");
        let request =
            format!("GET / HTTP/1.1\r\nHost: {host}.localhost\r\nConnection: close\r\n\r\n");
        stream
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    };
    assert!(ask("bbs").await.contains("城市杂谈"));
    assert!(!ask("weibo").await.contains("情况说明"));
    clock.set(minute("2017-04-14 21:30"));
    assert!(ask("weibo").await.contains("情况说明"));
    server.abort();
}
