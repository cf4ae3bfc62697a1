use super::fixture::{HOSTILE, column, dated_at, days, everywhere, month};
use super::{Block, ChartKind, DocumentSettings, Format, Press, Style};
use quick_xml::events::Event;
use std::io::{Cursor, Read};

/// Formats that are made from blocks.
const PAGES: [Format; 5] = [
    Format::Html,
    Format::Docx,
    Format::Pdf,
    Format::Text,
    Format::Markdown,
];

/// False on a machine without Chinese fonts, which cannot draw; what it says then is tested in `fonts`.
fn can_draw() -> bool {
    let checked = Press::standard().fonts.check();
    if let Err(error) = &checked {
        eprintln!("not drawn: {error}");
    }
    checked.is_ok()
}

fn formats() -> Vec<Format> {
    let can_draw = can_draw();
    let possible = PAGES.into_iter();
    possible
        .filter(|format| can_draw || *format != Format::Pdf)
        .collect()
}

fn rendered(blocks: &[Block], format: Format) -> Vec<u8> {
    super::render(blocks, format, dated_at()).expect("every page can be rendered")
}

fn text_of(blocks: &[Block], format: Format) -> String {
    String::from_utf8(rendered(blocks, format)).expect("text is UTF-8")
}

/// One part of a Word file.
fn part(docx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("an archive");
    let mut text = String::new();
    let mut file = archive.by_name(name).expect("the part is there");
    file.read_to_string(&mut text).expect("XML is UTF-8");
    text
}

/// Words between tags; fails where the XML is not well-formed.
fn words(xml: &str, wanted: &str) -> String {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut words, mut is_inside, mut depth) = (String::new(), false, 0_i32);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                is_inside = tag.name().as_ref() == wanted;
                depth += 1;
            }
            Event::End(_) => {
                is_inside = false;
                depth -= 1;
            }
            Event::Text(text) if is_inside => words += &*text,
            Event::GeneralRef(reference) if is_inside => {
                words += &format!("&{};", &*reference);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element is closed");
    let plain = ["&lt;<", "&gt;>", "&quot;\"", "&apos;'", "&#39;'", "&amp;&"];
    plain.into_iter().fold(words, |words, pair| {
        let (reference, character) = pair.split_at(pair.len() - 1);
        words.replace(reference, character)
    })
}

/// What a reader of the page reads, charts aside: independent of any renderer.
fn spoken(block: &Block) -> String {
    match block {
        Block::Header { notice, serial } => format!("{notice}{serial}"),
        Block::Masthead(text) | Block::Number(text) | Block::Label(text) | Block::Section(text) => {
            text.clone()
        }
        Block::Imprint { publisher, date } => format!("{publisher}{date}"),
        Block::RedRule => String::new(),
        Block::Contents { tag, title, .. } => format!("▲{tag}{title}"),
        Block::Paragraph { lead, text } => format!("{lead}{text}"),
        Block::Entry {
            number, tag, title, ..
        } => format!("{number}{tag}{title}"),
        Block::Source { lead, text, url } => {
            format!("{lead}{text}{}", url.as_deref().unwrap_or_default())
        }
        Block::Table {
            caption,
            columns,
            rows,
        } => {
            let headings: String = columns.iter().map(|column| &*column.heading).collect();
            format!("{caption}{headings}{}", rows.concat().concat())
        }
        Block::Chart(drawn) => drawn.title.clone(),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => format!("{}{hands}{copies}", recipients.concat()),
    }
}

#[test]
fn a_word_file_says_what_the_blocks_say() {
    if !can_draw() {
        return;
    }
    let blocks = month();
    let said: String = blocks.iter().map(spoken).collect();
    let document = part(&rendered(&blocks, Format::Docx), "word/document.xml");
    assert_eq!(words(&document, "w:t"), said);
}

#[test]
fn a_word_file_has_tables_that_wps_lays_out_and_pictures_that_are_described() {
    if !can_draw() {
        return;
    }
    let docx = rendered(&month(), Format::Docx);
    let document = part(&docx, "word/document.xml");
    // Every width in its grid, the heading row on each page, no row torn apart.
    assert!(
        document.contains("<w:tblGrid><w:gridCol w:w=\"3537\" />"),
        "{document}"
    );
    assert_eq!(document.matches("<w:tblHeader />").count(), 2);
    assert_eq!(document.matches("<w:cantSplit").count(), 4 + 30 + 2);
    for number in 1..=4 {
        let named = format!("<wp:docPr id=\"{number}\" name=\"图{number}\" descr=\"图{number}　");
        assert!(document.contains(&named), "{named}");
        let target = format!("rIdImage{number}");
        assert!(part(&docx, "word/_rels/document.xml.rels").contains(&target));
    }
}

#[test]
fn without_fonts_a_word_file_gives_the_figures_of_a_chart() {
    let press = Press {
        style: Style::Official,
        fonts: super::fonts::tests::none(),
    };
    let blocks = [Block::Chart(days(ChartKind::Line, 3))];
    let docx = press
        .render(&blocks, Format::Docx, dated_at())
        .expect("a file");
    let said = words(&part(&docx, "word/document.xml"), "w:t");
    assert!(said.contains("11月2日 8"), "{said}");
}

#[test]
fn the_same_blocks_give_the_same_bytes() {
    for format in formats() {
        assert!(
            rendered(&month(), format) == rendered(&month(), format),
            "{format}"
        );
    }
}

