use super::Rules;
use proptest::prelude::*;
use std::time::Duration;
use url::Url;

fn rules(text: &str) -> Rules {
    Rules::parse(text.as_bytes(), "yuqing")
}

/// For everybody.
fn all(rules_of_all: &str) -> Rules {
    rules(&format!("User-agent: *\n{rules_of_all}"))
}

#[track_caller]
fn check(rules: &Rules, allowed: &[&str], forbidden: &[&str]) {
    for path in allowed {
        assert!(rules.allows_path(path), "{path} is allowed by {rules:?}");
    }
    for path in forbidden {
        assert!(!rules.allows_path(path), "{path} is forbidden by {rules:?}");
    }
}

#[test]
fn the_longest_pattern_decides_and_allow_wins_ties() {
    let rules = all("Disallow: /bbs\nAllow: /bbs/public\nDisallow: /bbs/public/private\n");
    check(
        &rules,
        &["/", "/news", "/bbs/public", "/bbs/public/1.html"],
        &["/bbs", "/bbs/", "/bbsx", "/bbs/public/private/1"],
    );
    check(&all("Disallow: /a\nAllow: /a\n"), &["/a", "/a/b"], &[]);
    check(&all("Allow: /\nDisallow: /\n"), &["/x"], &[]);
    check(&all("Disallow:\nAllow:\n"), &["/", "/x"], &[]);
}

#[test]
fn stars_and_the_end_sign() {
    let rules = all("Disallow: /*.php$\nDisallow: /print*copy\nDisallow: /exact$\n");
    check(
        &rules,
        &[
            "/a.php?id=1",
            "/print",
            "/copy/print",
            "/exactly",
            "/exact/",
        ],
        &[
            "/a.php",
            "/x/y.php",
            "/print/2/copy/3",
            "/printcopy",
            "/exact",
        ],
    );
    check(
        &all("Disallow: *search\n"),
        &["/s"],
        &["/search", "/a?q=search"],
    );
    check(
        &all("Disallow: /a**b***c\n"),
        &["/acb"],
        &["/abc", "/a1b2c3"],
    );
    check(&all("Disallow: /a$b\n"), &["/a", "/ab"], &["/a$b"]);
    check(&all("Disallow: /*aba$\n"), &["/ababab"], &["/ababa"]);
}

#[test]
fn one_name_may_have_several_groups_and_one_group_several_names() {
    let text = "User-agent: YUQING/0.1 (bureau)\nDisallow: /a\n\
                User-agent: *\nDisallow: /b\n\
                User-agent: other\nUser-agent: yuqing\nDisallow: /c\n";
    check(&rules(text), &["/b"], &["/a", "/c"]);
    // Only the whole name is ours.
    check(&rules("User-agent: yuqingbot\nDisallow: /\n"), &["/"], &[]);
    check(
        &rules("User-agent: * # all\nDisallow: /b\n"),
        &["/a"],
        &["/b"],
    );
    check(
        &rules("Disallow: /\nUser-agent: *\nDisallow: /b\n"),
        &["/a"],
        &["/b"],
    );
    check(
        &rules("User-agent: yuqing\n\nUser-agent: *\nSitemap: /s\n\nDisallow: /\n"),
        &[],
        &["/a"],
    );
}

#[test]
fn a_group_of_our_own_without_rules_allows_everything() {
    let text = "User-agent: *\nDisallow: /\n\nUser-agent: yuqing\nDisallow:\n";
    check(&rules(text), &["/", "/a"], &[]);
}

#[test]
fn sloppy_files_are_understood() {
    for text in [
        "\u{feff}user-AGENT : *\r\nDISALLOW : /b\r\n",
        "Useragent: *\rDisalow: /b\r",
        "User-agent *\nDisallow /b",
        "User-agent:*\n  Disallow:/b   # not this\n",
        "User-agent: *\n\n\nfoo: bar\nhttp-equiv\nDissallow: /b",
    ] {
        check(&rules(text), &["/a"], &["/b", "/b/c"]);
    }
    check(
        &rules("<html><body>404 没有此页</body></html>"),
        &["/"],
        &[],
    );
    check(&rules("\u{0}\u{1}\u{2}:::\n:\n#"), &["/"], &[]);
}

