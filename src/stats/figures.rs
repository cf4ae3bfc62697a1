//! 指标 — numbers by key: `posts`, `by_topic.QX`. JSON nests them at the dot.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// 指标.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// Adds to a count.
    pub fn add(&mut self, key: impl Into<String>, count: u64) {
        *self.0.entry(key.into()).or_default() += count as f64;
    }

    /// Adds what was counted elsewhere.
    pub fn raise(&mut self, key: impl Into<String>, value: f64) {
        *self.0.entry(key.into()).or_default() += value;
    }

    /// Adds all counts of another part.
    pub fn take(&mut self, other: &Figures) {
        for (key, value) in &other.0 {
            match self.0.get_mut(key) {
                Some(sum) => *sum += value,
                None => {
                    self.0.insert(key.clone(), *value);
                }
            }
        }
    }

    /// Sets what is no count: a share, a median.
    pub fn set(&mut self, key: impl Into<String>, value: f64) {
        self.0.insert(key.into(), value);
    }

    /// A figure; `None` where there was nothing to measure.
    pub fn get(&self, key: &str) -> Option<f64> {
        self.0.get(key).copied()
    }

    /// A count; 0 where nothing was counted.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts are whole and small"
    )]
    pub fn count(&self, key: &str) -> u64 {
        self.get(key).unwrap_or(0.0) as u64
    }

    /// Members of a family, by key: `by_topic` → `by_topic.QX` …
    pub fn family<'f>(&'f self, prefix: &'f str) -> impl Iterator<Item = (&'f str, f64)> {
        self.0.iter().filter_map(move |(key, value)| {
            let (family, _) = key.split_once('.')?;
            (family == prefix).then_some((key.as_str(), *value))
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }

    /// Nothing is on record.
    pub fn is_blank(&self) -> bool {
        self.0.values().all(|value| *value == 0.0)
    }
}

/// As people read it: whole, or with one decimal.
pub fn printed(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut nested = Map::new();
        for (key, value) in &self.0 {
            let value = number(*value);
            match key.split_once('.') {
                None => {
                    nested.insert(key.clone(), value);
                }
                Some((family, member)) => {
                    let members = (nested.entry(family)).or_insert_with(|| Map::new().into());
                    if let Value::Object(members) = members {
                        members.insert(member.to_owned(), value);
                    }
                }
            }
        }
        nested.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Figures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Figures, D::Error> {
        let nested: BTreeMap<String, Value> = BTreeMap::deserialize(deserializer)?;
        let mut figures = Figures::default();
        let wrong = |key: &str| de::Error::custom(format!("figure {key} is no number"));
        for (key, value) in nested {
            if let Value::Object(members) = value {
                for (member, value) in members {
                    let value = value.as_f64().ok_or_else(|| wrong(&member))?;
                    figures.set(format!("{key}.{member}"), value);
                }
            } else {
                let value = value.as_f64().ok_or_else(|| wrong(&key))?;
                figures.set(key, value);
            }
        }
        Ok(figures)
    }
}

/// Counts stay whole numbers in JSON.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be whole and small"
)]
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::Figures;
    use serde_json::json;

    #[test]
    fn families_nest_and_come_back() {
        let mut figures = Figures::default();
        figures.add("posts", 2);
        figures.add("by_topic.QX", 2);
        figures.set("negative_share", 33.3);
        let nested = serde_json::to_value(&figures).expect("JSON");
        assert_eq!(
            nested,
            json!({"posts": 2, "by_topic": {"QX": 2}, "negative_share": 33.3})
        );
        let back: Figures = serde_json::from_value(nested).expect("figures");
        assert_eq!(back, figures);
    }
}
