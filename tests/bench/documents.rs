//! Benchmark: an issue of six entries in each format, a month with four charts and a table of thirty rows.
//!
//! `cargo bench --bench documents` · needs a Chinese font for PDF and for the pictures in Word files. The first PDF of a
//! process looks for fonts and is told apart.

use std::process::ExitCode;
use std::time::Instant;
use yuqing::document::{
    Block, Chart, ChartKind, Column, DocumentSettings, Format, Press, Series, tag,
};
use yuqing::model::{Level, Timestamp};

const ROUNDS: usize = 9;

fn main() -> ExitCode {
    let press = Press::new(&DocumentSettings::default());
    if let Err(error) = press.fonts.check() {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let (issue, month) = (issue(), month());
    let first = Press::new(&DocumentSettings::default());
    let begin = Instant::now();
    print_one(&first, &issue, Format::Pdf);
    println!(
        "first PDF of a process, looking for fonts: {:.0} ms",
        ms(begin)
    );
    for (name, blocks) in [("issue of 6", &issue), ("month, 4 charts", &month)] {
        for format in [Format::Html, Format::Docx, Format::Text, Format::Pdf] {
            let mut times: Vec<f64> = (0..ROUNDS)
                .map(|_| {
                    let begin = Instant::now();
                    print_one(&press, blocks, format);
                    ms(begin)
                })
                .collect();
            times.sort_by(f64::total_cmp);
            let size = print_one(&press, blocks, format) / 1024;
            let (median, worst) = (times[ROUNDS / 2], times[ROUNDS - 1]);
            println!("{name:16} {format:5} {median:8.1} ms (worst {worst:.1}), {size} KiB");
        }
    }
    ExitCode::SUCCESS
}

fn print_one(press: &Press, blocks: &[Block], format: Format) -> usize {
    let at = Timestamp::parse_from_rfc3339("2017-11-21T08:30:00+08:00").expect("a time");
    let bytes = press.render(blocks, format, at).expect("it prints");
    bytes.len()
}

fn ms(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}

fn paragraph(lead: &str, text: &str) -> Block {
    Block::Paragraph {
        lead: lead.to_owned(),
        text: text.to_owned(),
    }
}

fn front(title: &str) -> Vec<Block> {
    vec![
        Block::Header {
            notice: "内部资料　注意保存".to_owned(),
            serial: "编号：0168".to_owned(),
        },
        Block::Masthead(title.to_owned()),
        Block::Number("2017年第168期（总第431期）".to_owned()),
        Block::Imprint {
            publisher: "郑州市人力资源和社会保障局办公室　编".to_owned(),
            date: "2017年11月21日".to_owned(),
        },
        Block::RedRule,
    ]
}

fn issue() -> Vec<Block> {
    let mut blocks = front("人社舆情专报");
    for number in 1..=6 {
        blocks.extend([
            Block::Entry {
                number: format!("（{number}）"),
                level: Level::Yellow,
                tag: tag(Level::Yellow),
                title: "网民反映社保大厅办理转移往返三次未办成".to_owned(),
            },
            Block::Source {
                lead: "来源：".to_owned(),
                text: "大河论坛　发布：11月20日9:40（监测9:48，时延8分钟）　链接：".to_owned(),
                url: Some(format!("http://bbs.example.cn/t/{number}")),
            },
            paragraph(
                "主要内容：",
                &"网民称在大厅办理社保转移，先后被告知缺参保凭证、需原单位盖章、系统升级。"
                    .repeat(4),
            ),
            paragraph("传播情况：", "评论18、转发2；相同内容转帖2处，已归并。"),
            paragraph("建议：", "社保局核实并回复网民，11月23日前反馈。"),
        ]);
    }
    blocks.push(Block::Colophon {
        recipients: vec![
            "报：局党组书记、局长".to_owned(),
            "送：市互联网舆情办公室".to_owned(),
        ],
        hands: "编辑：某某　审核：某某　签发：某某".to_owned(),
        copies: "（共印12份）".to_owned(),
    });
    blocks
}

fn month() -> Vec<Block> {
    let mut blocks = front("人社舆情月报");
    let labels: Vec<String> = (1..=30).map(|day| format!("11月{day}日")).collect();
    let values = |factor: u32| {
        (0..30)
            .map(|day| f64::from((day * 7 % 13 + day) * factor))
            .collect()
    };
    for kind in ChartKind::ALL {
        blocks.push(Block::Chart(Chart {
            title: "图1　每日信息量".to_owned(),
            kind: *kind,
            labels: labels.clone(),
            series: vec![
                Series {
                    name: "全部".to_owned(),
                    values: values(3),
                },
                Series {
                    name: "负面".to_owned(),
                    values: values(1),
                },
            ],
        }));
    }
    let column = |heading: &str, width, is_figure| Column {
        heading: heading.to_owned(),
        width,
        is_figure,
    };
    blocks.push(Block::Table {
        caption: "附表　本月条目清单".to_owned(),
        columns: vec![
            column("序号", 1, true),
            column("标题", 6, false),
            column("时间", 3, false),
        ],
        rows: (1..=30)
            .map(|number| {
                let title = "网民反映社保卡换发排队时间长，希望增设窗口".to_owned();
                vec![number.to_string(), title, format!("11月{number}日9:40")]
            })
            .collect(),
    });
    blocks.extend(issue().into_iter().skip(5));
    blocks
}