#[test]
fn spelling_of_an_address_opens_no_back_door() {
    let rules =
        all("Disallow: /内部/\nDisallow: /%7euser/\nDisallow: /a b\nDisallow: /%e5%85%ac\n");
    let allows = |text: &str| rules.allows(&Url::parse(text).expect("test address"));
    for forbidden in [
        "http://a.cn/内部/1.html",
        "http://a.cn/%E5%86%85%e9%83%a8/1.html#x",
        "http://a.cn/~user/",
        "http://a.cn/%7Euser/",
        "http://a.cn/a b",
        "http://a.cn/公",
    ] {
        assert!(!allows(forbidden), "{forbidden}");
    }
    assert!(allows("http://a.cn/robots.txt"));
    let nothing = all("Disallow: /");
    assert!(nothing.allows(&Url::parse("http://a.cn/robots.txt").expect("test address")));
}

#[test]
fn an_allowed_index_page_allows_its_folder() {
    let rules = all("Disallow: /\nAllow: /news/index.html\n");
    check(
        &rules,
        &["/news/", "/news/index.html"],
        &["/news/1.html", "/news", "/index.html"],
    );
}

#[test]
fn the_pause_belongs_to_the_names_above_it() {
    let delay = |text: &str| rules(text).crawl_delay();
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(delay("User-agent: *\nCrawl-delay: 3\n"), seconds(3));
    assert_eq!(
        delay("User-agent: *\nCrawl-delay: 3\nUser-agent: slow\nCrawl-delay: 90\n"),
        seconds(3)
    );
    assert_eq!(
        delay("User-agent: slow\nCrawl-delay: 90\nUser-agent: *\nCrawl-delay: 2.5\n"),
        Some(Duration::from_millis(2500))
    );
    assert_eq!(
        delay("User-agent: yuqing\nCrawl-delay: 20\nDisallow: /x\nUser-agent: *\nCrawl-delay: 3\n"),
        seconds(20)
    );
    for nonsense in ["-1", "0", "soon", "NaN", ""] {
        assert_eq!(
            delay(&format!("User-agent: *\nCrawl-delay: {nonsense}\n")),
            None
        );
    }
    assert_eq!(
        delay("User-agent: *\nCrawl-delay: 1e300\n"),
        Some(Duration::MAX)
    );
}

/// Google's cases whose texts are put together in C++.
#[test]
fn a_line_that_is_too_long_is_cut() {
    const MAX_LINE: usize = 2083 * 8;
    let long = |letter: &str, key: &str| {
        let length = MAX_LINE - "/x/".len() - key.len() + 1;
        format!("/x/{}", letter.repeat(length - "/x/".len()))
    };
    let a = long("a", "disallow: ");
    let rules = all(&format!("disallow: {a}/qux\n"));
    check(&rules, &["/fux"], &[&format!("{a}/fux")]);

    let (a, b) = (long("a", "allow: "), long("b", "allow: "));
    let rules = all(&format!("disallow: /\nallow: {a}/qux\nallow: {b}/qux\n"));
    check(&rules, &[&format!("{a}/qux"), &format!("{b}/fux")], &["/"]);
}

#[test]
fn a_file_made_to_be_slow_is_not() {
    let stars = "/*a".repeat(4000);
    let text = format!(
        "User-agent: *\n{}",
        format!("Disallow: {stars}b$\n").repeat(30)
    );
    let rules = rules(&text);
    let begun = std::time::Instant::now();
    assert!(rules.allows_path(&"/a".repeat(4000)));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// What a pattern means, tried out letter by letter.
fn matches_plainly(pattern: &[u8], path: &[u8]) -> bool {
    match (pattern, path) {
        ([], _) => true,
        ([b'$'], _) => path.is_empty(),
        ([b'*', behind @ ..], _) => (0..=path.len()).any(|at| matches_plainly(behind, &path[at..])),
        ([letter, behind @ ..], [first, rest @ ..]) => {
            letter == first && matches_plainly(behind, rest)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn patterns_mean_what_they_say(pattern in "[ab/*$]{1,9}", path in "/[ab/$]{0,10}") {
        let rules = all(&format!("Disallow: {pattern}\n"));
        let is_forbidden = matches_plainly(pattern.as_bytes(), path.as_bytes());
        prop_assert_eq!(rules.allows_path(&path), !is_forbidden);
    }

    #[test]
    fn any_bytes_are_a_robots_txt(bytes in prop::collection::vec(any::<u8>(), 0..300), path in ".{0,40}") {
        let text = [b"User-agent: *\nDisallow: ".as_slice(), &bytes].concat();
        let _either = Rules::parse(&text, "yuqing").allows_path(&path);
        let _either = Rules::parse(&bytes, "yuqing").allows_path(&path);
    }
}
