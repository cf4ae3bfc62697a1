use super::{Charset, decode, euc_tw};
use encoding_rs::{BIG5, GB18030};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

const TEXT: &str = "<p>郑州市社会保险局发布通知，养老保险缴费窗口周六照常办理业务。</p>";
const TRADITIONAL: &str = "<p>勞工保險局發布通知，養老給付窗口週六照常辦理業務，請攜帶證件。</p>";

fn gb(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

fn big5(text: &str) -> Vec<u8> {
    BIG5.encode(text).0.into_owned()
}

/// Bytes of UTF-16 without a mark.
fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn gb2312_is_read_as_its_superset() {
    // 䶮 has two bytes or four, by the year of the standard; 𠮷 and 𬌗 have four.
    let page = format!("<meta charset=gb2312>{TEXT}㐀𠮷䶮𬌗");
    let bytes = gb(&page);
    let decoded = decode(&bytes, None, None);
    assert_eq!((&*decoded.text, decoded.charset), (&*page, "GB18030"));
}

#[test]
fn a_wrong_header_loses_against_the_bytes() {
    let (gb, big5, euc) = (gb(TEXT), big5(TRADITIONAL), euc_tw::encode(TRADITIONAL));
    for (bytes, claim, charset, text) in [
        (gb.as_slice(), "utf-8", "GB18030", TEXT),
        (TEXT.as_bytes(), "GBK", "UTF-8", TEXT),
        (&gb, "ISO-8859-1", "GB18030", TEXT),
        (&gb, "windows-1251", "GB18030", TEXT),
        (&gb, "big5", "GB18030", TEXT),
        (&gb, "euc-tw", "GB18030", TEXT),
        (&gb, "euc-kr", "GB18030", TEXT),
        (&gb, "utf-16", "GB18030", TEXT),
        (&gb, "hz-gb-2312", "GB18030", TEXT),
        (&big5, "gb2312", "Big5", TRADITIONAL),
        (&big5, "euc-tw", "Big5", TRADITIONAL),
        (&big5, "utf-8", "Big5", TRADITIONAL),
        (&euc, "gb2312", "EUC-TW", TRADITIONAL),
        (&euc, "big5", "EUC-TW", TRADITIONAL),
    ] {
        let header = format!("text/html; charset={claim}");
        let decoded = decode(bytes, Some(&header), None);
        assert_eq!(
            (decoded.charset, &*decoded.text),
            (charset, text),
            "{claim}"
        );
    }
}

#[test]
fn without_any_claim_the_bytes_decide() {
    for (bytes, charset, text) in [
        (gb(TEXT), "GB18030", TEXT),
        (gb(TRADITIONAL), "GB18030", TRADITIONAL),
        (big5(TRADITIONAL), "Big5", TRADITIONAL),
        (euc_tw::encode(TRADITIONAL), "EUC-TW", TRADITIONAL),
        (utf16(TEXT, u16::to_le_bytes), "UTF-16LE", TEXT),
        (utf16(TEXT, u16::to_be_bytes), "UTF-16BE", TEXT),
        (gb("郑州"), "GB18030", "郑州"),
    ] {
        let decoded = decode(&bytes, None, None);
        assert_eq!((&*decoded.text, decoded.charset), (text, charset));
    }
}

#[test]
fn utf16_need_not_begin_with_a_tag() {
    let text = format!("\r\n 社保卡 {TEXT}");
    let bytes = utf16(&text, u16::to_le_bytes);
    assert_eq!(decode(&bytes, None, None).text, text);
}

#[test]
fn labels_are_known_as_sites_write_them() {
    for (label, name) in [
        ("gb2312", "GB18030"),
        ("GB-18030", "GB18030"),
        ("gb_2312-80", "GB18030"),
        ("cp936", "GB18030"),
        ("Big5-HKSCS", "Big5"),
        ("x-euc-tw", "EUC-TW"),
        ("EUC-TW", "EUC-TW"),
        ("utf8", "UTF-8"),
    ] {
        assert_eq!(
            Charset::for_label(label).map(Charset::name),
            Some(name),
            "{label}"
        );
    }
    assert_eq!(Charset::for_label("gb9999"), None);
}

#[test]
fn a_claim_of_another_language_holds_where_nothing_is_chinese() {
    let (bytes, ..) = encoding_rs::EUC_KR.encode("안녕하세요 연금 상담을 시작합니다");
    let decoded = decode(&bytes, Some("text/html; charset=euc-kr"), None);
    assert_eq!(decoded.charset, "EUC-KR");
}

#[test]
fn one_broken_character_does_not_make_utf8_something_else() {
    let mut bytes = "河南省郑州市社会保险中心发布二〇一七年养老金调整通知"
        .as_bytes()
        .to_vec();
    bytes.insert(30, 0xe4);
    let page = decode(&bytes, None, None);
    assert_eq!(page.charset, "UTF-8");
    assert!(page.text.contains("养老金调整"));
}

#[test]
fn half_a_character_does_not_cost_the_claim() {
    let mut bytes = b"<meta charset=utf-8>".to_vec();
    bytes.extend(TEXT.as_bytes());
    bytes.extend("郑".as_bytes().iter().take(2));
    let decoded = decode(&bytes, None, None);
    assert_eq!((decoded.charset, decoded.warning), ("UTF-8", None));
}

#[test]
fn byte_order_marks_outrank_every_claim() {
    let with_mark = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
    assert_eq!(decode(&with_mark, Some("a; charset=gbk"), None).text, TEXT);
    let wide = [vec![0xfe, 0xff], utf16(TEXT, u16::to_be_bytes)].concat();
    let decoded = decode(&wide, Some("a; charset=gbk"), None);
    assert_eq!((&*decoded.text, decoded.charset), (TEXT, "UTF-16BE"));
}

#[test]
fn garbage_gives_a_warning() {
    let bytes: Vec<u8> = [0x81, 0x20, 0xff, 0xc3, 0x28].repeat(20);
    assert!(decode(&bytes, None, None).warning.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), label in "[a-z0-9-]{0,12}") {
        decode(&bytes, Some(&format!("text/html; charset={label}")), None);
    }

    #[test]
    fn every_han_text_comes_back(text in "[a-z <>]{0,4}[\\u{4e00}-\\u{9fff}\\u{3400}-\\u{4db5}，。a-z]{1,80}") {
        let bytes = gb(&text);
        prop_assert_eq!(&*decode(&bytes, None, Charset::for_label("gb18030")).text, text.as_str());
        prop_assert_eq!(&*decode(text.as_bytes(), None, None).text, text.as_str());
        let page = format!("<p>{text}");
        let bytes = utf16(&page, u16::to_le_bytes);
        prop_assert_eq!(&*decode(&bytes, None, None).text, page.as_str());
    }

    /// Sentences of common characters, in any order, labelled or not.
    #[test]
    fn common_words_come_back_from_every_charset(
        simple in "<p>[的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会]{30,80}",
        traditional in "<p>[的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會]{30,80}",
    ) {
        for label in [None, Some("a; charset=gb2312"), Some("a; charset=big5"), Some("a; charset=utf-8")] {
            let bytes = gb(&simple);
            prop_assert_eq!(&*decode(&bytes, label, None).text, simple.as_str());
            let bytes = big5(&traditional);
            prop_assert_eq!(&*decode(&bytes, label, None).text, traditional.as_str());
            let bytes = euc_tw::encode(&traditional);
            prop_assert_eq!(&*decode(&bytes, label, None).text, traditional.as_str());
        }
    }
}
