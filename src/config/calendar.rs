//! `calendar/<year>.toml` → 工作日历: the State Council's days off and shifted working days. Files of the operator stand
//! beside the shipped ones: only the next year has to be added.

use super::ConfigFolder;
use super::place::{parse, refuse};
use crate::model::{OfficeHours, Problem, ShiftedDay, WorkCalendar};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i32,
    #[serde(default)]
    holiday: Vec<Holiday>,
}

/// 一次放假, with the weekend days worked for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    name: Spanned<String>,
    from: NaiveDate,
    to: NaiveDate,
    #[serde(default)]
    working_days: Vec<NaiveDate>,
}

/// Reads every year.
///
/// # Errors
/// Every mistake found, one per file.
pub fn load(folder: &ConfigFolder, hours: OfficeHours) -> Result<WorkCalendar, Vec<Problem>> {
    let mut years = BTreeSet::new();
    let mut shifted = BTreeMap::new();
    let mut problems = Vec::new();
    let files = folder
        .bytes_over_shipped("calendar", "toml")
        .map_err(|problem| vec![problem])?;
    for (file, bytes) in files {
        let text = String::from_utf8_lossy(&bytes);
        match parse::<YearFile>(&file, &text).and_then(|year| days(&file, &text, year)) {
            Ok((year, days)) => {
                years.insert(year);
                shifted.extend(days);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(WorkCalendar {
        years,
        shifted,
        hours,
    })
}

type Days = Vec<(NaiveDate, ShiftedDay)>;

fn days(file: &str, text: &str, year: YearFile) -> Result<(i32, Days), Problem> {
    let mut days = Vec::new();
    for holiday in &year.holiday {
        let name = holiday.name.get_ref();
        let wrong = |message| refuse(file, "holiday.name", &holiday.name, text, message);
        if holiday.to < holiday.from || (holiday.to - holiday.from).num_days() > 30 {
            return Err(wrong(format!(
                "“{}”的起止日期不对：from 应不晚于 to，且不超过一个月",
                name
            )));
        }
        let named = holiday
            .from
            .iter_days()
            .take_while(|day| *day <= holiday.to);
        let named = named.map(|day| (day, ShiftedDay::Holiday));
        let worked = holiday.working_days.iter();
        let worked = worked.map(|day| (*day, ShiftedDay::WorkingDay));
        for (day, kind) in named.chain(worked) {
            if day.year() != year.year {
                return Err(wrong(format!(
                    "“{}”的{day}不在{}年；跨年的部分写进另一年的文件",
                    name, year.year
                )));
            }
            days.push((day, kind));
        }
    }
    Ok((year.year, days))
}
