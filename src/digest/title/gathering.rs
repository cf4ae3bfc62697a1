//! 聚集标题 — many posts about one matter → `网民集中反映` and the words that they share. The words are those of the
//! posts or of the topic; no sentence of one of them is put into the mouths of all.

use crate::digest::entry::analysis;
use crate::digest::group::Group;
use crate::digest::title::{fits, is_place, judges};
use crate::model::{Analysis, Channel, Event, StoredPost};
use crate::text::summary::{clauses, sentences};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Where a matter happens, which is not the matter.
const PLACES_OF_WORK: &[&str] = &["局", "厅", "中心", "12333", "支队", "部门"];

/// Too wide to name a matter.
const WIDE: &[&str] = &["社保", "人社"];

/// 条目标题 of a gathering.
pub fn gathering_title(posts: &Group, event: &Event) -> String {
    let speaker = if posts.iter().all(|stored| is_of_the_net(stored)) {
        "网民"
    } else {
        "群众"
    };
    let topic = event
        .topic
        .or_else(|| {
            posts
                .iter()
                .find_map(|stored| analysis(stored).primary_topic())
        })
        .map_or("人社业务", |topic| topic.label());
    let title = |matter: &str| format!("{speaker}集中反映{matter}问题");
    shared_words(posts)
        .map(|words| title(&words))
        .filter(|title| fits(title))
        .unwrap_or_else(|| title(topic))
}

fn is_of_the_net(stored: &StoredPost) -> bool {
    !matches!(
        stored.post.channel,
        Channel::Hotline | Channel::Transfer | Channel::Tv | Channel::Radio | Channel::Newspaper
    )
}

/// The keyword that most posts share, with the next where a clause has both: `社保卡排队`.
fn shared_words(posts: &Group) -> Option<String> {
    let originals: Vec<&StoredPost> = posts
        .iter()
        .copied()
        .filter(|stored| stored.repost_of.is_none())
        .collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in originals
        .iter()
        .flat_map(|stored| matter_words(analysis(stored)))
    {
        *counts.entry(word).or_default() += 1;
    }
    let mut words: Vec<(Reverse<usize>, &str)> = counts
        .into_iter()
        .filter(|(_, count)| count * 2 >= originals.len())
        .map(|(word, count)| (Reverse(count), word))
        .collect();
    words.sort_unstable();
    let (_, first) = *words.first()?;
    let pair = words[1..]
        .iter()
        .find_map(|(_, second)| in_one_clause(&originals, first, second));
    Some(pair.unwrap_or_else(|| first.to_owned()))
}

fn matter_words(analysis: &Analysis) -> impl Iterator<Item = &str> {
    // `社保卡换` is where the lexicon cut `社保卡换发`.
    let words = analysis.keywords.iter();
    let words = words.map(|word| word.strip_suffix('换').unwrap_or(word));
    words.filter(|word| {
        // Terms of the lexicon such as `换` and `换的社保卡` are parts of a sentence, not names of a matter.
        word.chars().count() >= 2
            && !WIDE.contains(word)
            // `互相推`, `推来推去`: what is done, not what about.
            && !word.ends_with(['推', '去'])
            && !word.contains('的')
            && !is_place(word)
            && !judges(word)
            && !PLACES_OF_WORK.iter().any(|place| word.ends_with(place))
    })
}

/// Both words in the order in which a clause has them.
fn in_one_clause(posts: &[&StoredPost], first: &str, second: &str) -> Option<String> {
    posts
        .iter()
        .flat_map(|stored| [stored.post.title.as_str(), stored.post.text.as_str()])
        .flat_map(sentences)
        .flat_map(clauses)
        .find_map(|clause| {
            let (left, right) = (clause.find(first)?, clause.find(second)?);
            if left + first.len() <= right {
                return Some(format!("{first}{second}"));
            }
            (right + second.len() <= left).then(|| format!("{second}{first}"))
        })
}
