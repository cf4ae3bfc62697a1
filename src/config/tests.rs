//! Merging, the environment, and what the shipped files promise. The table of mistakes is in `tests/it`.

use super::{Config, ConfigFolder};
use crate::model::Problem;
use std::time::Duration;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> (TempDir, ConfigFolder) {
    let temporary = TempDir::new().expect("a temporary folder");
    for (name, text) in files {
        let path = temporary.path().join(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writes");
        std::fs::write(path, text).expect("writes");
    }
    let folder = ConfigFolder::open(Some(temporary.path())).expect("a folder");
    (temporary, folder)
}

fn read(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Config, Vec<Problem>> {
    let (_temporary, folder) = folder(files);
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Config::read(&folder, variables.iter().map(owned))
}

#[test]
fn the_shipped_files_are_valid_and_complete() {
    let config = Config::read(&ConfigFolder::shipped(), []).expect("the shipped files");
    assert!(config.enabled_sources().count() > 10);
    assert!(!config.digests.is_empty());
    assert!(
        config.settings.fetch.obey_robots,
        "politeness is the default"
    );
    assert!(config.settings.fetch.private_hosts.is_empty());
    assert!(config.settings.web.listen.ip().is_loopback());
}

#[test]
fn an_operators_key_replaces_one_default_and_leaves_the_others() {
    let shipped = Config::read(&ConfigFolder::shipped(), []).expect("the shipped files");
    let config = read(&[("yuqing.toml", "[fetch]\ndelay = \"3s\"\n")], &[]).expect("valid");
    assert_eq!(config.settings.fetch.delay, Duration::from_secs(3));
    assert_eq!(
        config.settings.fetch.timeout,
        shipped.settings.fetch.timeout
    );
    assert_eq!(config.settings.bureau, shipped.settings.bureau);
    assert_eq!(
        config.sources, shipped.sources,
        "a missing file is the shipped one"
    );
}

#[test]
fn the_environment_overrides_the_file_by_type() {
    let file = [("yuqing.toml", "[fetch]\ndelay = \"3s\"\n")];
    let variables = [
        ("YUQING__FETCH__DELAY", "4s"),
        ("YUQING__FETCH__MAX_REDIRECTS", "2"),
        ("YUQING__FETCH__OBEY_ROBOTS", "false"),
        ("YUQING__FETCH__PRIVATE_HOSTS", "[\"rsshub\"]"),
        ("YUQING__BUREAU__NAME", "某市人社局"),
        // Not ours, or not settings: the folders have variables of one underscore.
        ("YUQING_DATA", "/srv/yuqing"),
        ("PATH", "/bin"),
    ];
    let settings = read(&file, &variables).expect("valid").settings;
    assert_eq!(settings.fetch.delay, Duration::from_secs(4));
    assert_eq!(
        (settings.fetch.max_redirects, settings.fetch.obey_robots),
        (2, false)
    );
    assert_eq!(settings.fetch.private_hosts, ["rsshub"]);
    assert_eq!(settings.bureau.name, "某市人社局");
}

#[test]
fn keys_that_belong_together_may_come_from_the_environment_in_any_order() {
    let from = ("YUQING__SMTP__FROM", "人社舆情 <yuqing@example.cn>");
    let host = ("YUQING__SMTP__HOST", "mail.example.cn");
    for variables in [[host, from], [from, host]] {
        let settings = read(&[], &variables).expect("valid").settings;
        assert!(settings.smtp.is_configured());
    }
    let problems = read(&[], &[host]).err().expect("nobody sends");
    assert_eq!(problems[0].key, "YUQING__SMTP__HOST");
    let port = ("YUQING__SMTP__PORT", "25");
    let problems = read(&[], &[host, port]).err().expect("nobody sends");
    assert_eq!(problems[0].key, "YUQING__SMTP__HOST");
}

#[test]
fn an_operators_folder_of_rules_replaces_the_shipped_one() {
    let address = |host: &str| format!("http://{host}/").parse().expect("an address");
    let config = read(&[("sites/a.toml", "hosts = [\"a.cn\"]\n")], &[]).expect("valid");
    assert!(config.sites.get(&address("www.a.cn")).is_some());
    assert!(config.sites.get(&address("news.dahe.cn")).is_none());
}

#[test]
fn an_empty_list_of_sources_is_no_mistake() {
    assert!(
        read(&[("sources.toml", "# 暂无\n")], &[])
            .expect("valid")
            .sources
            .is_empty()
    );
}

#[test]
fn ids_addresses_and_placeholders_are_checked() {
    let source = |id: &str, url: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nname = \"甲\"\nkind = \"list\"\nurl = \"{url}\"\n\
             channel = \"news\"\ntier = \"T3\"\nschedule = \"0 8 * * *\"\n"
        )
    };
    let lines = |id: &str, url: &str| {
        let text = source(id, url);
        let problems = read(&[("sources.toml", &text)], &[])
            .err()
            .unwrap_or_default();
        problems
            .iter()
            .map(|problem| problem.line)
            .collect::<Vec<_>>()
    };
    assert!(lines("a-1.b_2", "https://a.cn/{yyyy}-{mm}/{dd}/").is_empty());
    assert_eq!(lines("", "https://a.cn/"), [2]);
    assert_eq!(lines("甲", "https://a.cn/"), [2]);
    assert_eq!(lines("a", "https://a.cn/{yy}/"), [5]);
    assert_eq!(lines("a", "file:///etc/passwd"), [5]);
}

