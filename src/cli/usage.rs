//! 命令行 — arguments in, or help and mistakes in Chinese: the only file that knows how clap words them.

use super::Arguments;
use super::deeds::deeds;
use super::output::{DONE, WRONG_USAGE};
use super::usage_names::chinese_name;
use crate::model::NewAudit;
use crate::text::wording::standard_words;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};
use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

/// Place in the help of what all commands have.
const COMMON_ORDER: usize = 900;

/// The arguments of the process, with what the audit is to say of them; the exit code where help was asked for or they are
/// wrong.
pub fn parse() -> Result<(Arguments, Vec<NewAudit>), ExitCode> {
    let command = command();
    let asked = asked(&command, std::env::args_os().skip(1));
    let matches = command.try_get_matches();
    let arguments = matches.and_then(|matches| {
        let arguments = Arguments::from_arg_matches(&matches)?;
        Ok((arguments, deeds(&matches)))
    });
    arguments.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _closed_pipe = error.print();
            DONE
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _closed_pipe = error.print();
            ExitCode::from(WRONG_USAGE)
        }
        _ => {
            eprintln!("{}", in_chinese(&error, &asked));
            ExitCode::from(WRONG_USAGE)
        }
    })
}

/// All commands, with the words of their help in Chinese.
fn command() -> Command {
    let mut command = Arguments::command();
    command.build();
    dressed(command)
}

fn dressed(command: Command) -> Command {
    let mut command = command.mut_args(named_argument);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let usage = usage
        .replace("\n       ", "\n      ")
        .replace("[OPTIONS]", "[选项]")
        .replace("[COMMAND]", "[命令]")
        .replace("<COMMAND>", "<命令>");
    let mut template = "{about-with-newline}\n用法：{usage}\n".to_owned();
    if command.has_subcommands() {
        template += "\n命令：\n{subcommands}\n";
    }
    if command.get_positionals().next().is_some() {
        template += "\n参数：\n{positionals}\n";
    }
    template += "\n选项：\n{options}{after-help}";
    let command = command.override_usage(usage).help_template(template);
    let command = command.mut_args(dressed_argument);
    command.mut_subcommands(|command| match command.get_name() {
        "help" => dressed(command.about("显示帮助，或某个命令的帮助 · help")),
        _ => dressed(command),
    })
}

/// `<姓名>` where clap would write `<BY>`.
fn named_argument(argument: Arg) -> Arg {
    let name = argument.get_value_names().and_then(|names| names.first());
    let name = name.filter(|_| argument.get_action().takes_values());
    let id = argument.get_id().as_str();
    let chinese = name.and_then(|name| chinese_name(id, name.as_str()));
    match chinese {
        Some(chinese) => argument.value_name(chinese),
        None => argument,
    }
}

/// What clap would add in English stands in the help itself.
fn dressed_argument(argument: Arg) -> Arg {
    let said = match argument.get_action() {
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong => "显示帮助".to_owned(),
        ArgAction::Version => "显示版本号".to_owned(),
        _ => argument
            .get_help()
            .map_or_else(String::new, ToString::to_string),
    };
    // What every command has stands below what is its own.
    let is_common = argument.is_global_set()
        || !argument.get_action().takes_values()
            && argument
                .get_long()
                .is_some_and(|name| matches!(name, "help" | "version"));
    let argument = if is_common {
        argument.display_order(COMMON_ORDER)
    } else {
        argument
    };
    let takes_value = argument.get_action().takes_values();
    let mut notes = Vec::new();
    let values = argument.get_possible_values();
    let values: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    let is_listed = values.iter().all(|value| said.contains(value));
    if takes_value && !values.is_empty() && !is_listed {
        notes.push(format!("可用：{}", values.join("、")));
    }
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<String> = defaults
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty() && !said.contains(&format!("默认 {value}")))
        .collect();
    if takes_value && !defaults.is_empty() {
        notes.push(format!("默认{}", defaults.join("、")));
    }
    if let Some(name) = argument.get_env() {
        notes.push(format!("环境变量 {}", name.to_string_lossy()));
    }
    let said = match notes.is_empty() {
        true => said,
        false => format!("{said}（{}）", notes.join("；")),
    };
    argument
        .help(said.clone())
        .long_help(said)
        .hide_default_value(true)
        .hide_env(true)
        .hide_possible_values(true)
}

