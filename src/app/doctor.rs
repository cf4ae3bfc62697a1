//! 体检 — looks at everything that may go wrong unseen: the database and its chains, what was signed, the index, the
//! machine, the calendar, the backups. It changes nothing.

use super::App;
use super::machine::disk_space;
use crate::model::Checkup;
use crate::source::HealthStatus;
use crate::stats::{LedgerPeriod, hash};
use crate::store::AuditFilter;
use anyhow::Result;
use bytesize::ByteSize;
use chrono::{Datelike, TimeDelta};

/// Posts that may wait for the index before somebody should look.
const MAX_LAG: u64 = 50_000;
/// Under this the daemon may stop soon.
const LITTLE_SPACE: u64 = 2 << 30;
/// Under this somebody should see to it.
const SCARCE_SPACE: u64 = 10 << 30;
/// How far the last line may lie ahead of the clock.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(5);
/// The notice of the next year comes in November.
const NOTICE_MONTH: u32 = 11;
/// Damaged things named in one line.
const NAMED: usize = 5;

type Question = fn(&App) -> Result<Checkup>;

/// In the order of their weight, with the name of a line that cannot be answered.
const QUESTIONS: &[(&str, Question)] = &[
    ("数据库", database),
    ("审计记录", audit),
    ("已签发刊物", seals),
    ("期号", numbers),
    ("台账", ledgers),
    ("检索索引", index),
    ("磁盘空间", space),
    ("备份", backups),
    ("时钟", clock),
    ("工作日历", calendar),
    ("字体", fonts),
    ("用户", users),
    ("信源", sources),
    ("投递", deliveries),
    ("配置提示", notices),
];

/// One line for everything looked at.
pub fn doctor(app: &App) -> Vec<Checkup> {
    let answer = |(name, question): &(&'static str, Question)| {
        question(app).unwrap_or_else(|error| {
            Checkup::fail(
                name,
                format!("查不了：{error:#}"),
                "请检查数据目录的权限和磁盘；数据库读不出来时从备份恢复（yuqing restore）",
            )
        })
    };
    QUESTIONS.iter().map(answer).collect()
}

fn database(app: &App) -> Result<Checkup> {
    let faults = app.store.faults()?;
    if faults.is_empty() {
        let posts = app.store.post_count()?;
        return Ok(Checkup::ok("数据库", format!("完好，信息{posts}条")));
    }
    Ok(Checkup::fail(
        "数据库",
        format!("已损坏：{}", faults.join("；")),
        "请停止程序，从最近的备份恢复（yuqing restore），并检查磁盘",
    ))
}

fn audit(app: &App) -> Result<Checkup> {
    let check = app.store.check_audit()?;
    Ok(match check.broken {
        None => Checkup::ok(
            "审计记录",
            format!(
                "{}条，链完整，末条散列{}",
                check.lines,
                check.last_hash.get(..12).unwrap_or("（空）")
            ),
        ),
        Some((_, why)) => Checkup::fail(
            "审计记录",
            format!("{why}，记录被改动过"),
            "请保全数据库文件，报告安全负责人，与备份中的记录比对",
        ),
    })
}

fn seals(app: &App) -> Result<Checkup> {
    let issues = app.store.numbered_issues()?;
    let mut damaged = Vec::new();
    let mut renditions = 0;
    for id in &issues {
        let seal = app.store.seal_of_issue(*id)?;
        let is_changed = seal.is_some_and(|seal| {
            let stored = seal.stored.as_ref();
            stored.is_some_and(|stored| *stored != seal.computed)
        });
        if is_changed {
            damaged.push(format!("稿号{}的内容", id.0));
        }
        for frozen in app.store.frozen_renditions(*id)? {
            renditions += 1;
            if !frozen.is_intact() {
                damaged.push(format!("稿号{}的{}成品", id.0, frozen.format));
            }
        }
    }
    if damaged.is_empty() {
        let found = format!("{}期、{renditions}份成品与签发时一致", issues.len());
        return Ok(Checkup::ok("已签发刊物", found));
    }
    Ok(Checkup::fail(
        "已签发刊物",
        format!("与签发时不同：{}", named(&damaged)),
        "请从备份恢复；逐期核对用 yuqing issue verify",
    ))
}

