//! 发布时间 of an article page, chosen among what rules of the site, machines, lines, programs and the address state.

use crate::extract::article::Parts;
use crate::extract::metadata::Metadata;
use crate::extract::site_rules::ArticleRules;
use crate::extract::{Visit, dates, scripted};
use crate::model::PublishedAt;
use chrono::Datelike;

/// The best statement. `shown` is what the lines around the title say.
pub(super) fn time(
    visit: Visit<'_>,
    parts: Parts<'_>,
    rules: &ArticleRules,
    metadata: &Metadata,
    shown: Option<PublishedAt>,
    title: &str,
) -> Option<PublishedAt> {
    if let Some(by_rules) = by_rules(visit, parts, rules) {
        return Some(by_rules);
    }
    let stated = sharper(metadata.published_at, shown);
    if let Some(stated) = stated.filter(|stated| !stated.is_inferred) {
        return Some(stated);
    }
    let scripted = || scripted::published_at(parts.page, title, visit.now());
    match stated {
        // `09-30 22:46`: the year stands where only programs look.
        Some(guessed) => [metadata.modified_at, scripted()]
            .into_iter()
            .flatten()
            .find(|exact| is_same_day_of_year(*exact, guessed))
            .or(Some(guessed)),
        None => scripted()
            .or_else(|| dates::day_of_url(&visit.page.url, visit.now()))
            .or_else(|| metadata.modified_at.map(as_inferred)),
    }
}

fn by_rules(visit: Visit<'_>, parts: Parts<'_>, rules: &ArticleRules) -> Option<PublishedAt> {
    let css = rules.published_at.as_ref()?;
    parts
        .document
        .root_element()
        .select(&css.0)
        .find_map(|element| dates::of_element(element, visit.now()))
}

/// What machines are told, unless the page shows the hour of the same day and the machines only the day.
fn sharper(told: Option<PublishedAt>, shown: Option<PublishedAt>) -> Option<PublishedAt> {
    match (told, shown) {
        (Some(told), Some(shown))
            if shown.precision < told.precision
                && shown.at.date_naive() == told.at.date_naive() =>
        {
            Some(shown)
        }
        (told, shown) => told.or(shown),
    }
}

fn is_same_day_of_year(one: PublishedAt, other: PublishedAt) -> bool {
    (one.at.month(), one.at.day()) == (other.at.month(), other.at.day())
}

/// The last change is not before the publication, and often long after.
fn as_inferred(at: PublishedAt) -> PublishedAt {
    PublishedAt {
        is_inferred: true,
        ..at
    }
}
