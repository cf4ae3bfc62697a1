//! `kill -9` at random moments while four processes draft, sign, void and send: numbers without gap or double, one
//! delivery for each recipient, every frozen issue as it was signed. `YUQING_KILLS=200 cargo test --test it crashes`
//! kills as often as one likes; an ordinary run kills a few times.

use crate::mailbox::{Mailbox, Speech};
use crate::program::Desk;
use crate::receiver::Receiver;
use chrono::{TimeDelta, Utc};
use chrono_tz::Asia::Shanghai;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use yuqing::app::{App, Clock};
use yuqing::config::Config;
use yuqing::digest::freeze::rendition;
use yuqing::document::Format;
use yuqing::model::{DeliveryState, IssueState, Series};
use yuqing::pipeline::{deliver_once, freeze_once, verify_issue};
use yuqing::store::{DeliveryFilter, IssueFilter};

const PROCESSES: usize = 4;
const FEW_KILLS: usize = 8;

/// A generator of its own (SplitMix64): the same decisions in every run; what they meet depends on the machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % sides
    }
}

const PLACES: [&str; 6] = ["金水区", "二七区", "中原区", "管城区", "惠济区", "航空港区"];
const MATTERS: [&str; 8] = [
    "社保卡交了材料半年还没有下来，打电话没人接",
    "工地拖欠工资三个月，劳动监察一直推",
    "失业金申请两个月没有到账，窗口说系统坏了",
    "退休手续跑了四趟，材料一次说不清楚",
    "工伤认定超过六十天没有结果，没人给个说法",
    "职称评审交了费用，名单里没有我，问谁都说不知道",
    "技校的毕业证拖了一年不发，家长去找被赶出来",
    "培训补贴报了名，钱被别人领走了，投诉没有回音",
];

/// A complaint that no other repeats.
fn post(process: usize, turn: usize, dice: &mut Dice) -> String {
    let place = PLACES[dice.roll(PLACES.len() as u64) as usize];
    let matter = MATTERS[dice.roll(MATTERS.len() as u64) as usize];
    let number = dice.roll(90_000) + 10_000;
    let row = json!({
        "id": format!("{process}-{turn}"), "channel": "forum", "source_name": "示例论坛",
        "author": format!("网友{process}x{turn}"),
        "published_at": (Utc::now() - TimeDelta::minutes(5)).to_rfc3339(),
        "title": format!("郑州{place}{}", &matter[..matter.char_indices().nth(8).expect("long").0]),
        "text": format!("郑州市{place}人社局：{matter}。我的受理号是{number}，第{turn}次来问，请给个答复。"),
    });
    row.to_string() + "\n"
}

/// Runs commands and kills some of them.
struct Killer {
    desk: Arc<Desk>,
    kills: Arc<AtomicUsize>,
    wanted: usize,
    dice: Dice,
    usual: Duration,
}

impl Killer {
    /// The JSON of a command that was let live and succeeded.
    fn run(&mut self, arguments: &[&str]) -> Option<Value> {
        let mut command = self.desk.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let begun = Instant::now();
        let mut child = command.spawn().expect("the program was built");
        if self.kills.load(Ordering::SeqCst) < self.wanted && self.dice.roll(3) > 0 {
            let patience = self.usual.as_micros() as u64 * 5 / 4 + 1;
            // Not a wait for anything: the moment of the kill.
            thread::sleep(Duration::from_micros(self.dice.roll(patience)));
            if child.try_wait().expect("our child").is_none() {
                child.kill().expect("our child");
                self.kills.fetch_add(1, Ordering::SeqCst);
                child.wait().expect("our child");
                return None;
            }
        }
        let output = child.wait_with_output().expect("our child");
        self.usual = begun.elapsed();
        serde_json::from_slice(&output.stdout).ok()
    }