fn numbers(app: &App) -> Result<Checkup> {
    let gaps = app.store.number_gaps()?;
    if gaps.is_empty() {
        return Ok(Checkup::ok("期号", "连续，没有空号"));
    }
    let said: Vec<String> = gaps
        .iter()
        .map(|gap| {
            let year = gap
                .year
                .map_or("总期号".to_owned(), |year| format!("{year}年"));
            format!(
                "{}{}（{}）用了{}个号，最大为第{}期",
                gap.digest, year, gap.series, gap.count, gap.last
            )
        })
        .collect();
    Ok(Checkup::fail(
        "期号",
        format!("有空号：{}", named(&said)),
        "签发的期不会被删除；请与纸质存档和备份核对，必要时从备份恢复",
    ))
}

fn ledgers(app: &App) -> Result<Checkup> {
    let periods = app.store.frozen_periods()?;
    let mut damaged = Vec::new();
    for period in &periods {
        let kept = app.store.frozen_content(period)?;
        if kept.is_none_or(|(content, sealed)| hash(&content) != sealed) {
            let title = LedgerPeriod::month(period).or_else(|| LedgerPeriod::year(period));
            damaged.push(title.map_or_else(|| period.clone(), LedgerPeriod::title));
        }
    }
    if damaged.is_empty() {
        let found = format!("已冻结{}份，与冻结时一致", periods.len());
        return Ok(Checkup::ok("台账", found));
    }
    Ok(Checkup::fail(
        "台账",
        format!("与冻结时不同：{}", named(&damaged)),
        "请从备份恢复",
    ))
}

fn index(app: &App) -> Result<Checkup> {
    let lag = (app.store.latest_revision()?).saturating_sub(app.index.cursor()?);
    if lag == 0 {
        return Ok(Checkup::ok("检索索引", "与数据库一致"));
    }
    let found = format!("有{lag}处变动尚未进入索引");
    if lag <= MAX_LAG {
        let advice = "程序运行时会自动赶上";
        return Ok(Checkup {
            advice: advice.to_owned(),
            ..Checkup::ok("检索索引", found)
        });
    }
    Ok(Checkup::warn(
        "检索索引",
        found,
        "请看程序是否在运行；长时间赶不上时运行 yuqing reindex",
    ))
}

fn space(app: &App) -> Result<Checkup> {
    let space = disk_space(app.folder())?;
    let found = format!(
        "剩{}，共{}",
        ByteSize(space.free_bytes),
        ByteSize(space.total_bytes)
    );
    let advice = "请清理磁盘或扩容；旧备份可移到别处";
    Ok(match space.free_bytes {
        free if free < LITTLE_SPACE => Checkup::fail("磁盘空间", found, advice),
        free if free < SCARCE_SPACE => Checkup::warn("磁盘空间", found, advice),
        _ => Checkup::ok("磁盘空间", found),
    })
}

fn backups(app: &App) -> Result<Checkup> {
    let advice = "请运行 yuqing backup，或启用 deploy/ 中的定时备份；备份另存一份到别的机器";
    Ok(match (app.backup_trouble()?, app.last_backup()?) {
        (None, Some(at)) => {
            Checkup::ok("备份", format!("最近一次在{}", at.format("%Y-%m-%d %H:%M")))
        }
        (trouble, _) => Checkup::warn("备份", trouble.unwrap_or_default(), advice),
    })
}

