mod table;

use super::{Signs, mask, mask_author, mask_once};
use proptest::prelude::*;

#[test]
fn numbers_of_persons_are_masked_by_their_kind() {
    let cases = [
        ("身份证41012219651332002X", "身份证410122************"),
        ("老身份证410122651332002。", "老身份证410122*********。"),
        ("电话１３８００００１２３４", "电话１３８****１２３４"),
        ("打138-0000-1234", "打138****1234"),
        ("手机一三八零零零零一二三四", "手机一三八****一二三四"),
        ("家里0371-61234567", "家里0371-****4567"),
        ("电话：61234567", "电话：****4567"),
        (
            "工资卡 6222 0000 0000 0000 009，请转到这里",
            "工资卡 ***************0009，请转到这里",
        ),
        ("卡号6222000000000000123", "卡号***************0123"),
        ("邮箱abc.def@163.com", "邮箱a***@163.com"),
        ("QQ：123456789", "QQ：12*******"),
        ("加微信 zz_daijiao01", "加微信 z***"),
        ("车牌豫A12345停着", "车牌豫A*****停着"),
        ("住绿城小区12号楼3单元502室", "住绿城小区**号楼*单元***室"),
        ("5号楼2单元301窗户漏水", "*号楼*单元***窗户漏水"),
        ("2单元301户窗口朝南", "*单元***户窗口朝南"),
        ("13812345678元旦期间也接", "138****5678元旦期间也接"),
        ("13812345678吨位", "138****5678吨位"),
        ("手机号码是：13812345678元", "手机号码是：138****5678元"),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text), masked);
    }
}

#[test]
fn public_numbers_stay() {
    for text in [
        "打12333、12345和0371-12333都没人接",
        "豫人社〔2017〕12号，2017年第168期，ISSN 1003-4567",
        "帖子ID 4181234567890123，补贴1300000000元",
        "见https://example.com/a?id=13800000000&n=410122196513320024",
        "郑州市人社局局长介绍，伏牛路198号大厅",
        "到1号楼12号窗口，再到2号楼3号柜台",
        "总投资13812345678元，产粮13812345678吨",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn names_are_masked_where_a_rule_is_sure() {
    let cases = [
        ("我叫王小明，在工地干活", "我叫王某某，在工地干活"),
        ("联系人：赵铁柱 13800000000", "联系人：赵某某 138****0000"),
        ("13800000000李建", "138****0000李某某"),
        ("我是欧阳小红。", "我是欧阳某某。"),
        ("本人陈大山，退休", "本人陈某某，退休"),
        ("经办人：赵六同志", "经办人：赵某某同志"),
        ("经办人：赵小六同志", "经办人：赵某某同志"),
        ("我叫车建国，我叫高小明反映", "我叫车某某，我叫高某某反映"),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text), masked);
    }
}

#[test]
fn words_that_begin_like_a_surname_are_no_names() {
    for text in [
        "我是郑州市民，本人于去年退休",
        "我是高新区的，本人高中毕业",
        "家属安置没有着落，王女士138****0000",
        "记者李某从市人社局获悉",
        "我叫车送孩子去医院",
        "我儿子叫车撞了，我叫师傅来修",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn masking_twice_changes_nothing() {
    let text = "我叫王小明，身份证410122196513320024，电话13800000000 李建军，卡号6222000000000000000，豫A12345";
    let once = mask(text);
    assert_eq!(mask(&once), once);
}

#[test]
fn accounts_stay_and_bare_names_are_masked() {
    let cases = [
        ("郑州打工小伙", "郑州打工小伙"),
        ("大河报", "大河报"),
        ("刘建国", "刘某某"),
        ("13800000000", "138****0000"),
    ];
    for (name, masked) in cases {
        assert_eq!(mask_author(name), masked);
    }
}

#[test]
fn numbers_in_unusual_forms_are_masked() {
    let cases = [
        // A date or a number before a telephone number does not hide it.
        ("2017-11-5 13800001234", "2017-11-5 138****1234"),
        ("1-3 13800001234", "1-3 138****1234"),
        ("打+8613800001234", "打+86138****1234"),
        ("tel13800001234", "tel138****1234"),
        ("vx13800001234", "vx138****1234"),
        ("138.0000.1234", "138****1234"),
        ("138－0000－1234", "138****1234"),
        ("138零零零零1234", "138****1234"),
        ("(0371)61234567", "(0371)****4567"),
        ("0371-6123 4567", "0371-****4567"),
        ("联系方式：61234567", "联系方式：****4567"),
        ("身份证410122 1965 1332 0024", "身份证410122************"),
        (
            "身份证编号410122196513320024",
            "身份证编号410122************",
        ),
        (
            "帖子里有我身份证410122196513320024",
            "帖子里有我身份证410122************",
        ),
        (
            "订单退款到6222000000000000123",
            "订单退款到***************0123",
        ),
        ("卡号6222-0000-0000-0000-123", "卡号***************0123"),
        ("农行622200 0000000000123", "农行***************0123"),
        (
            "6222000000000000123这张工资卡",
            "***************0123这张工资卡",
        ),
        ("微信ID：abc123", "微信ID：a***"),
        ("wx: abc123", "wx: a***"),
        ("微信加zz1234", "微信加z***"),
        ("豫a12345和豫A-12345", "豫a*****和豫A-*****"),
        ("198号院5号楼301室", "***号院*号楼***室"),
        (
            "见http://example.com/a,13800001234",
            "见http://example.com/a,138****1234",
        ),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text), masked);
    }
}

