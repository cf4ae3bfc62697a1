//! Tree → what people would type; `parse` reads it back as the same tree.

use super::{CodeField, Query, TextField};
use std::fmt;

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::All => Ok(()),
            Query::Contains(text) => f.write_str(&quoted_where_needed(text)),
            Query::In(field, text) => {
                write!(f, "{}{}", text_name(*field), quoted_where_needed(text))
            }
            Query::Near {
                field,
                strings,
                within,
            } => {
                let field = field.map_or("", text_name);
                write!(f, "{field}\"{} {}\"~{within}", strings[0], strings[1])
            }
            Query::Synonym(word) => write!(f, "syn:{}", quoted_where_needed(word)),
            Query::Is(field, code) => {
                write!(f, "{}{}", code_name(*field), quoted_where_needed(code))
            }
            Query::After(day) => write!(f, "after:{day}"),
            Query::Before(day) => write!(f, "before:{day}"),
            Query::And(parts) => joined(f, parts, " "),
            Query::Or(parts) => joined(f, parts, " OR "),
            Query::Not(part) => write!(f, "-{}", Grouped(part)),
        }
    }
}

/// In parentheses where it has several parts.
struct Grouped<'q>(&'q Query);

impl fmt::Display for Grouped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Query::And(_) | Query::Or(_) => write!(f, "({})", self.0),
            // "--word" would be the word itself.
            Query::Not(_) => write!(f, "({})", self.0),
            other => write!(f, "{other}"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Query], between: &str) -> fmt::Result {
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        match part {
            Query::Not(_) => write!(f, "{part}")?,
            part => write!(f, "{}", Grouped(part))?,
        }
    }
    Ok(())
}

/// A word stands alone; whatever could mean something else is quoted.
fn quoted_where_needed(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '·' | '+' | '%' | '#' | '@' | '/');
    let is_keyword = matches!(text, "AND" | "OR" | "NOT");
    if !text.is_empty() && !is_keyword && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

fn text_name(field: TextField) -> &'static str {
    match field {
        TextField::Title => "title:",
        TextField::Body => "body:",
        TextField::Author => "author:",
        TextField::Source => "source:",
        TextField::Url => "url:",
    }
}

fn code_name(field: CodeField) -> &'static str {
    match field {
        CodeField::Channel => "channel:",
        CodeField::Topic => "topic:",
        CodeField::Level => "level:",
        CodeField::Sentiment => "sentiment:",
        CodeField::Region => "region:",
    }
}
