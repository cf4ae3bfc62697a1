//! `yuqing trend`: how many matching posts by hour or day, as a share of all posts, against the period before; two queries
//! side by side.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use super::search::{check_days, parse_from, parse_to};
use crate::app::{MAX_STEPS, Trend, TrendStep, share};
use crate::index::{Interval, Query};
use crate::model::Timestamp;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use clap::{Args, ValueEnum};
use std::process::ExitCode;
use unicode_width::UnicodeWidthStr;

/// Days shown where nobody says how many.
const USUAL_DAYS: u64 = 30;
/// Hours shown where nobody says how many.
const USUAL_HOURS: i64 = 48;
/// Columns of the longest bar.
const BAR_WIDTH: f64 = 30.0;

#[derive(Args)]
pub struct TrendCommand {
    /// 检索式，一个或并列比较的几个 · one query, or several side by side
    #[arg(required = true, num_args = 1..=4, value_name = "检索式")]
    query: Vec<String>,
    /// 按小时 hour 或按日 day · step
    #[arg(long, value_enum, value_name = "步长", default_value = "day")]
    by: By,
    /// 起始日，默认30天前（按小时为48小时前） · first day
    #[arg(long, value_name = "D", value_parser = parse_from)]
    from: Option<NaiveDate>,
    /// 截止日，默认今天 · last day
    #[arg(long, value_name = "D", value_parser = parse_to)]
    to: Option<NaiveDate>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    #[value(alias = "小时")]
    Hour,
    #[value(alias = "日")]
    Day,
}

impl TrendCommand {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        check_days(self.from, self.to)?;
        let mut queries = Vec::new();
        for text in &self.query {
            let query: Query = text
                .parse()
                .map_err(|error| Failure::Usage(format!("“{text}”：{error}")))?;
            queries.push(query);
        }
        let interval = match self.by {
            By::Hour => Interval::Hour,
            By::Day => Interval::Day,
        };
        let app = common.open_app_to_search()?;
        let (from, to) = self.period(app.now());
        if from > to {
            return Err(Failure::Usage(format!(
                "起始日{}在截止日{}之后（不写 --to 时，截止日是今天），没有这样的时段；\
                 请检查 --from 和 --to",
                from.date_naive(),
                to.date_naive()
            )));
        }
        // Both the step that the period begins in and the one that it ends in are shown.
        let between = interval.begin_of(to) - interval.begin_of(from);
        let steps = between.num_milliseconds() / interval.ms() + 1;
        if usize::try_from(steps).is_ok_and(|steps| steps > MAX_STEPS) {
            let or_by_day = if self.by == By::Hour {
                "，或用 --by day"
            } else {
                ""
            };
            return Err(Failure::Usage(format!(
                "这段时间有{steps}格，最多{MAX_STEPS}格；请缩短 --from 至 --to{or_by_day}"
            )));
        }
        let trends = app.trends(&queries, interval, from, to)?;
        if self.json {
            print_json(&trends)?;
        } else {
            print_text(&self.text(&trends))?;
        }
        Ok(DONE)
    }

    fn period(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let zone = *now.offset();
        let at = |day: NaiveDate, time: NaiveTime| {
            day.and_time(time)
                .and_local_timezone(zone)
                .single()
                .unwrap_or(now)
        };
        let next_day = self.to.and_then(|day| day.checked_add_days(Days::new(1)));
        let to = next_day.map_or(now, |day| {
            at(day, NaiveTime::MIN) - TimeDelta::milliseconds(1)
        });
        let usual = match self.by {
            By::Day => to - Days::new(USUAL_DAYS - 1),
            By::Hour => to - TimeDelta::hours(USUAL_HOURS - 1),
        };
        (self.from.map_or(usual, |day| at(day, NaiveTime::MIN)), to)
    }

    fn text(&self, trends: &[Trend]) -> String {
        let mut text = String::new();
        for trend in trends {
            text += &summary(trend);
        }
        let most = (trends.iter().flat_map(|trend| &trend.steps))
            .map(|step| step.count)
            .max();
        let names: Vec<String> = trends.iter().map(|trend| trend.query.clone()).collect();
        text.push('\n');
        for number in 0..trends[0].steps.len() {
            for (trend, name) in trends.iter().zip(&names) {
                let name = if trends.len() > 1 { name.as_str() } else { "" };
                text += &self.line(&trend.steps[number], name, &names, most.unwrap_or(0));
            }
        }
        text
    }

    fn line(&self, step: &TrendStep, name: &str, names: &[String], most: u64) -> String {
        let format = if self.by == By::Hour {
            "%m-%d %H时"
        } else {
            "%Y-%m-%d"
        };
        let length = (step.count as f64 / most.max(1) as f64 * BAR_WIDTH).round() as usize;
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let name = match name {
            "" => String::new(),
            name => format!("  {name}{}", " ".repeat(widest - name.width())),
        };
        let share = match step.all {
            0 => "当时没有任何信息".to_owned(),
            _ => format!("占{:.1}%", step.share * 100.0),
        };
        format!(
            "{}{name}  {:>6}  {}{}  {share}\n",
            step.at.format(format),
            step.count,
            "█".repeat(length),
            " ".repeat(BAR_WIDTH as usize - length.min(BAR_WIDTH as usize)),
        )
    }
}

/// `“社保卡”共12条，占全部信息的3.4%；上一同等时段8条，占2.0%，增加50%`.
fn summary(trend: &Trend) -> String {
    let percent = |count, all| format!("{:.1}%", share(count, all) * 100.0);
    let before = &trend.before;
    let change = match before.total {
        0 => String::new(),
        before => {
            let change = (trend.total as f64 / before as f64 - 1.0) * 100.0;
            match change.round() {
                0.0 => "，持平".to_owned(),
                fewer if fewer < 0.0 => format!("，减少{:.0}%", fewer.abs()),
                more => format!("，增加{more:.0}%"),
            }
        }
    };
    let before = match before.all {
        0 => "上一同等时段没有任何信息，无从比较".to_owned(),
        all => format!(
            "上一同等时段{}条，占{}{change}",
            before.total,
            percent(before.total, all)
        ),
    };
    format!(
        "“{}”共{}条，占全部信息的{}；{before}\n",
        trend.query,
        trend.total,
        percent(trend.total, trend.all)
    )
}
