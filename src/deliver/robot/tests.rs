//! Signatures as others compute them, limits of length, hostile words, meanings of answers.

use super::{dingtalk_sign, feishu, feishu_sign, judge, parts, signed_target, tame, wecom};
use crate::deliver::http::Answer;
use crate::deliver::split::numbered;
use crate::deliver::{Message, Secret, SendError};
use crate::model::{Notice, Transport};

const KEY: &str = "SECabc123测试";

fn message(items: &[String]) -> Message {
    let notice = Notice {
        title: "人社舆情专报2017年第168期（总第431期）".to_owned(),
        text: items.join("\n\n"),
        level: None,
    };
    let at = chrono::DateTime::parse_from_rfc3339("2017-11-21T09:10:00+08:00");
    Message::of_notice("issue:168".to_owned(), &notice, at.expect("a time"))
}

/// The expected values come from Python's `hmac`.
#[test]
fn signatures_are_those_that_others_compute() {
    let sign = dingtalk_sign(1_511_226_600_000, KEY);
    assert_eq!(sign, "0WkyDjTOfQFl1+FhCQVYy74C9JitmRyZjvEExAXoqF0=");
    let sign = feishu_sign(1_511_226_600, KEY);
    assert_eq!(sign, "HrazZKaUzMhzGsehZkGGlUGNYvPQfP9GRiOEzpC2xp4=");
    let target = Secret::from("https://oapi.example.cn/robot/send?access_token=t".to_owned());
    let key = Secret::from(KEY.to_owned());
    let signed = signed_target(target, Some(&key), 1_511_226_600_000).expect("an address");
    assert_eq!(
        signed.reveal(),
        "https://oapi.example.cn/robot/send?access_token=t&timestamp=1511226600000\
         &sign=0WkyDjTOfQFl1%2BFhCQVYy74C9JitmRyZjvEExAXoqF0%3D"
    );
    let body = feishu("题", "文", Some(&key), 1_511_226_600);
    assert_eq!(body["timestamp"], "1511226600");
    assert_eq!(body["sign"], sign);
}

#[test]
fn parts_with_title_and_number_keep_within_the_limits() {
    let items: Vec<String> = (0..60)
        .map(|number| {
            format!(
                "△{number}“{}”\nhttp://bbs.example.cn/t/{number}",
                "舆情\"".repeat(40)
            )
        })
        .collect();
    let message = message(&items);
    let lengths = |transport: Transport| -> Vec<usize> {
        let parts = parts(transport, &message);
        let count = parts.len();
        let written = parts.iter().enumerate().map(|(part, text)| {
            let title = numbered(&message.title, part, count);
            match transport {
                Transport::Wecom => {
                    let body = wecom(&title, text);
                    body["markdown"]["content"].as_str().map_or(0, str::len)
                }
                _ => feishu(&title, text, None, 0).to_string().len(),
            }
        });
        written.collect()
    };
    let wecom = lengths(Transport::Wecom);
    assert!(
        wecom.len() > 3 && wecom.iter().all(|bytes| *bytes <= 4096),
        "{wecom:?}"
    );
    let feishu = lengths(Transport::Feishu);
    assert!(
        feishu.len() > 1 && feishu.iter().all(|bytes| *bytes <= 20_480),
        "{feishu:?}"
    );
    let all = parts(Transport::Feishu, &message).join("\n\n");
    assert!((0..60).all(|number| all.contains(&format!("△{number}“"))));
}

#[test]
fn words_of_posts_are_no_markdown() {
    assert_eq!(
        tame("# [点我](http://a.cn) ![图](http://b.cn/x) <@all> **急**"),
        "＃ ［点我］(http://a.cn) !［图］(http://b.cn/x) ＜@all＞ ＊＊急＊＊"
    );
    let address = "http://bbs.example.cn/t_1?a=b_c&d=1";
    assert_eq!(tame(address), address);
    assert_eq!(tame("http://a.cn/)[x](y"), "http://a.cn/xy");
}

fn outcome(transport: Transport, status: u16, body: &str) -> Result<(), SendError> {
    let answer = Answer {
        status,
        body: body.as_bytes().to_vec(),
    };
    let target = Secret::from("https://robot.example.cn/send?key=very-secret".to_owned());
    judge(transport, &answer, &target)
}

#[test]
fn what_happened_stands_in_the_body() {
    let is_temporary = |result| matches!(result, Err(SendError::Temporary(_)));
    let is_permanent = |result| matches!(result, Err(SendError::Permanent(_)));
    let is_unknown = |result| matches!(result, Err(SendError::Unknown(_)));
    let wecom = |status, body| outcome(Transport::Wecom, status, body);
    assert!(wecom(200, r#"{"errcode":0,"errmsg":"ok"}"#).is_ok());
    assert!(is_temporary(wecom(
        200,
        r#"{"errcode":45009,"errmsg":"freq"}"#
    )));
    assert!(is_permanent(wecom(
        200,
        r#"{"errcode":93000,"errmsg":"invalid"}"#
    )));
    assert!(is_temporary(wecom(503, "busy")));
    assert!(is_permanent(wecom(302, "")));
    assert!(is_unknown(wecom(200, "<html>")));
    assert!(is_unknown(wecom(502, "bad gateway")));
    let dingtalk = |body| outcome(Transport::Dingtalk, 200, body);
    assert!(is_temporary(dingtalk(
        r#"{"errcode":130101,"errmsg":"too fast"}"#
    )));
    assert!(is_permanent(dingtalk(
        r#"{"errcode":310000,"errmsg":"sign"}"#
    )));
    let feishu = |body| outcome(Transport::Feishu, 200, body);
    assert!(feishu(r#"{"StatusCode":0,"StatusMessage":"success"}"#).is_ok());
    assert!(feishu(r#"{"code":0,"msg":"success"}"#).is_ok());
    assert!(is_temporary(feishu(r#"{"code":11232,"msg":"limit"}"#)));
    assert!(is_permanent(feishu(
        r#"{"code":19021,"msg":"sign match fail"}"#
    )));
}

#[test]
fn a_key_that_is_repeated_to_us_is_not_told() {
    let body = r#"{"errcode":93000,"errmsg":"invalid key=very-secret"}"#;
    let error = outcome(Transport::Wecom, 200, body).expect_err("refused");
    assert!(!error.to_string().contains("very-secret"), "{error}");
}
