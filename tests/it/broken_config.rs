//! A table of mistakes in the configuration: each is refused with exit code 2 and named by file, line and key.

use crate::program::{Desk, finish};
use serde_json::Value;

/// One mistake: what the operator's file says, and where the mistake stands.
struct Mistake {
    file: &'static str,
    text: &'static str,
    line: u64,
    /// Part of the key that is named.
    key: &'static str,
    /// Part of what is said.
    says: &'static str,
}

const GOOD_SOURCE: &str = "\
[[source]]
id = \"a\"
name = \"甲\"
kind = \"list\"
url = \"https://news.example.cn/\"
channel = \"news\"
tier = \"T3\"
schedule = \"*/10 * * * *\"
";

const MISTAKES: &[Mistake] = &[
    Mistake {
        file: "yuqing.toml",
        text: "[fetch]\n# 写错的键\ndelays = \"5s\"\n",
        line: 3,
        key: "fetch.delays",
        says: "不认识的键“delays”",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[web]\npublic_url = \"http://yuqing.example.gov.cn\"\n",
        line: 2,
        key: "web.public_url",
        says: "应写成 https://yuqing.example.gov.cn 这样",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[web]\npublic_url = \"https://yuqing.example.gov.cn/desk\"\n",
        line: 2,
        key: "web.public_url",
        says: "不带路径",
    },
    Mistake {
        file: "watches.toml",
        text: "# 专题\n[[watch]]\nid = \"a\"\nname = \"甲\"\nquery = \"社保 OR\"\n",
        line: 5,
        key: "watch.query",
        says: "检索式第6个字符处：这里缺少检索词",
    },
    Mistake {
        file: "recipients.toml",
        text: "[[recipient]]\nid = \"a\"\nname = \"甲\"\ntransport = \"webhook\"\naddress = \"http://a.cn/\"\ntemplate = '{\"t\": \"{titel}\"}'\n",
        line: 6,
        key: "recipient.template",
        says: "没有“{titel}”这个占位",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[smtp]\nhost = \"mail.example.cn\"\ntls = \"none-loopback-only\"\nfrom = \"a@example.cn\"\n",
        line: 1,
        key: "smtp",
        says: "只能用于本机的邮件服务器",
    },
    Mistake {
        file: "deadlines.toml",
        text: "[default]\npressing = \"A\"\ntransfer = \"A\"\nemergency = \"B\"\n\n[[rule]]\nid = \"A\"\nname = \"甲\"\nhours = 5\nfrom = \"received\"\nbasis = \"来文\"\n",
        line: 4,
        key: "default.emergency",
        says: "没有代号为“B”的时限规则",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[bureau]\ntime_zone = \"Asia/Zhengzhou\"\n",
        line: 2,
        key: "bureau.time_zone",
        says: "Asia/Zhengzhou",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[crawl]\n\npages_per_turn = \"很多\"\n",
        line: 3,
        key: "crawl.pages_per_turn",
        says: "应为",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[fetch]\ntimeout = \"一分钟\"\n",
        line: 2,
        key: "fetch.timeout",
        says: "",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[summary]\nendpoint = \"10.1.2.3:8000\"\nmodel = \"m\"\n",
        line: 2,
        key: "summary.endpoint",
        says: "/v1/chat/completions",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[summary]\nmodel = \"m\"\nendpoint = \"http://a:b@c.cn/v1/chat/completions\"\n",
        line: 3,
        key: "summary.endpoint",
        says: "不能带口令",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[summary]\nkey_env = \"sk-abc\"\n",
        line: 2,
        key: "summary.key_env",
        says: "不是密钥本身",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[summary]\nendpoint = \"http://10.1.2.3/v1/chat/completions\"\n",
        line: 1,
        key: "summary",
        says: "写了 endpoint 就要写 model",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[summary]\ntimeout = \"0s\"\n",
        line: 2,
        key: "summary.timeout",
        says: "时限",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[fetch]\npause = \"半夜\"\n",
        line: 2,
        key: "fetch.pause",
        says: "暂停时段“半夜”",
    },
    Mistake {
        file: "sources.toml",
        text: "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"list\"\nurl = \"https://a.cn/\"\n\
               channel = \"news\"\ntier = \"T3\"\nschedule = \"0 8 * * *\"\npause = \"06:00-06:00\"\n",
        line: 9,
        key: "source.pause",
        says: "23:00-06:00",
    },
    Mistake {
        file: "sources.toml",
        text: "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"list\"\nurl = \"https://a.cn/\"\n\
               channel = \"news\"\ntier = \"T3\"\nschedule = \"0 8 * * *\"\nproxy = \"ftp://a:b@c.cn\"\n",
        line: 9,
        key: "source.proxy",
        says: "“ftp://c.cn”不是可用的代理",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[web\nlisten = \"127.0.0.1:8017\"\n",
        line: 1,
        key: "",
        says: "",
    },
    Mistake {
        file: "sources.toml",
        text: "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"list\"\nurl = \"https://a.cn/\"\n\
               channel = \"news\"\ntier = \"T3\"\nschedule = \"8:30\"\n",
        line: 8,
        key: "source.schedule",
        says: "时刻表“8:30”",
    },
    Mistake {
        file: "sources.toml",
        text: "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"list\"\nurl = \"https://a.cn/\"\n\
               channel = \"smoke\"\ntier = \"T3\"\nschedule = \"0 8 * * *\"\n",
        line: 6,
        key: "source.channel",
        says: "smoke",
    },
    Mistake {
        file: "sources.toml",
        text: "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"list\"\nurl = \"news.example.cn\"\n\
               channel = \"news\"\ntier = \"T3\"\nschedule = \"0 8 * * *\"\n",
        line: 5,
        key: "source.url",
        says: "不是可用的网址",
    },
    Mistake {
        file: "sources.toml",
        text: "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"list\"\nurl = \"https://a.cn/\"\n\
               channel = \"news\"\ntier = \"T3\"\nschedule = \"0 8 * * *\"\nmin_interval = \"soon\"\n",
        line: 9,
        key: "source.min_interval",
        says: "",
    },
    Mistake {
        file: "sources.toml",
        text: "[[source]]\nid = \"a\"\nkind = \"list\"\nurl = \"https://a.cn/\"\nchannel = \"news\"\n\
               tier = \"T3\"\nschedule = \"0 8 * * *\"\n",
        line: 1,
        key: "source",
        says: "缺少必填的键“name”",
    },
    Mistake {
        file: "sites/a.toml",
        text: "hosts = [\"a.cn\"]\n\n[list]\nlink = \"ul >> a[\"\n",
        line: 4,
        key: "list.link",
        says: "选择器“ul >> a[”",
    },
    Mistake {
        file: "imports/a.toml",
        text: "name = \"甲\"\n\n[columns]\n\"诉求\" = \"texts\"\n",
        line: 4,
        key: "诉求",
        says: "不认识的值“texts”",
    },
    Mistake {
        file: "imports/a.toml",
        text: "name = \"甲\"\n\n[columns]\n\"编号\" = \"id\"\n",
        line: 1,
        key: "columns",
        says: "没有一栏是标题",
    },
    Mistake {
        file: "imports/a.toml",
        text: "name = \"甲\"\njoin = [\"诉求\"]\ndrop = [\"电话\",\n  \"诉求\"]\n",
        line: 4,
        key: "drop",
        says: "“诉求”既要读取又要舍去",
    },
    Mistake {
        file: "imports/a.toml",
        text: "name = \"甲\"\njoin = [\"诉求\"]\ndate_formats = [\"yyyy-MM-dd\"]\n",
        line: 3,
        key: "date_formats",
        says: "不是时间格式",
    },
    Mistake {
        file: "imports/a.toml",
        text: "name = \"甲\"\njoin = [\"诉求\"]\n[fixed]\nchannel = \"烟囱\"\n",
        line: 4,
        key: "fixed",
        says: "渠道“烟囱”不认识",
    },
    Mistake {
        file: "yuqing.toml",
        text: "[import]\nmax_file = \"large\"\n",
        line: 2,
        key: "import.max_file",
        says: "",
    },
    Mistake {
        file: "digests.toml",
        text: "[[digest]]\ncode = \"daily\"\ntitle = \"专报\"\nmax_entrys = 3\n",
        line: 4,
        key: "digest.max_entrys",
        says: "不认识的键“max_entrys”",
    },
    Mistake {
        file: "levels.toml",
        text: "[gate]\n\n[[rule]]\nid = \"R1\"\nlevel = \"crimson\"\ntext = \"x\"\n",
        line: 5,
        key: "rule.level",
        says: "crimson",
    },
    Mistake {
        file: "lexicon/variants.tsv",
        text: "# 网络变体\nvariant\tterm\twhen\n射保\t社保\n",
        line: 3,
        key: "",
        says: "这一行应有3列，实有2列",
    },
];

fn problems(desk: &Desk, variables: &[(&str, &str)]) -> Vec<Value> {
    let mut command = desk.command(&["--config", "config", "check", "--json"]);
    let done = finish(command.envs(variables.iter().copied()));
    let report = done.json();
    assert_eq!(
        (done.code, &report["ok"]),
        (Some(2), &Value::Bool(false)),
        "{}",
        done.err
    );
    report["problems"].as_array().expect("a list").clone()
}

#[test]
fn every_mistake_is_named_by_file_line_and_key() {
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let desk = Desk::new();
        desk.write(&format!("config/{}", mistake.file), mistake.text);
        let problems = problems(&desk, &[]);
        let is_named = problems.iter().any(|problem| {
            problem["file"] == mistake.file
                && problem["line"] == mistake.line
                && problem["key"]
                    .as_str()
                    .is_some_and(|key| key.contains(mistake.key))
                && problem["message"]
                    .as_str()
                    .is_some_and(|says| says.contains(mistake.says))
        });
        if !is_named {
            wrong.push(format!(
                "{}:{} {}: {problems:?}",
                mistake.file, mistake.line, mistake.says
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_id_written_twice_is_named_where_it_comes_again() {
    let desk = Desk::new();
    desk.write("config/sources.toml", GOOD_SOURCE.repeat(2));
    let problems = problems(&desk, &[]);
    assert_eq!(
        (&problems[0]["line"], &problems[0]["key"]),
        (&10.into(), &"source.id".into())
    );
}

#[test]
fn every_wrong_source_is_named_at_once() {
    let desk = Desk::new();
    let wrong = |from: &str, to: &str| GOOD_SOURCE.replace(from, to);
    let broken = [
        wrong("schedule = \"", "schedule = \"61 "),
        GOOD_SOURCE.replace("id = \"", "id = \"other-"),
        wrong("id = \"", "region = \"郑州\"\nid = \"third-"),
        wrong("id = \"", "max_pages = 0\nid = \"fourth-"),
    ];
    desk.write("config/sources.toml", broken.concat());
    let problems = problems(&desk, &[]);
    let keys: Vec<&str> = problems
        .iter()
        .filter_map(|problem| problem["key"].as_str())
        .collect();
    assert_eq!(
        keys,
        ["source.schedule", "source.region", "source.max_pages"]
    );
    // Quotes of a Chinese keyboard.
    let twice = "[[source]]\nid = “a”\nname =\n";
    desk.write("config/sources.toml", twice);
    let problems = self::problems(&desk, &[]);
    let lines: Vec<_> = problems.iter().map(|problem| &problem["line"]).collect();
    assert_eq!(lines, [2, 3]);
    let message = problems[0]["message"].as_str().expect("a sentence");
    assert!(message.contains("英文引号"), "{message}");
}

#[test]
fn a_wrong_variable_is_named() {
    let desk = Desk::new();
    desk.write("config/sources.toml", GOOD_SOURCE);
    for (name, value) in [
        ("YUQING__WEB__LISTEN", "everywhere"),
        ("YUQING__WEB__PORT", "8017"),
        ("YUQING__FETCH__MAX_REDIRECTS", "viele"),
        ("YUQING__FETCH", "{}"),
    ] {
        let problems = problems(&desk, &[(name, value)]);
        assert_eq!(
            (&problems[0]["file"], &problems[0]["key"]),
            (&"环境变量".into(), &name.into())
        );
    }
}

#[test]
fn every_file_with_a_mistake_is_named_at_once() {
    let desk = Desk::new();
    desk.write("config/sources.toml", "[[source]]\n");
    desk.write("config/digests.toml", "digest = 1\n");
    desk.write("config/sites/a.toml", "host = []\n");
    let problems = problems(&desk, &[]);
    let mut files: Vec<&str> = problems
        .iter()
        .filter_map(|problem| problem["file"].as_str())
        .collect();
    files.sort_unstable();
    assert_eq!(files, ["digests.toml", "sites/a.toml", "sources.toml"]);
}

#[test]
fn other_commands_refuse_a_wrong_configuration_too() {
    let desk = Desk::new();
    desk.write("config/sources.toml", "[[source]]\nid = 3\n");
    let done = desk.expect(2, &["--config", "config", "search", "社保"]);
    assert!(done.err.contains("sources.toml:2"), "{}", done.err);
    assert!(!desk.path("data/yuqing.db").exists(), "nothing was begun");
}

#[test]
fn an_inbox_that_would_swallow_the_database_is_refused() {
    let desk = Desk::new();
    let file = "config/yuqing.toml";
    for wrong in ["", ".", "..", "../data", "../config", "index"] {
        desk.write(
            file,
            format!("[import]\nmax_rows = 9\ninbox = \"{wrong}\"\n"),
        );
        let found = problems(&desk, &[]);
        assert_eq!(
            (&found[0]["file"], &found[0]["line"], &found[0]["key"]),
            (&"yuqing.toml".into(), &3.into(), &"import.inbox".into()),
            "{found:?}"
        );
        let done = desk.expect(2, &["run"]);
        assert!(done.err.contains("专用目录"), "{}", done.err);
    }
    assert!(!desk.path("data/yuqing.db").exists(), "nothing was begun");
    desk.write(file, "[import]\ninbox = \"../inbox\"\n");
    desk.expect(0, &["check"]);
    let here = desk.path("data").display().to_string();
    let found = problems(&desk, &[("YUQING__IMPORT__INBOX", &here)]);
    assert_eq!(found[0]["key"], "YUQING__IMPORT__INBOX");
}

#[test]
fn a_font_folder_that_is_not_there_is_told() {
    let desk = Desk::new();
    let settings = "[document]\nfont_folder = \"/no/such/fonts\"\n";
    desk.write("config/yuqing.toml", settings);
    let told = desk.expect(0, &["check"]).out;
    assert!(told.contains("字体目录 /no/such/fonts 不存在"), "{told}");
}
