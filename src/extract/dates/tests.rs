use super::{day_of_url, parse_published};
use crate::model::Timestamp;
use proptest::prelude::{ProptestConfig, any, proptest};
use url::Url;

/// A Friday.
fn now() -> Timestamp {
    chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00").expect("test time")
}

/// What is understood: time, precision, and `?` where it was inferred.
fn read(text: &str) -> String {
    let Some(published) = parse_published(text, now()) else {
        return "-".to_owned();
    };
    let form = match published.precision.code() {
        "second" => "%F %T",
        "minute" => "%F %H:%M",
        "hour" => "%F %H",
        "day" => "%F",
        _ => "%Y-%m",
    };
    let mark = if published.is_inferred { "?" } else { "" };
    format!("{}{mark}", published.at.format(form))
}

/// One case a line: what a page says, and what is understood.
const CASES: &str = "
2017-04-13 09:40 | 2017-04-13 09:40
2017-04-13 09:40:33 | 2017-04-13 09:40:33
2017年4月13日 9:40 | 2017-04-13 09:40
2017年04月13日09:40 | 2017-04-13 09:40
2017/4/14 | 2017-04-14
2017.4.14 | 2017-04-14
2017-4-1 1:02 | 2017-04-01 01:02
２０１７年４月１３日　０９：４０ | 2017-04-13 09:40
二〇一七年四月十三日 | 2017-04-13
二○一六年十二月三十一日 | 2016-12-31
二零一七年一月二十日 | 2017-01-20
发布时间：2017-04-13 09:40　来源：郑州晚报 | 2017-04-13 09:40
来源:大河网 时间:2017年04月13日09时40分33秒 | 2017-04-13 09:40:33
2017年3月20日(一) 21时40分 | 2017-03-20 21:40
2017年3月20日 星期一 下午3点20分 | 2017-03-20 15:20
2017-03-20 下午 3:20 | 2017-03-20 15:20
2017-03-20 上午9点 | 2017-03-20 09
2017-03-20 凌晨12:30 | 2017-03-20 00:30
2017-03-20 晚8点半 | 2017-03-20 20:30
2017-03-20 中午12点 | 2017-03-20 12
2017年 2月 5日 | 2017-02-05
2017-04-13T09:40:33+08:00 | 2017-04-13 09:40:33
2017-04-13T01:40:33Z | 2017-04-13 09:40:33
2017-04-13T01:40:33.123Z | 2017-04-13 09:40:33
2017-04-13T09:40+0800 | 2017-04-13 09:40
2017-04-13 13:58-14:30 | 2017-04-13 13:58
Thu, 13 Apr 2017 01:40:33 GMT | 2017-04-13 09:40:33
Thu, 13 Apr 2017 09:40:33 +0800 | 2017-04-13 09:40:33
13 Apr 2017 09:40 | 2017-04-13 09:40
Fri Apr 14 13:58:00 +0800 2017 | 2017-04-14 13:58:00
Fri Apr 14 13:58:00 CST 2017 | 2017-04-14 13:58:00
April 13, 2017 9:40 am | 2017-04-13 09:40
Apr 3, 2017 | 2017-04-03
20170413 | 2017-04-13
20170413094033 | 2017-04-13 09:40:33
1492149480 | 2017-04-14 13:58:00
1492149480123 | 2017-04-14 13:58:00
17年4月13日 | 2017-04-13
99-12-31 08:00 | 1999-12-31 08:00
2017年4月 | 2017-04
2017-04 | 2017-04
4月13日 | 2017-04-13?
04月13日 13:58 | 2017-04-13 13:58?
11-21 09:40 | 2016-11-21 09:40?
4-13 | 2017-04-13?
12月31日 23:59 | 2016-12-31 23:59?
2月29日 | 2016-02-29?
发表于 04/13 09:40 | 2017-04-13 09:40?
刚刚 | 2017-04-14 14:20?
30秒前 | 2017-04-14 14:20:05?
3分钟前 | 2017-04-14 14:17?
3 分鐘前 | 2017-04-14 14:17?
半小时前 | 2017-04-14 13:50?
半个小时前 | 2017-04-14 13:50?
两小时前 | 2017-04-14 12?
一个半小时前 | 2017-04-14 12:50?
约23小时前 | 2017-04-13 15?
三天前 | 2017-04-11?
2周前 | 2017-03-31?
3个月前 | 2017-01?
今天 13:58 | 2017-04-14 13:58?
今日09时 | 2017-04-14 09?
昨天 09:12 | 2017-04-13 09:12?
昨天 | 2017-04-13?
昨晚8点 | 2017-04-13 20?
前天 23:59 | 2017-04-12 23:59?
发表于 昨天&nbsp;09:12 | -
发表于 昨天 09:12 | 2017-04-13 09:12?
周五 | 2017-04-14?
週三 | 2017-04-12?
上周五 | 2017-04-07?
星期日 20:15 | 2017-04-09 20:15?
13:58 | 2017-04-14 13:58?
23:10 | 2017-04-13 23:10?
更新于2099-01-01，发布于2017-04-13 | 2017-04-13
2017-04-15 09:00 | 2017-04-15 09:00
2017-04-16 09:00 | -
2018-04-14 | -
1970-01-01 08:00 | -
1989-12-31 | -
2017-02-30 | -
2017-13-01 | -
2017-04-13 25:61 | 2017-04-13
2017-04-13 24:00 | 2017-04-13
4.5分 | -
3.14 | -
1/2 | -
今天天气不错 | -
5月前办结 | -
两年前 | 2015-04?
两年前的事 | -
发布于 3年前 | 2014-04?
1年2个月前 | 2016-02?
1天2小时前 | 2017-04-13 12?
两个半月前 | 2017-01?
三刻钟前 | 2017-04-14 13:35?
5 hours ago | 2017-04-14 09?
1 month ago | 2017-03?
上个月15号 | 2017-03-15?
本月9日 下午3点一刻 | 2017-04-09 15:15?
上月30号12:37 | 2017-03-30 12:37?
本月30日 | -
去年3月3号 | 2016-03-03?
去年12月31日晚上九点零九 | 2016-12-31 21:09?
本日 08:00 | 2017-04-14 08:00?
2017-04-1209:03 | 2017-04-12 09:03
星期四 2017年04月13日10点05 | 2017-04-13 10:05
Apr 13, 2017 at 9:40 PM | 2017-04-13 21:40
Thu, 13 Apr 17 09:40:33 +0800 | 2017-04-13 09:40:33
2017-04-13T01:40:33.123456+00:00 | 2017-04-13 09:40:33
2017年4月12-19日 | 2017-04-12
1994-12-31 | -
2035年前 | -
12333 | -
0371-12345678 | -
第168期 | -
 | -
