//! `watches.toml` → declared watches, and the file with one of them changed or taken out.

use super::ConfigFolder;
use super::place::{self, check_id, problem, tables};
use crate::index::Query;
use crate::model::{AlertPolicy, Problem, Schedule, Watch};
use serde::Deserialize;
use std::collections::HashSet;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

/// Name of the file.
pub const FILE: &str = "watches.toml";

/// 专题 with its query, read.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredWatch {
    /// What the operator wrote.
    pub watch: Watch,
    /// 检索式.
    pub query: Query,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WatchTable {
    id: Spanned<String>,
    name: Spanned<String>,
    query: Spanned<String>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    recipients: Vec<Spanned<String>>,
    #[serde(default = "none")]
    alert: Spanned<AlertPolicy>,
    schedule: Option<Spanned<Schedule>>,
    #[serde(default = "yes")]
    is_active: bool,
}

fn none() -> Spanned<AlertPolicy> {
    Spanned::new(0..0, AlertPolicy::None)
}

fn yes() -> bool {
    true
}

/// Ids and names that stand in the file already.
#[derive(Default)]
struct Seen {
    ids: HashSet<String>,
    names: HashSet<String>,
}

/// Reads and checks the file.
pub fn load(folder: &ConfigFolder) -> Result<Vec<DeclaredWatch>, Vec<Problem>> {
    parse_watches(&folder.text(FILE).map_err(|problem| vec![problem])?)
}

/// Reads and checks the text of the file.
///
/// # Errors
/// The first few mistakes in the writing of the file; else the first of every watch.
pub fn parse_watches(text: &str) -> Result<Vec<DeclaredWatch>, Vec<Problem>> {
    let mut seen = Seen::default();
    let (mut declared, mut problems) = (Vec::new(), Vec::new());
    for table in tables(FILE, "watch", "专题", text)? {
        match parse_watch(table, &mut seen, text) {
            Ok(watch) => declared.push(watch),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(declared)
    } else {
        Err(problems)
    }
}

fn parse_watch(
    table: Spanned<DeValue<'_>>,
    seen: &mut Seen,
    text: &str,
) -> Result<DeclaredWatch, Problem> {
    let table = WatchTable::deserialize(ValueDeserializer::from(table))
        .map_err(|mistake| problem(FILE, text, &mistake))?;
    check_id(FILE, "watch.id", &table.id, &mut seen.ids, text)?;
    check_name(&table.name, &mut seen.names, text)?;
    let query = read_query(&table.query, text)?;
    check_recipients(&table.recipients, text)?;
    check_schedule(&table.alert, table.schedule.as_ref(), text)?;
    let recipients = table.recipients.into_iter().map(Spanned::into_inner);
    Ok(DeclaredWatch {
        watch: Watch {
            id: table.id.into_inner(),
            name: table.name.into_inner(),
            query: table.query.into_inner(),
            note: table.note,
            recipients: recipients.collect(),
            alert: table.alert.into_inner(),
            schedule: table.schedule.map(Spanned::into_inner),
            is_active: table.is_active,
        },
        query,
    })
}

fn check_name(
    name: &Spanned<String>,
    seen: &mut HashSet<String>,
    text: &str,
) -> Result<(), Problem> {
    let written = name.get_ref();
    let message = if written.trim().is_empty() {
        "名称不能为空".to_owned()
    } else if !seen.insert(written.clone()) {
        format!("名称“{written}”写了两次，请换一个")
    } else {
        return Ok(());
    };
    Err(refuse(name, "watch.name", text, message))
}

fn read_query(written: &Spanned<String>, text: &str) -> Result<Query, Problem> {
    let wrong = |message| refuse(written, "watch.query", text, message);
    match written.get_ref().parse() {
        Ok(Query::All) => Err(wrong("检索式不能为空，否则每一条信息都会命中".to_owned())),
        Ok(query) => Ok(query),
        Err(mistake) => Err(wrong(mistake.to_string())),
    }
}

fn check_recipients(recipients: &[Spanned<String>], text: &str) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for recipient in recipients {
        let name = recipient.get_ref().trim();
        let message = if name.is_empty() {
            "收件人不能为空".to_owned()
        } else if !seen.insert(name) {
            format!("收件人“{name}”写了两次")
        } else {
            continue;
        };
        return Err(refuse(recipient, "watch.recipients", text, message));
    }
    Ok(())
}