fn clock(app: &App) -> Result<Checkup> {
    let now = app.now();
    let latest = app.store.audit(&AuditFilter {
        limit: 1,
        ..AuditFilter::default()
    })?;
    let shown = format!("{}（{}）", now.format("%Y-%m-%d %H:%M"), app.zone());
    let ahead = latest.first().filter(|line| line.at > now + CLOCK_SLACK);
    Ok(match ahead {
        None => Checkup::ok("时钟", shown),
        Some(line) => Checkup::fail(
            "时钟",
            format!(
                "{shown}，早于已有记录的{}",
                line.at.format("%Y-%m-%d %H:%M")
            ),
            "请校准系统时间（timedatectl），时限和期号都按它计算",
        ),
    })
}

fn calendar(app: &App) -> Result<Checkup> {
    let (year, month) = (app.now().year(), app.now().month());
    let calendar = &app.config.calendar;
    let file =
        |year: i32| format!("请按国务院办公厅的放假通知写好配置目录中的 calendar/{year}.toml");
    Ok(if !calendar.covers(year) {
        Checkup::warn(
            "工作日历",
            format!("没有{year}年的放假安排，工作日只除去周末，办理时限可能算错"),
            file(year),
        )
    } else if month >= NOTICE_MONTH && !calendar.covers(year + 1) {
        Checkup::warn(
            "工作日历",
            format!("还没有{}年的放假安排", year + 1),
            file(year + 1),
        )
    } else {
        Checkup::ok("工作日历", format!("有{year}年的放假安排"))
    })
}

fn fonts(app: &App) -> Result<Checkup> {
    Ok(match app.press.fonts.check() {
        Ok(()) => Checkup::ok("字体", "有中文字体，可生成 PDF"),
        Err(error) => Checkup::warn(
            "字体",
            error.to_string(),
            "PDF 暂不能生成，其他格式不受影响；可安装 fonts-noto-cjk",
        ),
    })
}

fn users(app: &App) -> Result<Checkup> {
    let users = app.store.users()?;
    let active = users.iter().filter(|user| !user.is_disabled);
    let signers = (active.clone())
        .filter(|user| user.may(crate::model::Permission::Sign))
        .count();
    Ok(if users.is_empty() {
        Checkup::warn(
            "用户",
            "还没有用户",
            "请用 yuqing user add 建立，或打开程序启动时给出的链接",
        )
    } else if signers == 0 {
        Checkup::warn(
            "用户",
            format!("在用{}人，无人有审核签发权限", active.count()),
            "请用 yuqing user roles 指定审核签发人",
        )
    } else {
        let found = format!("在用{}人，其中{signers}人可审核签发", active.count());
        Checkup::ok("用户", found)
    })
}

/// A source that was never read looks like one that has nothing to say.
fn sources(app: &App) -> Result<Checkup> {
    let reports = app.source_reports()?;
    let unread: Vec<String> = (reports.iter())
        .filter(|report| report.was_never_read())
        .map(|report| report.name.clone())
        .collect();
    let active = (reports.iter()).filter(|report| report.status != HealthStatus::Disabled);
    let active = active.count();
    Ok(match unread.len() {
        0 => Checkup::ok("信源", format!("启用{active}个，都采成功过")),
        count => Checkup::warn(
            "信源",
            format!(
                "启用{active}个，其中{count}个从未采成功过：{}",
                named(&unread)
            ),
            "请在“信源”页查看原因；网址或规则不对的改正，不再用的停用",
        ),
    })
}

fn deliveries(app: &App) -> Result<Checkup> {
    let waiting = app.store.waiting_deliveries()?;
    Ok(Checkup::ok("投递", format!("待发{waiting}件")))
}

fn notices(app: &App) -> Result<Checkup> {
    let notices = app.config.notices();
    Ok(match notices.is_empty() {
        true => Checkup::ok("配置提示", "没有需要处理的事项"),
        false => Checkup::warn(
            "配置提示",
            notices.join("；"),
            "请按提示补全配置，再运行 yuqing check",
        ),
    })
}

fn named(things: &[String]) -> String {
    let more = match things.len() {
        count if count > NAMED => format!("等{count}处"),
        _ => String::new(),
    };
    let first: Vec<&str> = things.iter().take(NAMED).map(String::as_str).collect();
    first.join("、") + &more
}
