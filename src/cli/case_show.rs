//! How a case is shown: a line of a list, a page, JSON.

use super::output::{Failure, column, print_json, print_text};
use crate::app::App;
use crate::case::CaseReview;
use crate::model::{Case, CaseField, CaseFile, CaseKind, CaseLinks, DueFlag, Timestamp};
use crate::report::{CaseDetail, review_where_asked};
use crate::text::duration::duration;
use chrono::TimeDelta;

/// Head of a list.
pub fn list_head() -> String {
    format!(
        "{:>5}  {}{}{}{}{}{}事由\n",
        "编号",
        column("种类", 6),
        column("环节", 10),
        column("时限", 18),
        column("提示", 12),
        column("承办处室", 16),
        column("来文单位", 22)
    )
}

/// One line of a list.
pub fn line(case: &Case, now: Timestamp) -> String {
    let flag = case.due_flag(now).map_or("", DueFlag::label);
    format!(
        "{:>5}  {}{}{}{}{}{}{}\n",
        case.id.0,
        column(case.form.kind.label(), 6),
        column(case.state.label(), 10),
        column(&minute(case.deadline.at), 18),
        column(flag, 12),
        column(case.note(CaseField::Office), 16),
        column(&case.form.from_org, 22),
        case.form.title
    )
}

/// Prints a case with all that was written of it.
pub fn filed(app: &App, file: &CaseFile, is_json: bool) -> Result<(), Failure> {
    if is_json {
        return filed_json(app, file, None);
    }
    let review = review_where_asked(app, file)?;
    print_text(&text(file, review.as_ref(), app.now()))?;
    Ok(())
}

/// The same as JSON, with what the person at the desk should look at.
pub fn filed_json(app: &App, file: &CaseFile, hint: Option<&str>) -> Result<(), Failure> {
    print_json(&CaseDetail::of(app, file, hint)?)?;
    Ok(())
}

fn minute(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

fn text(file: &CaseFile, review: Option<&CaseReview>, now: Timestamp) -> String {
    let case = &file.case;
    let form = &case.form;
    let mut text = format!("第{}号{}件　{}\n", case.id.0, form.kind.label(), form.title);
    let urgency = form.urgency.label();
    text += &match (form.kind, &form.document_no) {
        (CaseKind::Transfer, Some(number)) => {
            format!("来文：{}（{number}，{urgency}）\n", form.from_org)
        }
        (CaseKind::Transfer, None) => format!("来文：{}（无文号，{urgency}）\n", form.from_org),
        (CaseKind::Emergency, _) => format!("来源：{}（{urgency}）\n", form.from_org),
    };
    if form.kind == CaseKind::Transfer {
        text += &format!("收文：{}\n", minute(form.received_at));
    }
    let by = &case.registered_by;
    text += &format!("登记：{}　{by}\n", minute(case.registered_at));
    text += &format!("时限：{}", minute(case.deadline.at));
    if let Some(flag) = case.due_flag(now) {
        text += &format!("【{}】", flag.label());
    }
    text += &format!("　依据：{}\n", case.deadline.basis);
    if !case.deadline.note.is_empty() {
        text += &format!("注意：{}\n", case.deadline.note);
    }
    text += &format!("环节：{}\n", case.state.label());
    for (name, at) in [("反馈", case.answered_at), ("办结", case.closed_at)] {
        if let Some(at) = at {
            text += &format!("{name}：{}\n", minute(at));
        }
    }
    for (field, said) in &case.notes {
        text += &format!("{}：{said}\n", field.label());
    }
    if let Some(link) = &form.original_link {
        text += &format!("原文链接：{link}\n");
    }
    if !form.text.is_empty() {
        text += &format!("来文内容：{}\n", form.text);
    }
    text += &linked(&file.links);
    text += &history(file);
    text + &review.map(reviewed).unwrap_or_default()
}

fn linked(links: &CaseLinks) -> String {
    let events = links.events.iter().map(|id| format!("事件{}", id.0));
    let posts = links.posts.iter().map(|id| format!("信息#{}", id.0));
    let all: Vec<String> = events.chain(posts).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("关联：{}\n", all.join("、")),
    }
}

fn history(file: &CaseFile) -> String {
    let mut lines = Vec::new();
    for step in &file.steps {
        let is_back = (step.from).is_some_and(|from| from.is_at_or_after(step.state));
        let deed = match (step.is_skipped, is_back) {
            (true, _) => "略过“",
            (false, true) => "退回“",
            (false, false) => "“",
        };
        let note = match step.note.is_empty() {
            true => String::new(),
            false => format!("：{}", step.note),
        };
        let said = format!("{}　{deed}{}”{note}", step.by, step.state.label());
        lines.push((step.at, said));
    }
    for change in file.deadlines.iter().skip(1) {
        let due = minute(change.due_at);
        let said = format!("{}　时限变更为{due}：{}", change.by, change.reason);
        lines.push((change.at, said));
    }
    // What happened at the same moment stays in the order in which it was written down.
    lines.sort_by_key(|(at, _)| *at);
    let lines = lines.iter();
    let lines = lines.map(|(at, said)| format!("{}  {said}\n", minute(*at)));
    "办理记录：\n".to_owned() + &lines.collect::<String>()
}

fn reviewed(review: &CaseReview) -> String {
    let mut text = "复盘要素：\n".to_owned();
    let mut say = |name: &str, at: Option<Timestamp>, after: Option<String>| {
        let at = at.map_or("尚无".to_owned(), minute);
        let after = after.map_or(String::new(), |after| format!("（{after}）"));
        text += &format!("{name}：{at}{after}\n");
    };
    let after = |what: &str, minutes: Option<i64>| {
        minutes.map(|minutes| format!("{what}{}", duration(TimeDelta::minutes(minutes.max(0)))))
    };
    say("首发时间", review.first_published_at, None);
    let delay = after("时延", review.found_after_minutes);
    say("首次发现", review.first_seen_at, delay);
    for rise in &review.rises {
        let to = rise.to.label();
        say(
            "升级节点",
            Some(rise.at),
            Some(format!("{to}，信息#{}", rise.post.0)),
        );
    }
    let answer = after("发现后", review.answered_after_minutes);
    let exposed = after("首发后", review.exposed_minutes);
    let both: Vec<String> = answer.into_iter().chain(exposed).collect();
    let both = (!both.is_empty()).then(|| both.join("，"));
    say("首次回应", review.answered_at, both);
    text
}
