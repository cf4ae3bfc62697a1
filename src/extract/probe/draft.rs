//! 采集规则草案 — proposed rules, line by line: tried by the very extraction they are for, written as TOML.

use crate::extract::site_rules::{SiteRules, Sites};

/// Tables of the file, in the order they are written.
const TABLES: &[&str] = &["list", "article", "board", "thread"];

/// One line of a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub table: &'static str,
    pub key: &'static str,
    pub value: Value,
}

/// What stands behind the equals sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    One(String),
    Several(Vec<String>),
}

/// Rules that are being tried.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub hosts: Vec<String>,
    pub lines: Vec<Line>,
}

impl Draft {
    /// The draft with one more line.
    pub fn with(&self, table: &'static str, key: &'static str, value: Value) -> Draft {
        let mut draft = self.clone();
        draft.lines.push(Line { table, key, value });
        draft
    }

    /// The rules as the program reads them; `None` where a selector is none.
    pub fn sites(&self) -> Option<Sites> {
        let rules: SiteRules = toml::from_str(&self.text()).ok()?;
        Some(Sites::new(vec![rules]))
    }

    /// `hosts = […]` and the tables.
    pub fn text(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(|host| written(host)).collect();
        format!("hosts = [{}]\n{}", hosts.join(", "), self.tables())
    }

    /// The tables alone.
    pub fn tables(&self) -> String {
        let mut text = String::new();
        for table in TABLES {
            let lines: Vec<&Line> = self
                .lines
                .iter()
                .filter(|line| line.table == *table)
                .collect();
            if !lines.is_empty() {
                text += &format!("\n[{table}]\n");
            }
            for line in lines {
                text += &format!("{} = {}\n", line.key, line.value.text());
            }
        }
        text
    }
}

impl Value {
    fn text(&self) -> String {
        match self {
            Value::One(value) => written(value),
            Value::Several(values) => {
                let values: Vec<String> = values.iter().map(|value| written(value)).collect();
                format!("[{}]", values.join(", "))
            }
        }
    }
}

/// Patterns and selectors are easier to read without doubled backslashes.
fn written(value: &str) -> String {
    if value.contains(['\\', '"']) && !value.contains(['\'', '\n']) {
        return format!("'{value}'");
    }
    serde_json::Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Draft, Value};

    #[test]
    fn a_draft_is_a_rules_file() {
        let draft = Draft {
            hosts: vec!["a.test".to_owned()],
            lines: Vec::new(),
        };
        let draft = draft
            .with("article", "body", Value::One("#x".to_owned()))
            .with("list", "link_url", Value::One(r"/\d+'".to_owned()))
            .with(
                "article",
                "remove",
                Value::Several(vec!["p[a=\"b\"]".to_owned()]),
            );
        let text = "hosts = [\"a.test\"]\n\n[list]\nlink_url = \"/\\\\d+'\"\n\n[article]\nbody = \"#x\"\n\
            remove = ['p[a=\"b\"]']\n";
        assert_eq!(draft.text(), text);
        assert!(draft.sites().is_some());
        assert!(
            draft
                .with("list", "link", Value::One("a..b".to_owned()))
                .sites()
                .is_none()
        );
    }
}
