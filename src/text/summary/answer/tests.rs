use super::{MIN_KNOWN_PERCENT, Refusal, accept, compared, known_percent};

/// A complaint of our own, as it would be sent.
const SOURCE: &str = "\
经开区工地拖欠工资三个月
我是周口人，2017年1月跟着老乡来到郑州，在经开区第八大街一处工地做木工。
一起干活的有三十多名工人，说好每天260元，按月结算。
到4月13日已经干了3个月，每人只领到2000元生活费，剩下的一分钱没给。
工头王某某说总包没有拨款，总包项目部说款已经拨给劳务公司，劳务公司说“等验收完再说”。
我们4月10日去经开区劳动监察大队登记，工作人员让补材料，材料补齐后说正在协调。
12333打了几次，电话138****5678留给了他们，至今没有人回话。
家里等着钱买化肥，孩子的学费也没有交，大家都很着急。
希望有关部门尽快帮我们把工资要回来。";

/// What careful writers made of it.
const FAITHFUL: &[&str] = &[
    "网民称，在经开区第八大街一处工地做木工，三十多名工人说好每天260元，按月结算，到4月13日已经干了3个月，每人只领到2000元生活费。总包项目部说款已经拨给劳务公司，劳务公司说“等验收完再说”。希望有关部门尽快帮助要回工资。",
    "三十多名工人在经开区第八大街一处工地干活，已经干了3个月，每人只领到2000元生活费，剩下的工资没给。工人4月10日去经开区劳动监察大队登记，材料补齐后被告知正在协调，至今没有人回话，大家都很着急。",
    "发帖人反映，经开区一处工地拖欠三十多名工人工资，工头说总包没有拨款，总包项目部说款已拨给劳务公司，劳务公司说等验收完再说。工人已去劳动监察大队登记，正在协调；12333打了几次，至今没有人回话，希望尽快把工资要回来。",
    "该帖反映经开区第八大街一处工地拖欠工资，三十多名工人每人只领到2000元生活费。工头、总包项目部和劳务公司说法各异：总包没有拨款，款已经拨给劳务公司，等验收完再说。工人到经开区劳动监察大队登记后，工作人员说正在协调。",
];

/// Words of one's own: no figure or name is wrong, but it is another text.
const FREE: &[&str] = &[
    "一批外来务工者因劳动报酬遭到恶意克扣而陷入困境，承包单位与分包企业互相推诿责任，导致矛盾持续升级，当事人情绪激动，已向执法机构求助，但处理进展缓慢，存在引发群体性上访风险，建议主管单位高度重视、迅速介入、妥善化解。",
    "网帖反映建筑行业欠薪问题，多方单位之间推卸责任，务工群体生活陷入困难，向监管机构投诉之后处置进展较为缓慢，情绪焦虑，期盼政府机关督促企业履行支付义务，切实维护劳动者合法权益，营造和谐稳定的用工环境，防止事态扩大。",
    "务工人员讨要报酬遭遇推诿，施工单位、承包方、分包方相互踢皮球，劳动监察大队登记后正在协调，尚待答复。当事人家庭经济压力较大，子女教育费用等支出难以保障，呼吁相关职能机构加大执法力度，督促企业依法足额支付报酬。",
];

#[test]
fn a_faithful_summary_is_taken() {
    for answer in FAITHFUL {
        assert_eq!(accept(answer, SOURCE), Ok((*answer).to_owned()));
    }
}

#[test]
fn a_free_summary_is_refused() {
    for answer in FREE {
        assert!(accept(answer, SOURCE).is_err(), "{answer}");
    }
}

/// The bound lies between the two kinds, with room on both sides.
#[test]
fn the_bound_parts_faithful_from_free() {
    let known = |answer: &&str| known_percent(&compared(answer), &compared(SOURCE));
    let faithful: Vec<usize> = FAITHFUL.iter().map(known).collect();
    let free: Vec<usize> = FREE.iter().map(known).collect();
    let (least, most) = (faithful.iter().min(), free.iter().max());
    assert!(
        least >= Some(&(MIN_KNOWN_PERCENT + 5)) && most <= Some(&(MIN_KNOWN_PERCENT - 20)),
        "faithful {faithful:?}, free {free:?}"
    );
}