";

#[test]
fn times_are_understood_as_pages_write_them() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in CASES.lines().filter(|line| line.contains('|')) {
        let (text, expected) = case.rsplit_once(" | ").unwrap_or(("", "-"));
        count += 1;
        if read(text) != expected {
            wrong.push(format!("{text}: {} instead of {expected}", read(text)));
        }
    }
    assert!(wrong.is_empty() && count >= 90, "{count} {wrong:#?}");
}

#[test]
fn the_zone_of_now_holds_where_none_is_written() {
    let now = now().with_timezone(&chrono::FixedOffset::east_opt(0).expect("an offset"));
    let published = parse_published("2017-04-13 09:40", now).expect("a time");
    assert_eq!(published.at.to_rfc3339(), "2017-04-13T09:40:00+00:00");
}

#[test]
fn addresses_name_days() {
    for (url, day) in [
        (
            "http://a.test/html/2017-04/13/content_1.htm",
            Some("2017-04-13"),
        ),
        ("http://a.test/2017/0413/123456.html", Some("2017-04-13")),
        ("http://a.test/2017/04-13/2.html", Some("2017-04-13")),
        (
            "http://a.test/art/2017/4/13/art_1_2.html",
            Some("2017-04-13"),
        ),
        ("http://a.test/t20170413_99.html", Some("2017-04-13")),
        ("http://a.test/id/20991231.html", None),
        ("http://a.test/thread-2017-1-1.html", None),
        ("http://a.test/6789012345.html", None),
        ("http://a.test/201704131.html", None),
        ("http://a.test/20170413135833.html", Some("2017-04-13")),
        ("http://a.test/?d=2017-04-13", None),
    ] {
        let url = Url::parse(url).expect("test address");
        let read = day_of_url(&url, now()).map(|published| published.at.format("%F").to_string());
        assert_eq!(read.as_deref(), day, "{url}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_it_panic(text in "[0-9年月日时分秒前天周个半:/ .+一十〇tTzZ-]{0,40}", other in any::<String>()) {
        for text in [&text, &other] {
            if let Some(published) = parse_published(text, now()) {
                assert!(published.at <= now() + chrono::Duration::days(1), "{text}");
                assert!(published.at.to_rfc3339().as_str() >= "1995", "{text}");
            }
        }
    }

    #[test]
    fn whatever_is_printed_in_a_usual_form_is_read(
        year in 1995..2017i32, month in 1..13u32, day in 1..29u32, hour in 0..24u32, minute in 0..60u32,
    ) {
        let expected = format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}");
        for text in [
            expected.clone(),
            format!("{year}/{month}/{day} {hour}:{minute:02}"),
            format!("{year}年{month}月{day}日{hour}时{minute}分"),
            format!("{year}.{month:02}.{day:02}　{hour:02}：{minute:02}"),
            format!("发布时间：{year}年{month:02}月{day:02}日 {hour:02}:{minute:02} 来源：某报"),
            format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}+08:00"),
        ] {
            assert_eq!(read(&text), expected, "{text}");
        }
    }
}
