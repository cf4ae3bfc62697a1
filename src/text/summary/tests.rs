use super::{clauses, sentences, summarize};
use proptest::prelude::*;

const NEWS: &str = "\
11月20日，全市民营企业招聘周在人力资源市场启动，127家企业提供岗位1.2万个。\
启动仪式上，几名大学生在展位前排起了队。天气转冷，可大家兴致不减！\
招聘周持续到11月26日，每天上午9点开场，求职者带身份证即可入场。\
现场设有政策咨询台，解答社保转移、创业贷款等问题。\
有人说，今年来的企业比去年多，薪酬也看得见地涨了一些。\
主办方介绍，就业困难人员、应届高校毕业生可以在服务台登记，由专人一对一推荐岗位，登记不收取任何费用。\
责任编辑：某某";

#[test]
fn a_short_text_stays_whole() {
    let text = "失业金11月没到账。12333打不通，急！";
    assert_eq!(summarize("", text, 200), text);
}

#[test]
fn a_long_text_keeps_its_opening_and_stays_within_bounds() {
    let summary = summarize("民营企业招聘周提供岗位1.2万个", NEWS, 120);
    assert!(
        summary.starts_with("11月20日，全市民营企业招聘周"),
        "{summary}"
    );
    let chars = summary.chars().count();
    assert!((80..=120).contains(&chars), "{chars}: {summary}");
}

#[test]
fn boilerplate_and_the_repeated_title_are_left_out() {
    let text =
        "社保卡去哪里补办\n原标题：社保卡去哪里补办\n到任一合作银行网点即可。\n责任编辑：某某";
    assert_eq!(
        summarize("社保卡去哪里补办", text, 200),
        "到任一合作银行网点即可。"
    );
}

#[test]
fn links_emoticons_and_hashtags_are_left_out() {
    let text = "#郑州社保#大厅又排长队[怒][图片] http://t.cn/abc 半天没动";
    assert_eq!(summarize("", text, 200), "大厅又排长队。半天没动。");
}

#[test]
fn where_an_emoticon_stood_a_sentence_ends() {
    assert_eq!(
        summarize("", "这窗口真“便民”[允悲]大家来看看（郑州）[怒]", 200),
        "这窗口真“便民”。大家来看看（郑州）。"
    );
    assert_eq!(
        summarize("", "他说：“明天来！”[怒]明天又没人", 200),
        "他说：“明天来！”明天又没人。"
    );
    assert_eq!(
        summarize("", "排了三小时😡😡窗口只开两个👨‍👩‍👧", 200),
        "排了三小时。窗口只开两个。"
    );
}

#[test]
fn a_hashtag_inside_a_sentence_belongs_to_it() {
    assert_eq!(
        summarize(
            "",
            "我在#郑州富士康#被拖欠工资，打#12333#，没人接。#郑州社保#",
            200
        ),
        "我在郑州富士康被拖欠工资，打12333，没人接。"
    );
}

#[test]
fn a_sentence_about_codes_and_clicks_is_no_boilerplate() {
    let text = "点击申报按钮就报错。扫码没反应，二维码也过期了。求关注，郑州一工地拖欠三十多名农民工工资已经三个月还没有人管。";
    assert_eq!(summarize("", text, 200), text);
    assert_eq!(
        summarize(
            "",
            "社保卡可以网上补办。点击下方链接查看。（责任编辑：某某）",
            200
        ),
        "社保卡可以网上补办。"
    );
}

#[test]
fn a_sentence_that_is_too_long_is_cut_between_clauses() {
    let text = "我在工地干了三个月，工头说月底发工资，月底又说等甲方拨款，甲方说早就拨了，现在电话也不接了";
    assert_eq!(
        summarize("", text, 30),
        "我在工地干了三个月，工头说月底发工资……"
    );
}

#[test]
fn text_without_punctuation_is_cut_between_words() {
    let text = "郑州失业保险金发放时间推迟到下个月我们应该怎么办理续领手续";
    let summary = summarize("", text, 14);
    assert_eq!(summary, "郑州失业保险金发放时间……");
}

#[test]
fn closing_quotes_belong_to_their_sentence() {
    assert_eq!(
        sentences("他说：“来了就办！”说完走了。"),
        ["他说：“来了就办！”", "说完走了。"]
    );
    assert_eq!(
        clauses("跑了三趟，材料一次说不清！"),
        ["跑了三趟", "材料一次说不清"]
    );
}

/// Pieces of the text, as the summary shows them.
fn pieces(summary: &str) -> Vec<String> {
    sentences(summary)
        .into_iter()
        .map(|sentence| sentence.trim_end_matches(['。', '…']).to_owned())
        .collect()
}

proptest! {
    #[test]
    fn every_sentence_of_a_summary_stands_in_the_text(
        text in "([郑州社保卡工资拖欠大厅 a1]{1,30}[，。！？；\n]){0,12}", max_chars in 0usize..200,
    ) {
        let summary = summarize("社保卡", &text, max_chars);
        prop_assert!(summary.chars().count() <= max_chars, "{summary}");
        for piece in pieces(&summary) {
            prop_assert!(text.contains(&piece), "`{piece}` is not in `{text}`");
        }
    }

    #[test]
    fn no_text_makes_it_panic(title in "\\PC{0,20}", text in "\\PC{0,300}", max_chars in 0usize..80) {
        let summary = summarize(&title, &text, max_chars);
        prop_assert!(summary.chars().count() <= max_chars);
    }
}

/// ROUGE-2 F1 of single sentences against one-sentence summaries people wrote, and of plain leads beside it.
#[test]
#[ignore = "measures on data that is not part of the project"]
fn measure_against_summaries_people_wrote() {
    let folder = std::env::var("YUQING_EVAL_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = format!("{folder}/summary/news_one_sentence.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        eprintln!("{path} is absent: nothing measured");
        return;
    };
    let (mut ours, mut lead, mut cut, mut count) = (0.0, 0.0, 0.0, 0.0);
    for line in lines.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
        let text = row["question"].as_str().expect("a text");
        let answer = row["answer"].as_str().expect("a summary");
        ours += rouge_2(&summarize("", text, 120), answer);
        lead += rouge_2(&lead_sentences(text, 120), answer);
        cut += rouge_2(&text.chars().take(120).collect::<String>(), answer);
        count += 1.0;
    }
    eprintln!(
        "ROUGE-2 F1 over {count} texts: summarize {:.3}, first sentences {:.3}, first 120 characters {:.3}",
        ours / count,
        lead / count,
        cut / count
    );
}

/// The plainest summary of whole sentences.
fn lead_sentences(text: &str, max_chars: usize) -> String {
    let mut lead = String::new();
    for sentence in sentences(text) {
        if lead.chars().count() + sentence.chars().count() > max_chars {
            break;
        }
        lead += sentence;
    }
    lead
}

fn rouge_2(summary: &str, answer: &str) -> f64 {
    let mut wanted: Vec<_> = super::pairs(answer).collect();
    let (given, total) = (super::pairs(summary).count(), wanted.len());
    let mut found = 0;
    for pair in super::pairs(summary) {
        if let Some(position) = wanted.iter().position(|other| *other == pair) {
            wanted.swap_remove(position);
            found += 1;
        }
    }
    2.0 * f64::from(found) / (given + total).max(1) as f64
}
