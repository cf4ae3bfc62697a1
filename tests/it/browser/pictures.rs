//! Pictures for people: every page of the demo at both sizes, some by night, some as they are printed.

use super::driver::Browser;
use super::{SIZES, pages};
use crate::program::{Desk, Running, free_pair};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A late case, one that is due today, one just begun.
const CASES: [&[&str]; 3] = [
    &[
        "--from",
        "省人社厅",
        "--document-no",
        "豫人社舆〔2017〕3号",
        "--urgency",
        "特急",
        "--title",
        "关于网民反映社保卡制卡积压问题的转办",
        "--received",
        "2017-04-12 09:00",
        "--due",
        "2017-04-14 12:00",
        "--office",
        "社保卡管理中心",
        "--handler",
        "周晓",
        "--text",
        "网民反映社保卡补办两个月未果，请核查处理并按期反馈。",
    ],
    &[
        "--from",
        "市委网信办",
        "--document-no",
        "郑网舆〔2017〕28号",
        "--urgency",
        "急件",
        "--title",
        "关于高新区某电子厂欠薪帖文的转办",
        "--received",
        "2017-04-16 09:00",
        "--due",
        "2017-04-18 18:00",
        "--office",
        "劳动监察支队",
    ],
    &[
        "--kind",
        "emergency",
        "--from",
        "值班室",
        "--title",
        "经开区工地农民工讨薪聚集",
        "--received",
        "2017-04-17 09:00",
        "--post",
        "5",
    ],
];

/// The pages of what is on a list: the first link there that begins like this.
const FIRST: [(&str, &str); 6] = [
    ("/?since=week", "/posts/"),
    ("/events", "/events/"),
    ("/issues", "/issues/"),
    ("/cases", "/cases/"),
    ("/watches", "/watches/"),
    ("/sources", "/sources/"),
];

struct Camera {
    browser: Browser,
    address: String,
    folder: PathBuf,
}

impl Camera {
    async fn goto(&self, page: &str) {
        self.browser.goto(&format!("{}{page}", self.address)).await;
    }

    fn keep(&self, page: &str, suffix: &str, bytes: &[u8]) {
        let page = if page.starts_with("/?") || page == "/" {
            format!("today-{}", page.trim_matches(['/', '?']))
        } else {
            page.to_owned()
        };
        let name = page.replace(['/', '?', '=', '&'], "-");
        let file = self
            .folder
            .join(format!("{}{suffix}", name.trim_matches('-')));
        std::fs::write(file, bytes).expect("the folder can be written");
    }

    async fn shoot(&self, page: &str, suffix: &str) {
        self.goto(page).await;
        self.keep(page, suffix, &self.browser.picture().await);
    }
}

/// The demo as it stands at its end, and the address that lets a visitor in.
fn demo(desk: &Desk) -> (Running, String) {
    let port = free_pair().to_string();
    desk.expect(0, &["demo", "--once", "--port", &port]);
    for case in CASES {
        let order = ["--data", "data/demo", "case", "add", "--by", "李芳"];
        desk.expect(0, &[&order, case].concat());
    }
    let mut command = desk.command(&["demo", "--port", &port]);
    let mut running = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
    let out = running.child.stdout.take().expect("piped");
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    let stands = lines.find_map(|line| Some(line.split_once("打开工作台：")?.1.to_owned()));
    // The pipe stays open as long as the demo writes.
    std::thread::spawn(move || lines.for_each(drop));
    (running, stands.expect("it says where it is"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "for people: every page at both sizes as a picture"]
async fn pictures() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let desk = Desk::new();
    let (_running, way_in) = demo(&desk);
    let address = way_in
        .split("/enter/")
        .next()
        .unwrap_or_default()
        .to_owned();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    std::fs::create_dir_all(&folder).expect("the folder can be written");
    let camera = Camera {
        browser,
        address,
        folder,
    };
    let browser = &camera.browser;
    let (width, height) = SIZES[0];
    browser.resize(width, height).await;
    camera.shoot("/login", "-1366.png").await;
    browser.goto(&way_in).await;
    let mut all: Vec<String> = pages().into_iter().map(str::to_owned).collect();
    all.extend(
        [
            "/?since=week",
            "/?tab=events",
            "/?tab=alerts",
            "/?tab=cases",
            "/search?q=社保卡",
        ]
        .map(str::to_owned),
    );
    let mut some = vec!["/?since=week".to_owned(), "/stats".to_owned()];
    for (list, begin) in FIRST {
        camera.goto(list).await;
        let first = format!(
            "return [...document.querySelectorAll('main a')].map(link => link.getAttribute('href'))
                 .find(href => href.startsWith('{begin}') && !/new|zeros|replies|uptakes/.test(href)) || ''"
        );
        let first = browser
            .run(&first)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(!first.is_empty(), "{list} lists something");
        all.push(first.clone());
        some.push(first);
    }
    // A draft, as it is edited.
    let event = some.iter().find(|page| page.starts_with("/events/"));
    camera.goto(event.expect("an event")).await;
    browser.click("form[action$='/draft'] button").await;
    browser
        .wait("location.pathname.startsWith('/issues/') && document.querySelector('.order')")
        .await;
    let draft = browser.run("return location.pathname").await;
    let draft = draft.as_str().expect("a path").to_owned();
    all.push(draft.clone());
    some.push(draft);
    for (width, height) in SIZES {
        browser.resize(width, height).await;
        for page in &all {
            camera.shoot(page, &format!("-{width}.png")).await;
        }
        browser.darken(true).await;
        for page in &some {
            camera.shoot(page, &format!("-{width}-night.png")).await;
        }
        browser.darken(false).await;
    }
    for page in &some {
        camera.goto(page).await;
        camera.keep(page, ".pdf", &browser.print().await);
    }
    println!("{}", camera.folder.display());
}
