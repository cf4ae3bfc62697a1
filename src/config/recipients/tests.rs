//! What a recipient may say, and where a mistake stands.

use super::{line_naming, notices, parse_recipients};
use crate::model::Transport;

const MAIL: &str =
    "[[recipient]]\nid = \"a\"\nname = \"甲\"\ntransport = \"email\"\naddress = \"a@example.cn\"\n";

fn mistake(text: &str) -> String {
    let problems = parse_recipients(text).expect_err(text);
    problems[0].to_string()
}

#[test]
fn every_transport_has_its_form() {
    let text = format!(
        "{MAIL}attachments = [\"docx\", \"html\"]\n\
         [[recipient]]\nid = \"b\"\nname = \"乙\"\ntransport = \"wecom\"\nurl_env = \"WECOM_URL\"\n\
         [[recipient]]\nid = \"c\"\nname = \"丙\"\ntransport = \"dingtalk\"\nurl_file = \"/etc/y/url\"\nsecret_file = \"/etc/y/key\"\n\
         [[recipient]]\nid = \"d\"\nname = \"丁\"\ntransport = \"webhook\"\naddress = \"http://10.1.2.3/in\"\n\
         template = '''\n{{\"t\": \"{{title}}\"}}'''\n\
         [[recipient]]\nid = \"e\"\nname = \"戊\"\ntransport = \"folder\"\naddress = \"/srv/share\"\nis_active = false\n"
    );
    let recipients = parse_recipients(&text).expect("in order");
    let transports: Vec<Transport> = recipients.iter().map(|known| known.transport).collect();
    let expected = [
        Transport::Email,
        Transport::Wecom,
        Transport::Dingtalk,
        Transport::Webhook,
        Transport::Folder,
    ];
    assert_eq!(transports, expected);
    assert_eq!(recipients[0].attachments, ["docx", "html"]);
    assert_eq!(recipients[4].attachments, ["docx"]);
    assert!(recipients[3].template.is_some() && !recipients[4].is_active);
}

#[test]
fn mistakes_are_named_with_line_and_key() {
    let robot = "[[recipient]]\nid = \"b\"\nname = \"乙\"\ntransport = \"feishu\"\n";
    let hook = "[[recipient]]\nid = \"b\"\nname = \"乙\"\ntransport = \"webhook\"\naddress = \"http://h.example.cn/\"\n";
    for (text, said) in [
        (
            MAIL.replace("a@example.cn", "办公室"),
            "recipients.toml:5: recipient.address: 应是一个邮件地址",
        ),
        (
            MAIL.replace("email", "mail"),
            "recipients.toml:4: recipient.transport: 不认识的值“mail”",
        ),
        (
            format!("{MAIL}attachments = [\"docx\",\n\"doc\"]\n"),
            "recipients.toml:7: recipient.attachments: “doc”不是可用的值",
        ),
        (
            format!("{MAIL}secret_env = \"KEY\"\n"),
            "recipients.toml:6: recipient.secret_env: 电子邮件的收件人不用 secret_env",
        ),
        (
            format!("{MAIL}{MAIL}"),
            "recipients.toml:7: recipient.id: 代号“a”写了两次",
        ),
        (
            robot.to_owned(),
            "recipients.toml:4: recipient.transport: 飞书的收件人要写 url_env",
        ),
        (
            format!("{robot}address = \"https://open.example.cn/hook/SECRET\"\n"),
            "recipients.toml:5: recipient.address: 飞书机器人的地址里有密钥",
        ),
        (
            format!("{robot}url_env = \"https://open.example.cn/hook/SECRET\"\n"),
            "recipients.toml:5: recipient.url_env: url_env 应填环境变量的名称",
        ),
        (
            hook.replace("cn/", "cn/?key=SECRET"),
            "recipients.toml:5: recipient.address: 带口令或参数的地址不写在这里",
        ),
        (
            format!("{hook}template = '''\n{{\n  \"t\": \"{{titel}}\"\n}}'''\n"),
            "recipients.toml:8: recipient.template: 模板里没有“{titel}”",
        ),
        (
            format!("{hook}template = '{{\"t\": }}'\n"),
            "recipients.toml:6: recipient.template: 模板不是正确的 JSON",
        ),
        (
            "[[recipient]]\nid = \"b\"\nname = \"乙\"\ntransport = \"folder\"\naddress = \"share\"\n".to_owned(),
            "recipients.toml:5: recipient.address: 应是从根目录写起的目录",
        ),
    ] {
        let told = mistake(&text);
        assert!(told.starts_with(said), "{told}");
        assert!(!told.contains("SECRET"), "{told}");
    }
}

#[test]
fn who_is_named_and_gets_nothing_is_told() {
    let off = MAIL.replace("\"a\"", "\"b\"") + "is_active = false\n";
    let recipients = parse_recipients(&format!("{MAIL}{off}")).expect("in order");
    let named = ["a", "b", "c"].map(|code| ("digests.toml 的刊物“daily”".to_owned(), code));
    let told = notices(&recipients, &named, true);
    assert_eq!(
        told[1..],
        [
            "digests.toml 的刊物“daily”写了收件人“b”，它已停用，不会发给他",
            "digests.toml 的刊物“daily”写了收件人“c”，recipients.toml 里没有这个代号，不会发给他",
        ]
    );
}

#[test]
fn the_line_of_a_named_recipient_is_found() {
    let text = "code = \"a\"\ntitle = \"b\"\nrecipients = [\n  \"a\",\n  \"b\",\n]\n";
    assert_eq!((line_naming(text, "b"), line_naming(text, "x")), (5, 0));
}
