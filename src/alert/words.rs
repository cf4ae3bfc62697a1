//! What a notice says: why, which post, how far it went, and how to take it. Everything that leaves is masked.

use crate::alert::hours::{OLD, age_when_seen};
use crate::alert::notice::Due;
use crate::model::{Alert, AlertKind, Engagement, Level, Notice, StoredPost};
use crate::text::duration::duration;
use crate::text::heading::heading;
use crate::text::wording::{address, printable};

/// Characters of a title: a message on a telephone.
const TITLE_CHARS: usize = 60;
/// Posts of a watch, and alerts, that one message lists.
pub const LISTED: usize = 20;

/// One line that names a post or an event.
pub fn title_of(title: &str, text: &str) -> String {
    let line = printable(&heading(title, text));
    match line.char_indices().nth(TITLE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The notice of one alert.
pub fn single(due: &Due, chain: &[String]) -> Notice {
    let alert = &due.alert;
    let what = &alert.what;
    let mut lines = vec![format!(
        "第{}号{}：{}。",
        alert.id.0,
        name_of(alert),
        sentence(&what.reason)
    )];
    match what.kind {
        AlertKind::Watch => lines.extend(due.posts.iter().take(LISTED).map(line_of_hit)),
        AlertKind::Source => {}
        _ => lines.extend(due.posts.first().into_iter().flat_map(about_post)),
    }
    let listed = due.posts.len().min(LISTED) as u64;
    if what.kind == AlertKind::Watch && what.post_count > listed {
        lines.push(format!("其余{}条见专题页。", what.post_count - listed));
    }
    if let Some(spread) = spread(due) {
        lines.push(spread);
    }
    if what.level >= Level::Orange && what.kind != AlertKind::Source {
        lines.push(telephone(chain));
    }
    if !what.is_closed {
        lines.push(how_to_take(&[due]));
    }
    Notice {
        title: format!("{}{}", mark(alert), what.title),
        text: lines.join("\n"),
        level: (what.level > Level::None).then_some(what.level),
    }
}

/// One notice of several alerts, the gravest first.
pub fn summary(due: &[&Due], chain: &[String]) -> Notice {
    let gravest = due[0];
    let level = gravest.alert.what.level;
    let listed = &due[..due.len().min(LISTED)];
    let mut lines = vec![format!("共有{}：", count_of(due))];
    for one in listed {
        let what = &one.alert.what;
        lines.push(format!(
            "△ 第{}号{}{}",
            one.alert.id.0,
            mark(&one.alert),
            what.title
        ));
        lines.push(format!("　{}。", sentence(&what.reason)));
        if let Some(post) = one.posts.first() {
            lines.push(format!("　{}", place_and_time(post)));
            lines.extend(
                post.post
                    .url
                    .as_deref()
                    .map(|url| format!("　{}", address(url))),
            );
        }
    }
    if due.len() > listed.len() {
        let rest = count_of(&due[listed.len()..]);
        lines.push(format!("其余{rest}用 yuqing alert list 查看。"));
    }
    if level >= Level::Orange {
        lines.push(telephone(chain));
    }
    if listed.iter().any(|one| !one.alert.what.is_closed) {
        lines.push(how_to_take(listed));
    }
    Notice {
        title: format!(
            "{}{}等{}",
            mark(&gravest.alert),
            gravest.alert.what.title,
            match due.iter().any(|one| one.alert.what.is_closed) {
                true => format!("{}条通知", due.len()),
                false => count_of(due),
            }
        ),
        text: lines.join("\n"),
        level: (level > Level::None).then_some(level),
    }
}

/// `3起预警`; what only tells that something is over is a `通知`.
fn count_of(due: &[&Due]) -> String {
    let closed = due.iter().filter(|one| one.alert.what.is_closed).count();
    match (due.len() - closed, closed) {
        (open, 0) => format!("{open}起预警"),
        (0, closed) => format!("{closed}条通知"),
        (open, closed) => format!("{open}起预警、{closed}条通知"),
    }
}

/// `【橙】`; of what has no level, its kind.
fn mark(alert: &Alert) -> String {
    match alert.what.level {
        Level::None => format!("【{}】", alert.what.kind.label()),
        level => format!("【{}】", level.label()),
    }
}

fn name_of(alert: &Alert) -> String {
    let again = match alert.notice_count {
        0 => String::new(),
        _ => "（尚无人签收，再次通知）".to_owned(),
    };
    let kind = match alert.what.kind {
        AlertKind::Level => "",
        kind => kind.label(),
    };
    match alert.what.level {
        _ if alert.what.is_closed => "通知".to_owned(),
        Level::None => format!("{kind}预警{again}"),
        level => format!("{}色{kind}预警{again}", level.label()),
    }
}

fn sentence(reason: &str) -> String {
    printable(reason).trim_end_matches('。').to_owned()
}

fn about_post(stored: &StoredPost) -> Vec<String> {
    let post = &stored.post;
    let mut lines = vec![
        format!("标题：{}", title_of(&post.title, &post.text)),
        place_and_time(stored),
    ];
    if age_when_seen(stored) > OLD {
        let age = duration(age_when_seen(stored));
        lines.push(format!("此条发布{age}后才监测到。"));
    }
    // On a line of its own: robots and telephones know an address by where it begins.
    if let Some(url) = &post.url {
        lines.extend(["链接：".to_owned(), address(url)]);
    }
    lines
}

/// `来源：示例论坛；发布：2017-04-14 13:58；发现：2017-04-14 14:03`.
fn place_and_time(stored: &StoredPost) -> String {
    let post = &stored.post;
    let source = post.outlet.as_deref().unwrap_or(&post.source_name);
    let published = post
        .published_at
        .map_or_else(|| "未注明".to_owned(), |at| at.to_string());
    format!(
        "来源：{}；发布：{published}；发现：{}",
        printable(source),
        stored.first_seen_at.format("%Y-%m-%d %H:%M")
    )
}

fn line_of_hit(stored: &StoredPost) -> String {
    let level = stored.analysis.as_ref().map_or(Level::None, |a| a.level);
    let mark = match level {
        Level::None => String::new(),
        level => format!("【{}】", level.label()),
    };
    let mut text = format!(
        "△ {mark}{}\n　{}",
        title_of(&stored.post.title, &stored.post.text),
        place_and_time(stored)
    );
    if let Some(url) = &stored.post.url {
        text += &format!("\n　{}", address(url));
    }
    text
}

/// `独立信源3个，信息5条；评论260、转发300、点赞300`.
fn spread(due: &Due) -> Option<String> {
    let what = &due.alert.what;
    let (posts, sources) = match &due.event {
        Some(event) => (event.post_count, event.source_count),
        None => (what.post_count, what.source_count),
    };
    match what.kind {
        AlertKind::Level | AlertKind::Gathering => {}
        AlertKind::Watch => return Some(format!("独立信源{sources}个，信息{posts}条")),
        AlertKind::Burst | AlertKind::Source => return None,
    }
    let shown = due.posts.first().map(|post| &post.post.engagement);
    let shown = shown.map_or_else(String::new, engagement);
    Some(format!("独立信源{sources}个，信息{posts}条；{shown}"))
}

fn engagement(shown: &Engagement) -> String {
    let numbers = [
        ("阅读", shown.views),
        ("评论", shown.comments),
        ("转发", shown.reposts),
        ("点赞", shown.likes),
    ];
    let known: Vec<String> = (numbers.iter())
        .filter_map(|(label, number)| Some(format!("{label}{}", (*number)?)))
        .collect();
    match known.is_empty() {
        true => "页面未显示互动数".to_owned(),
        false => known.join("、"),
    }
}

/// 系统负责拨号清单, 不自动打电话 (`spec.md` 3.5).
fn telephone(chain: &[String]) -> String {
    match chain {
        [] => "请立即电话报告，并登记签收。".to_owned(),
        chain => format!(
            "请立即电话报告，并登记签收；拨号次序：{}。",
            chain.join("、")
        ),
    }
}

fn how_to_take(due: &[&Due]) -> String {
    let ids: Vec<String> = (due.iter())
        .filter(|one| !one.alert.what.is_closed)
        .map(|one| one.alert.id.0.to_string())
        .collect();
    format!("签收：yuqing alert ack {} --by 姓名", ids.join(" "))
}
