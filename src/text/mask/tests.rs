use super::{mask, mask_author};

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
            "工资卡 6222 0000 0000 0000 009，建设银行卡号",
            "工资卡 6222 0000 0000 0000 009，建设银行卡号",
        ),
        ("卡号6222000000000000123", "卡号***************0123"),
        ("邮箱abc.def@163.com", "邮箱a***@163.com"),
        ("QQ：123456789", "QQ：12*******"),
        ("加微信 zz_daijiao01", "加微信 z***"),
        ("车牌豫A12345停着", "车牌豫A*****停着"),
        ("住绿城小区12号楼3单元502室", "住绿城小区**号楼*单元***室"),
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
