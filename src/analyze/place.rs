//! 属地与管辖 — where it happened, where it is to be answered for, and the words that say so.

use crate::analyze::found::{Found, OrgHit};
use crate::analyze::rules::{Place, PlaceKind, Rules};
use crate::analyze::terms::{Meaning, OrgRank, Strength};
use crate::model::{Channel, Jurisdiction, Post, Reason, Region, Topic};

/// An organisation belongs to the place that ends at most this many characters before it.
const ATTACHED_CHARS: usize = 5;

/// Places looked at; a longer list says nothing more about responsibility, and keeps the work linear.
const PLACES_KEPT: usize = 100;

/// What the text says about places.
pub(super) struct Places {
    /// 行为发生地.
    pub act: Option<Region>,
    /// 责任地.
    pub responsible: Option<Region>,
    /// 管辖, before competence is looked at.
    pub jurisdiction: Jurisdiction,
    /// An organisation of ours is named, with its place or on a source bound to the city.
    pub is_org_here: bool,
    /// The city or a place in it is named, or the source is bound to it: no guess from a bare `市人社局`.
    pub names_home: bool,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl Places {
    /// The city or one of its districts answers.
    pub fn is_ours(&self) -> bool {
        matches!(
            self.jurisdiction,
            Jurisdiction::City | Jurisdiction::District
        )
    }

    /// An office of ours is named together with its place: not any `社保局`.
    pub fn name_own_office(&self) -> bool {
        self.is_org_here && self.names_home
    }
}

/// A place that was found in the text.
struct Named {
    start: usize,
    end: usize,
    scope: Scope,
    region: Region,
    /// Code of the place that answers, if another.
    answer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    District,
    City,
    Province,
    Elsewhere,
}

/// Decides places and jurisdiction.
pub(super) fn locate(post: &Post, found: &Found, rules: &Rules) -> Places {
    let bound = bound_region(post, rules);
    let named = named_places(found, rules, bound.as_deref());
    let attached = attached_places(found, &named);
    let responsible = responsible(post, found, rules, &named, &attached, bound.as_deref());
    let act = (named.iter().find(|place| place.scope == Scope::District))
        .or_else(|| named.iter().find(|place| place.scope == Scope::City))
        .or_else(|| named.iter().find(|place| place.scope == Scope::Elsewhere))
        .map(|place| place.region.clone());
    let mut reasons = Vec::new();
    if let Some((region, why)) = &responsible.region {
        reasons.push(Reason {
            rule: "place".to_owned(),
            text: format!("{why}，责任地为{}", region.name),
        });
    }
    let is_ours = matches!(
        responsible.jurisdiction,
        Jurisdiction::City | Jurisdiction::District
    );
    Places {
        act,
        responsible: responsible.region.map(|(region, _)| region),
        jurisdiction: responsible.jurisdiction,
        names_home: named
            .iter()
            .any(|place| rules.home.holds(&place.region.code))
            || bound.is_some_and(|code| rules.home.holds(&code)),
        is_org_here: is_ours && found.organisations().any(|org| is_own_level(org.rank)),
        reasons,
    }
}

fn is_own_level(rank: OrgRank) -> bool {
    matches!(rank, OrgRank::Any | OrgRank::City)
}

/// Code of the place the source is bound to: as declared, or known by the name of the outlet.
fn bound_region(post: &Post, rules: &Rules) -> Option<String> {
    let by_name = |name: &str| {
        let account = (rules.accounts.iter())
            .filter(|account| account.region.is_some() && name.contains(&account.name))
            .max_by_key(|account| account.name.len())?;
        account.region.clone()
    };
    post.source_region
        .clone()
        .or_else(|| by_name(&post.source_name))
        .or_else(|| post.outlet.as_deref().and_then(by_name))
}

/// Places of the text in order; names that need an anchor only where there is one.
fn named_places(found: &Found, rules: &Rules, bound: Option<&str>) -> Vec<Named> {
    let hits: Vec<(usize, usize, Meaning)> = found
        .hits
        .iter()
        .map(|hit| (hit.start, hit.end, hit.meaning))
        .collect();
    let place_of = |meaning: &Meaning| match meaning {
        Meaning::Place(position) => rules.places.get(*position),
        _ => None,
    };
    let mut certain: Vec<&Place> = (hits.iter().filter_map(|(_, _, meaning)| place_of(meaning)))
        .filter(|place| !place.needs_anchor)
        .collect();
    certain.sort_by_key(|place| (&place.code, place.kind != PlaceKind::District));
    certain.dedup_by_key(|place| &place.code);
    let is_local_source = bound.is_some_and(|code| {
        rules.home.holds(code) || code.get(..2) == rules.home.city_code.get(..2)
    });
    let is_anchored = is_local_source || !certain.is_empty();
    let mut named = Vec::new();
    for (index, (start, end, meaning)) in hits.iter().enumerate() {
        if named.len() == PLACES_KEPT {
            break;
        }
        match meaning {
            Meaning::Place(position) if !is_of_people(found, *end) => {
                let place = &rules.places[*position];
                let is_same = |other: &&&Place| other.code == place.code;
                // Meanings of one string stand next to each other.
                let near = &hits[index.saturating_sub(4)..(index + 5).min(hits.len())];
                let is_ambiguous = near.iter().any(|(other_start, other_end, other)| {
                    (other_start, other_end) == (start, end)
                        && place_of(other).is_some_and(|other| other.code != place.code)
                });
                let is_confirmed = certain.iter().any(|other| is_same(&other));
                let is_accepted = !place.needs_anchor
                    || is_confirmed
                    || (is_anchored && !is_ambiguous && !is_contradicted(place, &certain));
                if is_accepted {
                    named.push(named_place(*start, *end, place, rules));
                }
            }
            Meaning::Elsewhere(position)
                if is_place_use(found, *end) && !is_compared(found, *start, *end) =>
            {
                named.push(Named {
                    start: *start,
                    end: *end,
                    scope: Scope::Elsewhere,
                    region: Region {
                        code: String::new(),
                        name: rules.elsewhere[*position].name.clone(),
                    },
                    answer: None,
                })
            }
            _ => {}
        }
    }
    named.extend(unnamed_district(found, is_anchored));
    if named.is_empty() && found.organisations().next().is_some() {
        named.extend(of_our_people(&hits, rules));
    }
    named.sort_by_key(|place| place.start);
    named
}

/// A street of one district cannot be meant where another district is named and this one is not.
fn is_contradicted(place: &Place, certain: &[&Place]) -> bool {
    let mut districts = (certain.iter()).filter(|other| other.kind == PlaceKind::District);
    place.kind != PlaceKind::District && districts.any(|other| other.code != place.code)
}

fn named_place(start: usize, end: usize, place: &Place, rules: &Rules) -> Named {
    let scope = match place.kind {
        PlaceKind::Province => Scope::Province,
        _ if place.code == rules.home.city_code => Scope::City,
        _ => Scope::District,
    };
    let name = match scope {
        Scope::City => rules.home.city.clone(),
        Scope::Province => rules.home.province.clone(),
        _ => rules.place_name(&place.code),
    };
    Named {
        start,
        end,
        scope,
        region: Region {
            code: place.code.clone(),
            name: if name.is_empty() {
                place.name.clone()
            } else {
                name
            },
        },
        answer: place.answer.clone(),
    }
}

/// `郑州人的一上午`: who writes of our people before an office means ours, where no place is named.
fn of_our_people(hits: &[(usize, usize, Meaning)], rules: &Rules) -> Option<Named> {
    hits.iter().find_map(|(start, end, meaning)| {
        let Meaning::Place(position) = meaning else {
            return None;
        };
        let place = &rules.places[*position];
        (place.code == rules.home.city_code).then(|| named_place(*start, *end, place, rules))
    })
}

/// `郑州人`, but not `郑州人社局`, `郑州人民广播电台`.
fn is_of_people(found: &Found, end: usize) -> bool {
    found.reading.folded(end) == Some('人')
        && !matches!(
            found.reading.folded(end + 1),
            Some('社' | '力' | '才' | '事' | '民' | '大' | '口' | '均')
        )
}

/// `洛阳路` and `洛阳人` name no place of responsibility.
fn is_place_use(found: &Found, end: usize) -> bool {
    match found.reading.folded(end) {
        // 洛阳人社局, but not 洛阳人.
        Some('人') => matches!(
            found.reading.folded(end + 1),
            Some('社' | '力' | '才' | '事')
        ),
        next => !matches!(
            next,
            Some('路' | '街' | '巷' | '籍' | '话' | '菜' | '道' | '站')
        ),
    }
}

/// `看外省都涨了`, `比杭州还高`: another place is held up as an example.
fn is_compared(found: &Found, start: usize, end: usize) -> bool {
    let before = (start.checked_sub(1)).and_then(|position| found.reading.folded(position));
    matches!(before, Some('看' | '比' | '像' | '学'))
        || matches!(found.reading.folded(end), Some('都' | '早'))
}

/// `某区`, `某县`: a district that the text does not name.
fn unnamed_district(found: &Found, is_anchored: bool) -> Option<Named> {
    if !is_anchored {
        return None;
    }
    let text = found.reading.text();
    let (byte, name) = ["某区", "某县", "某市区"]
        .iter()
        .filter_map(|name| text.find(name).map(|byte| (byte, *name)))
        .min()?;
    let start = found.reading.character_at(byte);
    Some(Named {
        start,
        end: start + name.chars().count(),
        scope: Scope::District,
        region: Region {
            code: String::new(),
            name: name.to_owned(),
        },
        answer: None,
    })
}

/// Places that stand directly before an organisation, with the organisation.
fn attached_places<'n>(found: &Found, named: &'n [Named]) -> Vec<(&'n Named, OrgHit)> {
    let mut attached = Vec::new();
    for org in found.organisations().take(PLACES_KEPT) {
        let nearest = named
            .iter()
            .filter(|place| place.start < org.end && place.end <= org.start + 2)
            .filter(|place| org.start.saturating_sub(place.end) <= ATTACHED_CHARS)
            .filter(|place| found.reading.clause(place.start) == found.reading.clause(org.start))
            .max_by_key(|place| place.end);
        if let Some(place) = nearest {
            attached.push((place, org));
        }
    }
    attached
}