fn check_schedule(
    alert: &Spanned<AlertPolicy>,
    schedule: Option<&Spanned<Schedule>>,
    text: &str,
) -> Result<(), Problem> {
    match (alert.get_ref(), schedule) {
        (AlertPolicy::Digest, None) => Err(refuse(
            alert,
            "watch.alert",
            text,
            "alert = \"digest\" 还要写 schedule，例如 \"0 17 * * 1-5\" 表示工作日17:00汇总"
                .to_owned(),
        )),
        (AlertPolicy::AtOnce | AlertPolicy::WorkingHours | AlertPolicy::None, Some(schedule)) => {
            Err(refuse(
                schedule,
                "watch.schedule",
                text,
                "只有 alert = \"digest\" 才用 schedule，请删去此行或改写 alert".to_owned(),
            ))
        }
        _ => Ok(()),
    }
}

fn refuse<T>(at: &Spanned<T>, key: &str, text: &str, message: String) -> Problem {
    place::refuse(FILE, key, at, text, message)
}

/// The text of the file without the block of one watch and the comment right above it; all else stays. `None` where it is
/// not written as a block of its own.
pub fn without_watch(text: &str, id: &str) -> Option<String> {
    let declared = parse_watches(text).ok()?;
    let place = declared.iter().position(|known| known.watch.id == id)?;
    let tables = tables(FILE, "watch", "专题", text).ok()?;
    let begin = |place: usize| Some(begin_of_block(text, tables.get(place)?.span().start));
    let from = begin(place)?;
    let to = begin(place + 1).unwrap_or(text.len());
    let mut rest = text[..from].to_owned();
    rest += text.get(to..)?;
    if to == text.len() {
        rest.truncate(rest.trim_end().len());
        rest.push('\n');
    }
    let mut expected = declared;
    expected.remove(place);
    (parse_watches(&rest).ok()? == expected).then_some(rest)
}

/// The text of the file with another block for one watch; comments inside the old one stand above the new one, all else
/// stays. `None` where it is not written as a block of its own.
pub fn with_changed(text: &str, id: &str, block: &str) -> Option<String> {
    let declared = parse_watches(text).ok()?;
    let place = declared.iter().position(|known| known.watch.id == id)?;
    let tables = tables(FILE, "watch", "专题", text).ok()?;
    let header = tables.get(place)?.span().start;
    let from = text[..header].rfind('\n').map_or(0, |newline| newline + 1);
    let next = tables.get(place + 1);
    let to = next.map_or(text.len(), |next| begin_of_block(text, next.span().start));
    let old = text.get(from..to)?;
    let end = old.trim_end().len();
    let mut changed = text[..from].to_owned();
    for line in old
        .lines()
        .filter(|line| line.trim_start().starts_with('#'))
    {
        changed += &format!("{line}\n");
    }
    changed += block.trim_end();
    changed += if end == old.len() { "\n" } else { &old[end..] };
    changed += &text[to..];
    let after = parse_watches(&changed).ok()?;
    let others = |watches: &[DeclaredWatch]| -> Vec<DeclaredWatch> {
        let others = watches.iter().filter(|known| known.watch.id != id);
        others.cloned().collect()
    };
    (after.len() == declared.len() && others(&after) == others(&declared)).then_some(changed)
}

/// Where the lines of a block begin: with the comment right above it, unless the file begins with that comment.
fn begin_of_block(text: &str, header: usize) -> usize {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let header = line_start(header);
    let mut begin = header;
    while begin > 0 {
        let above = line_start(begin - 1);
        if !text[above..begin].trim_start().starts_with('#') {
            return begin;
        }
        begin = above;
    }
    header
}

#[cfg(test)]
mod tests {
    use super::{parse_watches, with_changed, without_watch};

    const HEAD: &str = "# 专题：说明\n# 第二行\n";

    fn block(id: &str) -> String {
        format!("[[watch]]\nid = \"{id}\"\nname = \"名{id}\"\nquery = \"社保 {id}\"\n")
    }