#[test]
fn names_within_a_clause_and_after_two_cues_are_masked() {
    let cases = [
        ("本人王丽华于2015年入职", "本人王某某于2015年入职"),
        ("我是李强的妻子", "我是李某某的妻子"),
        ("申请人姓名：王小明", "申请人姓名：王某某"),
        ("举报人姓名：李建军", "举报人姓名：李某某"),
        ("我是当事人张伟", "我是当事人张某某"),
        ("本人姓名张伟", "本人姓名张某某"),
        ("我叫李强来自新密", "我叫李某某来自新密"),
        ("本人李强现在新郑打工", "本人李某某现在新郑打工"),
        ("李建军0371-61234567", "李某某0371-****4567"),
        ("李建军１３８００００１２３４", "李某某１３８****１２３４"),
        (
            "王小明，男，身份证号410122196513320024",
            "王某某，男，身份证号410122************",
        ),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text), masked);
    }
    for text in [
        "本人毕业于郑州大学",
        "我是许昌的，本人常住在郑州",
        "我是农民工",
        "云server和新WeChat",
        "13.5 14.2 15.8 16.1",
        "订单编号：4181234567890123",
    ] {
        assert_eq!(mask(text), text);
    }
}

/// Pieces that rules look for, and what may stand between them.
const PIECES: &[&str] = &[
    "我叫",
    "本人",
    "姓名",
    "联系人",
    "包工头",
    "我妈",
    "王",
    "李强",
    "欧阳",
    "小明",
    "的",
    "于",
    "身份证",
    "卡号",
    "订单",
    "ID",
    "电话",
    "微信",
    "QQ",
    "vx",
    "加",
    "13800001234",
    "410122196513320024",
    "6222000000000000123",
    "0371",
    "61234567",
    "138",
    "零",
    "86",
    "+",
    "-",
    "－",
    ".",
    " ",
    "，",
    "*",
    "豫A",
    "豫a",
    "12345",
    "号院",
    "号楼",
    "单元",
    "室",
    "1",
    "5",
    "a",
    "http://",
    "@",
    "b.com",
    "男",
    "：",
    "三",
    "#楼",
];

proptest! {
    #[test]
    fn masking_any_text_twice_changes_nothing(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)
    ) {
        let once = mask(&pieces.concat());
        prop_assert_eq!(mask(&once), once);
    }

    #[test]
    fn a_rule_without_its_sign_would_find_nothing(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)
    ) {
        let text = pieces.concat();
        let by_signs = mask_once(&text, Signs::of(&text));
        prop_assert_eq!(by_signs, mask_once(&text, Signs::everything()));
    }
}

/// With a pass per number this would not end today; how long it takes depends on the machine's load and is no test.
#[test]
fn a_pasted_book_of_numbers_is_masked_to_its_end() {
    for piece in ["1-3 ", "0371-", "13 8", "我叫王", "1", "姓名："] {
        let text = piece.repeat(100_000) + " 13800001234";
        assert!(mask(&text).ends_with("138****1234"), "{piece}");
    }
}

#[test]
fn what_may_be_a_name_is_not_quoted() {
    for word in ["张伟", "王晓东", "欧阳娜", "一三八"] {
        assert!(super::may_identify(word), "{word}");
    }
    for word in ["欠薪", "高考", "安全", "投诉", "黄了", "没人管"] {
        assert!(!super::may_identify(word), "{word}");
    }
}