struct Responsible {
    region: Option<(Region, String)>,
    jurisdiction: Jurisdiction,
}

/// The order of the questions is the rule: named organisation first, then named places, then the source.
fn responsible(
    post: &Post,
    found: &Found,
    rules: &Rules,
    named: &[Named],
    attached: &[(&Named, OrgHit)],
    bound: Option<&str>,
) -> Responsible {
    let city = Region {
        code: rules.home.city_code.clone(),
        name: rules.home.city.clone(),
    };
    let first = |scope: Scope| named.iter().find(|place| place.scope == scope);
    let attached_to = |scope: Scope| attached.iter().find(|(place, _)| place.scope == scope);
    let org_of = |rank: OrgRank| found.organisations().find(|org| org.rank == rank);
    let words = |org: &OrgHit| found.reading.original(org.start, org.end);
    let of = |region: Region, jurisdiction: Jurisdiction, why: String| Responsible {
        region: Some((region, why)),
        jurisdiction,
    };
    if post.channel == Channel::Transfer {
        return of(city, Jurisdiction::City, "上级转办到本单位".to_owned());
    }
    if let Some((place, org)) = attached_to(Scope::District) {
        let why = format!("命中属地机构“{}{}”", place.region.name, words(org));
        return of(answering(place, rules), jurisdiction_of(place, rules), why);
    }
    if let Some((_, org)) = attached_to(Scope::City) {
        let why = format!("命中本市机构“{}”", words(org));
        return match first(Scope::District) {
            Some(place)
                if org.rank != OrgRank::City && place.answer.is_none() && place.start > org.end =>
            {
                of(answering(place, rules), Jurisdiction::District, why)
            }
            _ => of(city, Jurisdiction::City, why),
        };
    }
    let is_home_named = first(Scope::District).is_some() || first(Scope::City).is_some();
    // Whoever moves an insurance record names the office that it comes from.
    let moves_here = is_home_named && moves_insurance(found);
    // 郑州市人社局 in full outweighs whoever else is named.
    let own_name = rules.home.city.trim_end_matches('市');
    let in_full = (found.organisations())
        .find(|org| org.rank == OrgRank::City && words(org).starts_with(own_name));
    if let Some(org) = in_full {
        let why = format!("命中市级机构“{}”", words(&org));
        return of(city, Jurisdiction::City, why);
    }
    if let Some((place, org)) = attached_to(Scope::Elsewhere).filter(|_| !moves_here) {
        let why = format!("命中外地机构“{}{}”", place.region.name, words(org));
        return of(place.region.clone(), Jurisdiction::Elsewhere, why);
    }
    if let Some(place) = named
        .iter()
        .find(|place| place.region.name.starts_with("外") && !moves_here)
    {
        let why = format!("文中称责任在“{}”", place.region.name);
        return of(place.region.clone(), Jurisdiction::Elsewhere, why);
    }
    if let Some(org) = org_of(OrgRank::City)
        && (is_home_named || bound.is_some() || first(Scope::Elsewhere).is_none())
    {
        let why = format!("命中市级机构“{}”", words(&org));
        return of(city, Jurisdiction::City, why);
    }
    if let Some(place) = first(Scope::District) {
        let why = format!(
            "命中地名“{}”",
            found.reading.original(place.start, place.end)
        );
        return of(answering(place, rules), jurisdiction_of(place, rules), why);
    }
    if let Some(org) = org_of(OrgRank::Province) {
        let province = Region {
            code: format!("{}0000", rules.home.city_code.get(..2).unwrap_or_default()),
            name: rules.home.province.clone(),
        };
        let why = format!("命中省级机构“{}”", words(&org));
        return of(province, Jurisdiction::Province, why);
    }
    if let Some(place) = first(Scope::City) {
        let why = format!(
            "命中地名“{}”",
            found.reading.original(place.start, place.end)
        );
        return of(city, Jurisdiction::City, why);
    }
    if let Some(place) = first(Scope::Elsewhere) {
        let why = format!("命中外地地名“{}”", place.region.name);
        return of(place.region.clone(), Jurisdiction::Elsewhere, why);
    }
    by_source(post, rules, city, bound)
}