#[test]
fn a_host_has_rules_in_one_file_only() {
    let files = [
        ("sites/a.toml", "hosts = [\"www.a.cn\", \"a.cn\"]\n"),
        ("sites/b.toml", "\nhosts = [\"A.cn\"]\n"),
    ];
    let problems = read(&files, &[]).err().expect("two rules for one host");
    let problem = &problems[0];
    assert_eq!((problem.file.as_str(), problem.line), ("sites/b.toml", 2));
    assert!(problem.message.contains("sites/a.toml"), "{problem:?}");
}

#[test]
fn a_missing_folder_and_an_unreadable_file_are_named() {
    let missing = std::path::Path::new("/no/such/folder");
    let problems = ConfigFolder::open(Some(missing)).expect_err("it is not there");
    assert_eq!(problems[0].key, "--config");
    let (temporary, folder) = folder(&[]);
    std::fs::write(temporary.path().join("sources.toml"), b"\xff\xfe").expect("writes");
    let problems = Config::read(&folder, []).err().expect("no UTF-8");
    assert_eq!(problems[0].file, "sources.toml");
}

#[test]
fn a_public_address_is_bare_and_encrypted_unless_it_is_this_machine() {
    let web = |public: &str| {
        let text = format!("[web]\npublic_url = \"{public}\"\ntrusted_proxies = [\"10.1.1.1\"]\n");
        read(&[("yuqing.toml", &text)], &[]).map(|config| config.settings.web)
    };
    for (public, address) in [
        ("", "http://127.0.0.1:8017"),
        (
            "https://YUQING.example.gov.cn/",
            "https://yuqing.example.gov.cn",
        ),
        ("https://10.1.2.3:8443", "https://10.1.2.3:8443"),
        ("http://localhost:9000", "http://localhost:9000"),
    ] {
        let web = web(public).expect(public);
        assert_eq!(web.address(), address);
        assert_eq!(web.notices().is_empty(), !public.is_empty(), "{public}");
    }
    for public in [
        "yuqing.example.gov.cn",
        "http://yuqing.example.gov.cn",
        "https://yuqing.example.gov.cn/desk",
        "https://yuqing.example.gov.cn/?a",
        "https://a:b@yuqing.example.gov.cn",
        "javascript:alert(1)",
    ] {
        let problems = web(public).expect_err(public);
        assert_eq!(
            (problems[0].line, problems[0].key.as_str()),
            (2, "web.public_url")
        );
    }
    let web = read(&[], &[("YUQING__WEB__PUBLIC_URL", "https://a.cn")]);
    let web = web.expect("valid").settings.web;
    assert_eq!(web.address(), "https://a.cn");
    assert!(web.notices().is_empty());
}
