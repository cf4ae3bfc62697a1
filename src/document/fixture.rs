//! Blocks for tests: a month in tables and charts, and words that would break a careless renderer.

use super::{Block, Chart, ChartKind, Column, Series};
use crate::model::{Level, Timestamp};

pub fn dated_at() -> Timestamp {
    Timestamp::parse_from_rfc3339("2017-12-03T09:30:00+08:00").expect("a time")
}

pub fn column(heading: &str, width: u32, is_figure: bool) -> Column {
    Column {
        heading: heading.to_owned(),
        width,
        is_figure,
    }
}

pub fn chart(kind: ChartKind, title: &str, labels: &[&str], series: &[(&str, &[f64])]) -> Chart {
    let one = |(name, values): &(&str, &[f64])| Series {
        name: (*name).to_owned(),
        values: values.to_vec(),
    };
    Chart {
        title: title.to_owned(),
        kind,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        series: series.iter().map(one).collect(),
    }
}

/// Thirty days of November, rising towards its end.
pub fn days(kind: ChartKind, count: usize) -> Chart {
    let labels: Vec<String> = (1..=count).map(|day| format!("11月{day}日")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let all: Vec<f64> = (0..count)
        .map(|day| ((day * 7) % 13 + day) as f64)
        .collect();
    let negative: Vec<f64> = all.iter().map(|value| (value * 0.4).floor()).collect();
    chart(
        kind,
        "图1　每日信息量",
        &labels,
        &[("全部信息", &all), ("负面信息", &negative)],
    )
}

/// 月报: all kinds of blocks, five charts, a long table.
pub fn month() -> Vec<Block> {
    let text = |lead: &str, text: &str| Block::Paragraph {
        lead: lead.to_owned(),
        text: text.to_owned(),
    };
    let levels = vec![
        ["红", "0", "—", "0%"],
        ["橙", "1", "+1", "1%"],
        ["黄", "3", "-2", "2%"],
        ["蓝", "9", "+4", "6%"],
    ];
    let topics = ["欠薪", "社保缴费与转移", "窗口服务", "社保卡", "退休审批"];
    let row = |number: usize| {
        let topic = topics[number % topics.len()];
        vec![
            (number + 1).to_string(),
            format!(
                "网民反映{topic}办理问题，希望有关单位给予明确答复（第{}次）",
                number + 1
            ),
            "大河论坛".to_owned(),
            format!("11月{}日9:40", number % 30 + 1),
            "蓝".to_owned(),
        ]
    };
    vec![
        Block::Header {
            notice: "内部资料　注意保存".to_owned(),
            serial: "编号：0011".to_owned(),
        },
        Block::Masthead("人社舆情月报".to_owned()),
        Block::Number("2017年第11期（总第23期）".to_owned()),
        Block::Imprint {
            publisher: "郑州市人力资源和社会保障局办公室　编".to_owned(),
            date: "2017年12月3日".to_owned(),
        },
        Block::RedRule,
        Block::Label("【本期要目】".to_owned()),
        Block::Contents {
            level: Level::Orange,
            tag: "【橙】".to_owned(),
            title: "某企业门口聚集事件处置情况".to_owned(),
        },
        Block::Section("一、总体情况".to_owned()),
        text(
            "【监测概况】",
            "本月共监测涉我局信息612条，环比上升12%；形成专报18期71条，快报1期。其中负面241条（39%）、中性262条、正面109条。",
        ),
        Block::Table {
            caption: "表1　级别分布".to_owned(),
            columns: vec![
                column("级别", 2, false),
                column("条数", 1, true),
                column("比上月", 1, true),
                column("占比", 1, true),
            ],
            rows: levels
                .into_iter()
                .map(|row| row.map(str::to_owned).to_vec())
                .collect(),
        },
        Block::Chart(days(ChartKind::Line, 30)),
        Block::Chart(chart(
            ChartKind::Columns,
            "图2　主题前五",
            &topics,
            &[
                ("本月", &[129.0, 84.0, 57.0, 33.0, 11.0]),
                ("上月", &[96.0, 81.0, 60.0, 24.0, 11.0]),
            ],
        )),
        Block::Chart(chart(
            ChartKind::Bars,
            "图3　渠道分布",
            &[
                "论坛贴吧",
                "微博",
                "新闻网站",
                "报纸",
                "电视电台",
                "政民留言（含市长信箱、心通桥、领导留言板）",
            ],
            &[("", &[212.0, 171.0, 118.0, 54.0, 32.0, 25.0])],
        )),
        Block::Chart(chart(
            ChartKind::Stacked,
            "图4　各周情感",
            &["第44周", "第45周", "第46周", "第47周"],
            &[
                ("负面", &[61.0, 48.0, 70.0, 62.0]),
                ("中性", &[58.0, 66.0, 71.0, 67.0]),
                ("正面", &[24.0, 31.0, 20.0, 34.0]),
            ],
        )),
        Block::Section("二、本月重点".to_owned()),
        Block::Entry {
            number: "（一）".to_owned(),
            level: Level::Orange,
            tag: "【橙】".to_owned(),
            title: "航空港区某企业门口有家属聚集".to_owned(),
        },
        Block::Source {
            lead: "来源：".to_owned(),
            text: "大河论坛　发布：11月16日9:12（监测9:21，时延9分钟）　链接：".to_owned(),
            url: Some("http://bbs.example.cn/t/1001?from=index&token=abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz".to_owned()),
        },
        text(
            "主要内容：",
            "网民称，亲属在该企业务工期间身故，家属在厂门口等候答复。港区人社局、工伤处已到场，双方于当日14时达成调解意向。",
        ),
        text("建议：", "一是继续跟踪；二是统一口径；三是做好复盘。"),
        Block::Table {
            caption: "附表　本月条目清单".to_owned(),
            columns: vec![
                column("序号", 2, true),
                column("标题", 12, false),
                column("来源", 4, false),
                column("时间", 5, false),
                column("级别", 2, false),
            ],
            rows: (0..30).map(row).collect(),
        },
        Block::Colophon {
            recipients: vec![
                "报：局党组书记、局长，各副局长、纪检组长".to_owned(),
                "送：市互联网舆情办公室".to_owned(),
            ],
            hands: "编辑：某某　审核：某某　签发：某某".to_owned(),
            copies: "（共印12份）".to_owned(),
        },
    ]
}

/// Words that would be markup, would turn a line around, or leave no place to break.
pub const HOSTILE: &[&str] = &[
    "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;\"'",
    "#eval(\"1\") $x^2$ @ref *粗* _斜_ `raw` \\ // /* = 题 + - ~ <label> [x](javascript:alert(1)) | 栏 | ]]>",
    "控\u{0}制\u{b}\u{c}\u{1b}[31m\u{7f}\u{85}符\r\n换\n行\t制表",
    "方向\u{202e}倒过来\u{202c}\u{2066}隔\u{2069}\u{feff}\u{200b}\u{fffe}",
    "😀👨‍👩‍👧🏽🇨🇳 表情",
    "{{ template }} {% block %} ${x} %s %n ../../etc/passwd",
];

/// One hostile text in every place that takes words.
pub fn everywhere(text: &str) -> Vec<Block> {
    let text = || text.to_owned();
    let labels = [text(), "11月2日".to_owned()];
    let drawn = |kind: ChartKind| {
        Block::Chart(Chart {
            title: text(),
            kind,
            labels: labels.to_vec(),
            series: vec![
                Series {
                    name: text(),
                    values: vec![3.0],
                },
                Series {
                    name: text(),
                    values: vec![f64::NAN, f64::INFINITY, 7.0],
                },
            ],
        })
    };
    let mut blocks = vec![
        Block::Header {
            notice: text(),
            serial: text(),
        },
        Block::Masthead(text()),
        Block::Number(text()),
        Block::Imprint {
            publisher: text(),
            date: text(),
        },
        Block::RedRule,
        Block::Label(text()),
        Block::Contents {
            level: Level::Red,
            tag: text(),
            title: text(),
        },
        Block::Paragraph {
            lead: text(),
            text: text(),
        },
        Block::Section(text()),
        Block::Entry {
            number: text(),
            level: Level::Yellow,
            tag: text(),
            title: text(),
        },
        Block::Source {
            lead: text(),
            text: text(),
            url: Some(text()),
        },
        Block::Table {
            caption: text(),
            columns: vec![column(&text(), 1, false), column(&text(), 0, true)],
            rows: vec![vec![text()], vec![text(), text(), text()]],
        },
    ];
    blocks.extend(ChartKind::ALL.iter().map(|kind| drawn(*kind)));
    blocks.push(Block::Colophon {
        recipients: vec![text()],
        hands: text(),
        copies: text(),
    });
    blocks
}