    /// One turn of an editor's work.
    fn turn(&mut self, process: usize, turn: usize) {
        let file = format!("{process}-{turn}.jsonl");
        let row = post(process, turn, &mut self.dice);
        self.desk.write(&file, row);
        self.run(&["import", &file, "--json"]);
        match self.dice.roll(4) {
            0 => self.run(&[
                "issue",
                "draft",
                "daily",
                "--supplement",
                "--by",
                "编辑",
                "--json",
            ]),
            _ => self.run(&["issue", "draft", "--json"]),
        };
        for issue in self.issues("draft") {
            self.run(&["issue", "approve", &issue, "--by", "审核人", "--json"]);
        }
        for issue in self.issues("approved") {
            self.run(&["issue", "sign", &issue, "--by", "签发人", "--json"]);
        }
        for issue in self.issues("signed") {
            match self.dice.roll(12) {
                0 => {
                    let void = [
                        "issue", "void", &issue, "--by", "甲", "--reason", "试", "--json",
                    ];
                    self.run(&void);
                }
                1..=4 => {
                    self.run(&["issue", "send", &issue, "--json"]);
                }
                _ => {}
            }
        }
    }

    fn issues(&mut self, state: &str) -> Vec<String> {
        let listed = self.run(&["issue", "list", "--state", state, "--json"]);
        let rows = listed
            .and_then(|rows| rows.as_array().cloned())
            .unwrap_or_default();
        rows.iter().map(|row| row["id"].to_string()).collect()
    }
}

fn desk(mailbox: &Mailbox, hook: &Receiver) -> Desk {
    let desk = Desk::new();
    desk.write("drop/.keep", "");
    let shipped = include_str!("../../config/digests.toml");
    let all = "recipients = [\"mail\", \"hook\", \"archive\"]";
    desk.write(
        "config/digests.toml",
        shipped.replacen("recipients = []", all, 1),
    );
    let smtp = format!(
        "[smtp]\nhost = \"{}\"\nport = {}\ntls = \"none-loopback-only\"\nfrom = \"a@example.cn\"\n",
        mailbox.address.ip(),
        mailbox.address.port()
    );
    desk.write("config/yuqing.toml", smtp);
    let recipients = format!(
        "[[recipient]]\nid = \"mail\"\nname = \"办公室\"\ntransport = \"email\"\naddress = \"b@example.cn\"\n\
         [[recipient]]\nid = \"hook\"\nname = \"系统\"\ntransport = \"webhook\"\naddress = \"{}\"\n\
         [[recipient]]\nid = \"archive\"\nname = \"归档\"\ntransport = \"folder\"\naddress = \"{}\"\n",
        hook.url("/in"),
        desk.path("drop").display()
    );
    desk.write("config/recipients.toml", recipients);
    desk
}

/// Four editors at work until enough of their commands were killed.
fn work(desk: &Arc<Desk>, wanted: usize) {
    let kills = Arc::new(AtomicUsize::new(0));
    let editors = (0..PROCESSES).map(|process| {
        let mut killer = Killer {
            desk: Arc::clone(desk),
            kills: Arc::clone(&kills),
            wanted,
            dice: Dice(process as u64),
            usual: Duration::from_secs(2),
        };
        thread::spawn(move || {
            let mut turn = 0;
            while killer.kills.load(Ordering::SeqCst) < killer.wanted {
                killer.turn(process, turn);
                turn += 1;
            }
            // And one turn that nobody disturbs.
            killer.turn(process, turn);
        })
    });
    for editor in editors.collect::<Vec<_>>() {
        editor.join().expect("no editor fails");
    }
}