fn moves_insurance(found: &Found) -> bool {
    let is_insurance =
        (found.terms()).any(|term| term.topic == Topic::Jf && term.strength == Strength::Strong);
    is_insurance && found.reading.text().contains('转')
}

/// Where the text names no place, a source that is bound to one may.
fn by_source(post: &Post, rules: &Rules, city: Region, bound: Option<&str>) -> Responsible {
    let why = format!("来源“{}”属本地", post.source_name);
    match bound {
        Some(code) if code == rules.home.city_code => Responsible {
            region: Some((city, why)),
            jurisdiction: Jurisdiction::City,
        },
        Some(code) if rules.home.holds(code) => {
            let region = Region {
                code: code.to_owned(),
                name: rules.place_name(code),
            };
            Responsible {
                region: Some((region, why)),
                jurisdiction: Jurisdiction::District,
            }
        }
        // Messages and calls reach us because they were addressed to the city.
        _ if matches!(post.channel, Channel::MessageBoard | Channel::Hotline) => Responsible {
            region: Some((city, "群众留言、来电按本市受理".to_owned())),
            jurisdiction: Jurisdiction::City,
        },
        _ => Responsible {
            region: None,
            jurisdiction: Jurisdiction::Unknown,
        },
    }
}

fn answering(place: &Named, rules: &Rules) -> Region {
    match &place.answer {
        Some(code) => Region {
            code: code.clone(),
            name: rules.place_name(code),
        },
        None => place.region.clone(),
    }
}

fn jurisdiction_of(place: &Named, rules: &Rules) -> Jurisdiction {
    match &place.answer {
        Some(code) if *code == rules.home.city_code => Jurisdiction::City,
        _ => Jurisdiction::District,
    }
}