/// The first faithful summary with one thing changed, and what is named as invented.
#[test]
fn one_invented_thing_is_enough() {
    for (said, instead, named) in [
        ("260元", "360元", "360元"),
        ("三十多名", "三十名", "三十名"),
        ("三十多名", "30多名", "30多名"),
        ("3个月", "3天", "3天"),
        ("2000元", "2000万元", "2000万元"),
        ("4月13日", "4月12日", "4月12日"),
        ("4月13日", "近日", "近日"),
        ("经开区第八大街", "金水区第八大街", "金水区"),
        ("经开区第八大街", "洛阳第八大街", "洛阳"),
        ("“等验收完再说”", "“没钱给”", "没钱给"),
        ("工地做木工", "工地为富士康做木工", "富士康"),
        ("尽快帮助", "ASAP帮助", "asap"),
        ("只领到2000元", "未领到2000元", "未领"),
    ] {
        let answer = FAITHFUL[0].replacen(said, instead, 1);
        assert_ne!(answer, FAITHFUL[0], "{said}");
        assert_eq!(
            accept(&answer, SOURCE),
            Err(Refusal::Invented(named.to_owned())),
            "{instead}"
        );
    }
}

#[test]
fn a_denial_of_the_source_is_not_left_out() {
    for (number, said, instead, denied) in [
        (1, "至今没有人", "至今有人", "今没有"),
        (2, "总包没有拨款", "总包拨款", "包没有拨"),
        (2, "总包没有拨款", "总包称，拨款", "没有拨款"),
    ] {
        let answer = FAITHFUL[number].replacen(said, instead, 1);
        assert_eq!(
            accept(&answer, SOURCE),
            Err(Refusal::Affirmed(denied.to_owned())),
            "{instead}"
        );
    }
}

#[test]
fn a_number_that_was_invented_is_masked_in_the_refusal() {
    let answer = FAITHFUL[1].replace("至今", "电话13900001111至今");
    let refusal = accept(&answer, SOURCE).expect_err("the source lacks it");
    assert_eq!(refusal, Refusal::Invented("139****1111".to_owned()));
    assert_eq!(refusal.kind(), "invented word");
}

#[test]
fn other_languages_and_other_forms_are_refused() {
    let english = "Around thirty construction workers say they have not been paid for three months of work on a site.";
    assert!(accept(english, SOURCE).is_err());
    let good = FAITHFUL[0];
    for form in [
        good.replacen("。", "。\n\n", 1),
        good.replacen("三十多名工人", "**三十多名工人**", 1),
        good.replacen("网民称", "# 网民称", 1),
        good.replacen("工资", "工资\u{202e}", 1),
        good.replacen("网民称", "<b>网民称</b>", 1),
        good.trim_end_matches('。').to_owned(),
    ] {
        assert!(accept(&form, SOURCE).is_err(), "{form}");
    }
}

#[test]
fn too_short_and_too_long_are_refused() {
    assert_eq!(accept("工资没给。", SOURCE), Err(Refusal::Length(5)));
    let long = FAITHFUL[0].repeat(2);
    let chars = long.chars().count();
    assert_eq!(accept(&long, SOURCE), Err(Refusal::Length(chars)));
}

#[test]
fn thinking_aloud_is_no_part_of_the_answer() {
    let answer = format!("<think>\n用户要80字…\n</think>\n\n{}\n", FAITHFUL[1]);
    assert_eq!(accept(&answer, SOURCE), Ok(FAITHFUL[1].to_owned()));
}

#[test]
fn an_answer_is_masked_whatever_the_source_held() {
    let source = SOURCE.replace("138****5678", "13812345678");
    let answer = FAITHFUL[1].replace("至今没有人回话", "电话13812345678至今没有人回话");
    let taken = accept(&answer, &source).expect("nothing is invented");
    assert!(taken.contains("138****5678"), "{taken}");
}