/// How often each name was seen.
fn counts(names: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_processes_leave_no_gap_no_double_and_nothing_unsent() {
    let mailbox = Mailbox::start(Speech::Clear, &[]).await;
    let hook = Receiver::start(&[]).await;
    let desk = Arc::new(desk(&mailbox, &hook));
    let wanted = std::env::var("YUQING_KILLS").ok();
    let wanted = wanted.map_or(FEW_KILLS, |wanted| wanted.parse().expect("a number"));
    let editing = Arc::clone(&desk);
    tokio::task::spawn_blocking(move || work(&editing, wanted))
        .await
        .expect("the editors work");

    // Later the claims of the killed are over, and what they left undone is done.
    let config = Config::load(Some(&desk.path("config"))).expect("a configuration");
    let later = (Utc::now() + TimeDelta::hours(6)).with_timezone(&Shanghai);
    let clock = Clock::standing_at(later.fixed_offset());
    let app = App::open(config, &desk.path("data"), clock).expect("the data folder is sound");
    while !deliver_once(&app, || false)
        .await
        .expect("the store works")
        .is_empty()
    {}
    while freeze_once(&app).expect("the store works") > 0 {}

    let issues = app.store.issues(IssueFilter {
        limit: 100_000,
        ..IssueFilter::default()
    });
    let issues = issues.expect("the store works");
    for series in Series::ALL {
        let of_series = issues
            .iter()
            .filter(|issue| issue.content.series == *series);
        let numbered: Vec<_> = of_series.filter_map(|issue| issue.number).collect();
        let mut numbers: Vec<u32> = numbered.iter().map(|number| number.number).collect();
        let mut totals: Vec<u32> = numbered.iter().map(|number| number.total_number).collect();
        numbers.sort_unstable();
        totals.sort_unstable();
        let all: Vec<u32> = (1..=numbered.len() as u32).collect();
        assert_eq!(numbers, all, "{series}: numbers without gap or double");
        assert_eq!(totals, all, "{series}: totals without gap or double");
    }

    let mails = counts(mailbox.mails().iter().map(|mail| mail.header("Message-ID")));
    let posts = counts(
        hook.heard()
            .iter()
            .map(|post| post.header("Idempotency-Key")),
    );
    let mut signed = 0;
    for issue in &issues {
        if issue.state != IssueState::Signed {
            continue;
        }
        signed += 1;
        let verified = verify_issue(&app, issue.id).expect("the store works");
        let verified = verified.expect("it is there");
        assert!(verified.is_right, "{verified:?}");
        let filter = DeliveryFilter {
            issue: Some(issue.id),
            ..DeliveryFilter::default()
        };
        let deliveries = app.store.deliveries(&filter).expect("the store works");
        let mut sent: Vec<&str> = deliveries
            .iter()
            .filter(|delivery| delivery.state == DeliveryState::Sent)
            .map(|delivery| delivery.recipient.as_str())
            .collect();
        sent.sort_unstable();
        assert_eq!(sent, ["archive", "hook", "mail"], "{deliveries:?}");
        let of_issue = format!("issue-{}.", issue.id.0);
        let named = |name: &&String| name.contains(&of_issue);
        assert_eq!(mails.keys().filter(named).count(), 1, "{mails:?}");
        let frozen = rendition(&app.store, issue, Format::Docx, &app.press, app.now());
        let frozen = frozen.expect("frozen");
        for mail in mailbox.mails() {
            if mail.header("Message-ID").contains(&of_issue) {
                let parts = mail.parts();
                let is_frozen = parts.iter().any(|part| part.bytes == frozen);
                assert!(is_frozen, "what was mailed is what is kept");
            }
        }
        assert_eq!(posts.keys().filter(named).count(), 1, "{posts:?}");
    }
    let documents = std::fs::read_dir(desk.path("drop")).map_or(0, |folder| {
        let names = folder.map(|file| file.expect("readable").file_name());
        names
            .filter(|name| name.to_string_lossy().ends_with(".docx"))
            .count()
    });
    let void = issues.iter().filter(|issue| issue.number.is_some()).count() - signed;
    assert!(signed <= documents && documents <= signed + void);
    // A sender that died between the other side's yes and its own note of it says it again under the same name.
    for counted in [&mails, &posts] {
        let repeated: usize = counted.values().map(|count| count - 1).sum();
        assert!(repeated <= wanted, "{counted:?}");
    }
    let again = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>() - counts.len();
    println!(
        "{wanted} kills: {signed} issues signed, {void} void, {} mails ({} repeated), {} posts ({} repeated), {documents} files",
        mails.len(),
        again(&mails),
        posts.len(),
        again(&posts),
    );
}