#[test]
fn a_pdf_carries_its_date_its_title_and_its_fonts() {
    if !can_draw() {
        return;
    }
    let pdf = rendered(&month(), Format::Pdf);
    let seen = String::from_utf8_lossy(&pdf);
    assert!(seen.starts_with("%PDF-1."));
    assert!(seen.contains("D:20171203093000+08'00"));
    // A subset, not 5 MB of a whole font.
    assert!(pdf.len() < 600_000, "{}", pdf.len());
}

/// `YUQING_BLESS=1` writes the files anew.
#[test]
fn tables_and_charts_read_well_without_pictures() {
    for (format, name) in [(Format::Text, "month.txt"), (Format::Markdown, "month.md")] {
        let path = format!(
            "{}/tests/fixtures/document/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        let given = text_of(&month(), format);
        if std::env::var_os("YUQING_BLESS").is_some() {
            std::fs::write(&path, &given).expect("fixtures can be written");
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            given == wanted,
            "{name} differs; the page now reads:\n{given}"
        );
    }
}

#[test]
fn a_web_page_has_semantic_tables_and_drawings_and_no_script() {
    let html = text_of(&month(), Format::Html);
    for piece in [
        "<caption>表1　级别分布</caption>",
        "<th scope=\"col\">级别</th>",
        "<td class=\"figure\">+4</td>",
        "<figcaption>图1　每日信息量</figcaption>",
        "aria-label=\"图1　每日信息量。全部信息（11月1日 0，",
    ] {
        assert!(html.contains(piece), "{piece}");
    }
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("url("));
}

#[test]
fn styles_differ_in_look_and_not_in_words() {
    let plain = Press {
        style: Style::Plain,
        fonts: super::fonts::tests::none(),
    };
    let sheet = |press: &Press| {
        let docx = press.render(&month()[..6], Format::Docx, dated_at());
        part(&docx.expect("a file"), "word/document.xml")
    };
    let (official, plain) = (sheet(Press::standard()), sheet(&plain));
    assert!(official.contains("方正小标宋简体") && !plain.contains("方正小标宋简体"));
    assert_eq!(words(&official, "w:t"), words(&plain, "w:t"));
}

#[test]
fn a_table_too_wide_for_text_names_each_cell() {
    let long = "很长的标题".repeat(9);
    let table = Block::Table {
        caption: String::new(),
        columns: vec![column("标题", 3, false), column("条数", 1, true)],
        rows: vec![vec![long.clone(), "7".to_owned()]],
    };
    let text = text_of(&[table], Format::Text);
    assert_eq!(text, format!("标题：{long}；条数：7\n"));
}

#[test]
fn a_row_has_as_many_cells_as_there_are_columns() {
    let table = Block::Table {
        caption: String::new(),
        columns: vec![column("甲", 1, false), column("乙", 1, false)],
        rows: vec![
            vec!["一".to_owned()],
            vec!["1".to_owned(), "2".to_owned(), "3".to_owned()],
        ],
    };
    let markdown = text_of(&[table], Format::Markdown);
    assert_eq!(
        markdown,
        "| 甲 | 乙 |\n| --- | --- |\n| 一 |  |\n| 1 | 2 |\n"
    );
}

#[test]
fn hostile_words_are_only_words_in_text() {
    for text in HOSTILE {
        for format in [Format::Html, Format::Text, Format::Markdown] {
            only_words(&text_of(&everywhere(text), format), format);
        }
    }
}

/// All at once: each picture of a chart takes its time in a debug build.
#[test]
fn hostile_words_are_only_words_in_files() {
    let blocks = everywhere(&HOSTILE.concat());
    let document = part(&rendered(&blocks, Format::Docx), "word/document.xml");
    let said = words(&document, "w:t");
    for block in &super::clean::cleaned(&blocks)[..12] {
        assert!(said.contains(&spoken(block)), "{said}");
    }
    if can_draw() {
        assert!(rendered(&blocks, Format::Pdf).starts_with(b"%PDF"));
    }
}

fn only_words(text: &str, format: Format) {
    let found = text.chars().find(|character| {
        (character.is_control() && *character != '\n')
            || "\u{202e}\u{2066}\u{200b}\u{fffe}\u{feff}".contains(*character)
    });
    assert_eq!(found, None, "{format}");
    if format == Format::Html {
        assert!(!text.contains("<script") && !text.contains("<img"));
        assert!(!text.contains("href=\"javascript"));
    }
    if format == Format::Markdown {
        assert!(!text.contains("[x](") && !text.contains("\n<script"));
    }
}

#[test]
fn ten_thousand_characters_fit_somehow() {
    let text = "长".repeat(9_000) + &"a".repeat(1_000);
    let wanted = |block: &Block| {
        matches!(
            block,
            Block::Entry { .. } | Block::Source { .. } | Block::Chart(_)
        )
    };
    let mut blocks = everywhere(&text);
    blocks.retain(wanted);
    blocks.truncate(3);
    for format in formats() {
        assert!(!rendered(&blocks, format).is_empty(), "{format}");
    }
}

/// For eyes: `YUQING_LOOK=/tmp/look cargo test --lib look -- --ignored`, then open the files.
#[test]
#[ignore = "writes files to look at"]
fn look_at_a_month() {
    let folder = std::env::var("YUQING_LOOK").expect("YUQING_LOOK names a folder");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let hostile: String = HOSTILE.concat();
    for (name, blocks) in [("month", month()), ("hostile-month", everywhere(&hostile))] {
        for style in Style::ALL {
            let press = Press::new(&DocumentSettings {
                style: *style,
                ..DocumentSettings::default()
            });
            for format in PAGES {
                let bytes = press.render(&blocks, format, dated_at()).expect("a file");
                let path = format!("{folder}/{name}-{style}.{format}");
                std::fs::write(path, bytes).expect("the file can be written");
            }
        }
    }
}