/// The command that was asked for, as far as there is one: `yuqing issue sign`.
fn asked(command: &Command, arguments: impl IntoIterator<Item = OsString>) -> String {
    let mut asked = vec![command.get_name()];
    let mut innermost = command;
    let mut is_value = false;
    for argument in arguments {
        // `--data demo` names a folder, not the command.
        let was_value = std::mem::replace(&mut is_value, takes_value(command, &argument));
        if was_value {
            continue;
        }
        if let Some(inner) = innermost.find_subcommand(&argument) {
            asked.push(inner.get_name());
            innermost = inner;
        }
    }
    asked.join(" ")
}

/// `--data`, whose value is the next argument; `--data=demo` holds its own.
fn takes_value(command: &Command, argument: &OsStr) -> bool {
    let name = argument.to_str().and_then(|text| text.strip_prefix("--"));
    let option = name
        .and_then(|name| (command.get_arguments()).find(|option| option.get_long() == Some(name)));
    option.is_some_and(|option| option.get_action().takes_values())
}

/// What is wrong, what may have been meant, and where the usage is told.
fn in_chinese(error: &Error, asked: &str) -> String {
    let given = |kind| words(error, kind);
    let argument = given(ContextKind::InvalidArg);
    let value = given(ContextKind::InvalidValue);
    let known = given(ContextKind::ValidValue);
    let what = match error.kind() {
        // clap reads the `-5` of `--count -5` as an option, and names its first figure only.
        ErrorKind::UnknownArgument if is_negative(&argument) => "数目、编号不能写成负数".to_owned(),
        ErrorKind::UnknownArgument => format!("不认识的参数“{argument}”"),
        ErrorKind::InvalidSubcommand => {
            format!("没有“{}”这个命令", given(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("“{argument}”后面缺少值"),
        ErrorKind::InvalidValue => format!("“{argument}”的值“{value}”不可用"),
        ErrorKind::ValueValidation => {
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            match standard_words(&reason) {
                reason if reason.contains(&format!("“{value}”")) => {
                    format!("“{argument}”写错：{reason}")
                }
                reason => format!("“{argument}”的值“{value}”不可用：{reason}"),
            }
        }
        ErrorKind::ArgumentConflict => match given(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == argument => {
                format!("“{argument}”只能写一次")
            }
            prior => format!("“{argument}”不能与“{prior}”同时使用"),
        },
        ErrorKind::TooManyValues => format!("“{argument}”多写了“{value}”"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            let name = argument.split_whitespace().next().unwrap_or_default();
            match error.get(ContextKind::MinValues) {
                Some(ContextValue::Number(least)) => format!("“{name}”至少要写{least}个"),
                _ => format!("“{name}”的个数不对"),
            }
        }
        ErrorKind::NoEquals => format!("“{argument}”要用等号写值"),
        ErrorKind::InvalidUtf8 => "参数里有无法识别的字符".to_owned(),
        _ => "命令行写法不对".to_owned(),
    };
    let known = match known.is_empty() {
        true => String::new(),
        false => format!("；可用：{known}"),
    };
    let meant = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ];
    let meant = meant.map(|kind| likeliest(error, kind)).concat();
    let meant = match meant.is_empty() {
        true => String::new(),
        false => format!("；是不是“{meant}”？"),
    };
    format!("{what}{known}{meant}\n用法见 `{asked} --help`")
}

fn is_negative(argument: &str) -> bool {
    let mut after = argument.strip_prefix('-').unwrap_or_default().chars();
    after.next().is_some_and(|first| first.is_ascii_digit())
}

fn words(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        Some(ContextValue::Strings(words)) => words.join("、"),
        Some(ContextValue::StyledStr(words)) => words.to_string(),
        _ => String::new(),
    }
}

/// Of several suggestions the last is the nearest.
fn likeliest(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::Strings(words)) => words.last().cloned().unwrap_or_default(),
        _ => words(error, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::{asked, command, in_chinese};
    use crate::cli::deeds::{commands, deeds};
    use std::ffi::OsString;

    fn said(arguments: &[&str]) -> String {
        let arguments = std::iter::once("yuqing").chain(arguments.iter().copied());
        let arguments: Vec<OsString> = arguments.map(OsString::from).collect();
        let asked = asked(&command(), arguments[1..].to_vec());
        let error = command().try_get_matches_from(arguments);
        in_chinese(&error.expect_err("wrong usage"), &asked)
    }

    #[test]
    fn mistakes_are_said_in_chinese_with_a_way_out() {
        for (arguments, what) in [
            (
                &["serach", "x"][..],
                "没有“serach”这个命令；是不是“search”？",
            ),
            (
                &["search", "x", "--limt", "3"],
                "不认识的参数“--limt”；是不是“--limit”？\n用法见 `yuqing search --help`",
            ),
            (&["search"], "缺少参数：<检索式>"),
            (&["search", "x", "--limit"], "后面缺少值"),
            (&["search", "x", "--limit", "many"], "应为整数"),
            (
                &["search", "x", "--level", "紫"],
                "“紫”不是可用的值；可用：无 none、蓝 blue",
            ),
            (&["demo", "--port", "0"], "应在1至65534之间"),
            (&["label", "abc"], "应为整数\n用法见 `yuqing label --help`"),
            (
                &["--data", "demo", "user", "add", "x"],
                "\n用法见 `yuqing user add --help`",
            ),
            (
                &["events", "merge", "1", "--by", "张三"],
                "至少要写2个\n用法见 `yuqing events merge --help`",
            ),
            (
                &["extract", "--url", "foo", "y"],
                "应以 http:// 或 https:// 开头",
            ),
            (&["--log", "loud", "check"], "可用：error、warn、info"),
            (&["case", "close"], "缺少参数：--by <姓名>、<编号>"),
            (&["stats", "month"], "缺少参数：<时段>"),
            (
                &["reply", "add", "--count", "-15", "--by", "张三"],
                "数目、编号不能写成负数\n用法见 `yuqing reply add --help`",
            ),
            (
                &["reply", "add", "--count=-15", "--by", "张三"],
                "“--count <件数>”的值“-15”不可用：应在0至",
            ),
        ] {
            let said = said(arguments);
            assert!(said.contains(what), "{said}");
        }
    }

    #[test]
    fn what_leaves_a_line_in_the_audit_is_a_command() {
        let all = command();
        for (path, arguments) in commands() {
            let mut innermost = &all;
            for name in path.split(' ') {
                innermost = innermost.find_subcommand(name).expect(path);
            }
            for argument in arguments {
                let mut known = innermost.get_arguments();
                assert!(
                    known.any(|known| known.get_id() == argument),
                    "{path} {argument}"
                );
            }
        }
        for (arguments, told) in [
            (
                &["issue", "sign", "7", "--by", "张三"][..],
                &["张三 签发 刊物#7"][..],
            ),
            (
                &["alert", "ack", "3", "4", "--by", "李四"],
                &["李四 处置预警 预警#3、#4"],
            ),
            (&["label", "5"], &[]),
            (
                &["label", "5", "--level", "黄", "--by", "李四"],
                &["李四 更正级别 信息#5"],
            ),
            (&["search", "社保"], &[]),
            (
                &["search", "社保", "--csv", "x.csv"],
                &["命令行 导出 检索结果"],
            ),
            (&["import", "a.csv", "--dry-run"], &[]),
            (&["import", "a.csv"], &["命令行 补录 文件a.csv"]),
            (
                &[
                    "stats", "year", "2017", "--freeze", "--by", "张三", "--xlsx", "x",
                ],
                &["张三 台账 台账2017", "张三 导出 台账2017"],
            ),
        ] {
            let arguments = std::iter::once(&"yuqing").chain(arguments);
            let matches = command().try_get_matches_from(arguments);
            let lines = deeds(&matches.expect("right usage"));
            let lines = lines
                .iter()
                .map(|line| format!("{} {} {}", line.actor, line.action.label(), line.subject));
            assert_eq!(lines.collect::<Vec<_>>(), told);
        }
    }

    #[test]
    fn labels_are_taken_in_chinese_and_by_code() {
        for word in ["负", "负面", "negative"] {
            let arguments = ["yuqing", "label", "1", "--sentiment", word];
            assert!(command().try_get_matches_from(arguments).is_ok(), "{word}");
        }
    }

    #[test]
    fn values_are_named_in_chinese() {
        let mut open = vec![command()];
        while let Some(command) = open.pop() {
            let takes_value = |argument: &&clap::Arg| {
                argument.get_action().takes_values() && !argument.is_hide_set()
            };
            for argument in command.get_arguments().filter(takes_value) {
                for name in argument.get_value_names().unwrap_or_default() {
                    assert!(!name.is_ascii(), "{} {argument}", command.get_name());
                }
            }
            let inner = command.get_subcommands();
            let inner = inner.filter(|inner| inner.get_name() != "help");
            open.extend(inner.cloned());
        }
    }

    #[test]
    fn help_has_no_english_headings() {
        let mut open = vec![command()];
        while let Some(mut command) = open.pop() {
            let help = command.render_long_help().to_string();
            for english in [
                "Usage",
                "Options",
                "Commands",
                "Arguments",
                "[default",
                "[env",
                "[possible",
                "Print ",
            ] {
                assert!(!help.contains(english), "{english}: {help}");
            }
            open.extend(command.get_subcommands().cloned());
        }
    }
}
