use super::{WIDTH, alternative, svg};
use crate::document::fixture::{chart, days};
use crate::document::{Chart, ChartKind};

/// For eyes: one page with every kind in every awkward case.
#[test]
#[ignore = "writes files to look at"]
fn look_at_charts() {
    let folder = std::env::var("YUQING_LOOK").expect("YUQING_LOOK names a folder");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let mut number = 0;
    let mut put = |text: String| {
        number += 1;
        std::fs::write(format!("{folder}/chart-{number:02}.svg"), text).expect("written");
    };
    for kind in ChartKind::ALL {
        put(svg(&days(*kind, 31), "WenQuanYi Micro Hei"));
        put(svg(&days(*kind, 1), "WenQuanYi Micro Hei"));
        put(svg(&days(*kind, 7), "WenQuanYi Micro Hei"));
        put(svg(&chart(*kind, "空", &[], &[]), "WenQuanYi Micro Hei"));
        let zeros = chart(
            *kind,
            "零",
            &["周一", "周二", "周三"],
            &[("", &[0.0, 0.0, 0.0])],
        );
        put(svg(&zeros, "WenQuanYi Micro Hei"));
        let long = [
            "城乡居民基本养老保险待遇领取资格认证",
            "劳动人事争议仲裁",
            "欠薪",
            "机关事业单位养老保险与职业年金",
            "农民工工资支付保障",
            "就业创业",
            "职称评审",
            "窗口服务",
        ];
        let values = [12_345.0, 877.0, 0.0, 45.0, 4_000.0, 3.5, 1.0, 2.0];
        put(svg(
            &chart(*kind, "长", &long, &[("本月", &values), ("上月", &values)]),
            "WenQuanYi Micro Hei",
        ));
    }
}

/// Values of an attribute, as numbers.
fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
    let start = format!(" {attribute}=\"");
    svg.split(&start)
        .skip(1)
        .map(|rest| {
            rest[..rest.find('"').expect("closed")]
                .parse()
                .expect("a number")
        })
        .collect()
}

fn every_case(kind: ChartKind) -> Vec<Chart> {
    let long = [
        "城乡居民基本养老保险待遇领取资格认证",
        "欠薪",
        "劳动人事争议仲裁与调解",
        "机关事业单位养老保险",
    ];
    let values: Vec<f64> = (0..90).map(f64::from).collect();
    let labels: Vec<String> = (0..90).map(|number| format!("第{number}项")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    vec![
        chart(kind, "空", &[], &[]),
        chart(kind, "无系列", &["甲"], &[]),
        days(kind, 1),
        days(kind, 31),
        chart(kind, "零", &["周一", "周二"], &[("", &[0.0, 0.0])]),
        chart(kind, "长", &long, &[("", &[25_000.0, 1.5, 0.0, 8.0])]),
        chart(kind, "负", &["甲", "乙"], &[("差", &[-3.0, 4.0])]),
        chart(kind, "多", &labels, &[("", &values)]),
        chart(
            kind,
            "缺",
            &["甲", "乙", "丙"],
            &[("", &[1.0]), ("", &[f64::NAN, f64::INFINITY])],
        ),
    ]
}

#[test]
fn nothing_is_drawn_outside_the_picture() {
    for kind in ChartKind::ALL {
        for case in every_case(*kind) {
            let svg = svg(&case, "sans-serif");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            let height = numbers(&svg, "height")[0];
            assert!(height <= 820.0, "{kind}: {}", case.title);
            let across = ["x", "x1", "x2", "cx"]
                .map(|name| numbers(&svg, name))
                .concat();
            let down = ["y", "y1", "y2", "cy"]
                .map(|name| numbers(&svg, name))
                .concat();
            let is_inside = across.iter().all(|x| (0.0..=WIDTH).contains(x))
                && down.iter().all(|y| (0.0..=height).contains(y));
            assert!(is_inside, "{kind}: {}\n{svg}", case.title);
        }
    }
}

#[test]
fn every_value_is_written_where_there_is_room() {
    for kind in ChartKind::ALL {
        let values = [129.0, 84.0, 57.0, 33.0, 11.0];
        let labels = ["欠薪", "社保", "窗口", "社保卡", "退休"];
        let svg = svg(&chart(*kind, "图", &labels, &[("", &values)]), "sans-serif");
        for value in values {
            assert!(svg.contains(&format!(">{value}</text>")), "{kind}: {value}");
        }
        for label in labels {
            assert!(svg.contains(&format!(">{label}</text>")), "{kind}: {label}");
        }
    }
}

#[test]
fn the_axis_begins_at_zero() {
    for kind in ChartKind::ALL {
        let svg = svg(
            &chart(*kind, "图", &["甲", "乙"], &[("", &[97.0, 98.0])]),
            "sans-serif",
        );
        assert!(svg.contains(">0</text>"), "{kind}");
    }
}

#[test]
fn nothing_to_draw_is_said() {
    let svg = svg(&chart(ChartKind::Line, "图", &[], &[]), "sans-serif");
    assert!(svg.contains(">无数据</text>"));
}

#[test]
fn columns_whose_names_do_not_fit_lie_down() {
    let long = ["城乡居民基本养老保险待遇领取资格认证"; 8];
    let values = [1.0; 8];
    let drawn = |kind| svg(&chart(kind, "图", &long, &[("", &values)]), "sans-serif");
    assert_eq!(drawn(ChartKind::Columns), drawn(ChartKind::Bars));
}

#[test]
fn many_days_are_named_at_intervals() {
    let svg = svg(&days(ChartKind::Line, 31), "sans-serif");
    assert!(svg.contains(">11月1日</text>") && !svg.contains(">11月2日</text>"));
}

#[test]
fn a_line_ends_with_its_values() {
    let labels = ["1月", "2月", "3月", "4月"];
    let whole = svg(
        &chart(
            ChartKind::Line,
            "图",
            &labels,
            &[("", &[3.0, 5.0, 0.0, 0.0])],
        ),
        "sans-serif",
    );
    let running = chart(ChartKind::Line, "图", &labels, &[("", &[3.0, 5.0])]);
    let drawn = svg(&running, "sans-serif");
    assert!(drawn.contains("4月"), "the axis is whole: {drawn}");
    assert!(drawn.len() < whole.len(), "fewer points");
    assert_eq!(alternative(&running), "图。1月 3，2月 5");
    svg(
        &chart(ChartKind::Line, "图", &labels, &[("", &[])]),
        "sans-serif",
    );
}