    fn mistake(lines: &str) -> String {
        let text = block("a") + lines;
        let problems = parse_watches(&text).expect_err(lines);
        problems[0].to_string()
    }

    #[test]
    fn mistakes_are_named_with_line_and_key() {
        for (lines, said) in [
            (
                "alert = \"digest\"\n",
                "watches.toml:5: watch.alert: alert = \"digest\" 还要写 schedule",
            ),
            (
                "schedule = \"0 8 * * *\"\n",
                "watches.toml:5: watch.schedule: 只有 alert",
            ),
            (
                "recipients = [\"甲\",\n\"甲\"]\n",
                "watches.toml:6: watch.recipients: 收件人“甲”写了两次",
            ),
            (
                "alert = \"later\"\n",
                "watches.toml:5: watch.alert: 不认识的值“later”",
            ),
            (
                "\n[[watch]]\nid = \"a\"\nname = \"乙\"\nquery = \"x\"\n",
                "watches.toml:7: watch.id: 代号“a”写了两次",
            ),
            (
                "\n[[watch]]\nid = \"b\"\nname = \"名a\"\nquery = \"x\"\n",
                "watches.toml:8: watch.name: 名称“名a”写了两次",
            ),
            (
                "\n[[watch]]\nid = \"b\"\nname = \"乙\"\nquery = \"社保 (卡\"\n",
                "watches.toml:9: watch.query: 检索式第4个字符处：",
            ),
            (
                "\n[[watch]]\nid = \"b\"\nname = \"乙\"\nquery = \" \"\n",
                "watches.toml:9: watch.query: 检索式不能为空",
            ),
        ] {
            let told = mistake(lines);
            assert!(told.starts_with(said), "{told}");
        }
    }

    #[test]
    fn a_block_goes_with_its_comment_and_nothing_else_does() {
        let text = format!(
            "{HEAD}\n{}\n# 关于乙\n{}\n# 关于丙\n{}",
            block("a"),
            block("b"),
            block("c")
        );
        let rest = without_watch(&text, "b").expect("a block");
        let expected = format!("{HEAD}\n{}\n# 关于丙\n{}", block("a"), block("c"));
        assert_eq!(rest, expected);
        let rest = without_watch(&rest, "c").expect("a block");
        assert_eq!(rest, format!("{HEAD}\n{}", block("a")));
        let rest = without_watch(&rest, "a").expect("a block");
        assert_eq!(rest, HEAD);
        assert_eq!(without_watch(&rest, "a"), None);
    }

    #[test]
    fn a_changed_block_keeps_its_place_and_its_comments() {
        let inner = block("b").replace("query", "# 常见说法\nquery");
        let text = format!(
            "{HEAD}\n{}\n# 关于乙\n{inner}\n# 关于丙\n{}",
            block("a"),
            block("c")
        );
        let other = block("b").replace("社保 b", "欠薪");
        let after = with_changed(&text, "b", &other).expect("a block");
        let expected = format!(
            "{HEAD}\n{}\n# 关于乙\n# 常见说法\n{other}\n# 关于丙\n{}",
            block("a"),
            block("c")
        );
        assert_eq!(after, expected);
        let last = with_changed(&after, "c", &block("c").replace("社保", "工伤")).expect("a block");
        assert!(last.ends_with("query = \"工伤 c\"\n"), "{last}");
        assert_eq!(with_changed(&text, "b", &block("a")), None, "another id");
        let inline = "watch = [{id = 'a', name = '甲', query = 'x'}, {id = 'b', name = '乙', query = 'y'}]\n";
        assert_eq!(with_changed(inline, "a", &block("a")), None);
    }

    #[test]
    fn the_head_of_a_file_stays_even_without_a_blank_line_below() {
        let text = format!("{HEAD}{}", block("a"));
        assert_eq!(without_watch(&text, "a").as_deref(), Some(HEAD));
    }

    #[test]
    fn what_is_no_block_of_its_own_is_left_alone() {
        let text = "watch = [{id = 'a', name = '甲', query = 'x'}, {id = 'b', name = '乙', query = 'y'}]\n";
        assert!(parse_watches(text).is_ok());
        assert_eq!(without_watch(text, "a"), None);
    }
}
