//! 导入对照 — how the exports of another system are to be read: which header is which field, what is fixed, what is left
//! out. Written by operators in `config/imports/*.toml`.

use super::field::Field;
use super::headers::{channel_of, plain};
use crate::model::OutletTier;
use chrono::format::{Item, StrftimeItems};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use toml::Spanned;

/// One file of `config/imports/`, as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingFile {
    name: Spanned<String>,
    #[serde(default)]
    recognize: Vec<String>,
    #[serde(default)]
    id_prefix: String,
    #[serde(default)]
    columns: BTreeMap<String, Spanned<Field>>,
    #[serde(default)]
    join: Vec<Spanned<String>>,
    #[serde(default)]
    drop: Vec<Spanned<String>>,
    #[serde(default)]
    date_formats: Vec<Spanned<String>>,
    #[serde(default)]
    fixed: BTreeMap<Field, Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
}

/// 导入对照, checked. Headers are in the form of [`plain`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Name of its file without extension: `12345`.
    pub code: String,
    /// Name for people: `郑州12345工单`.
    pub name: String,
    /// Headers that, all present, tell that a file is of this kind.
    pub recognize: Vec<String>,
    /// Set before every id, so that two systems' numbers stay apart.
    pub id_prefix: String,
    /// Header → field.
    pub columns: HashMap<String, Field>,
    /// Headers of the columns that together are the text.
    pub join: Vec<String>,
    /// Headers of columns that are not read at all: personal data.
    pub drop: HashSet<String>,
    /// Forms of times that are tried first.
    pub date_formats: Vec<String>,
    /// What every row has where its own columns say nothing.
    pub fixed: BTreeMap<Field, String>,
    /// Header → what stands there → what is meant.
    pub values: HashMap<String, HashMap<String, String>>,
}

/// A mistake in a mapping file.
#[derive(Debug)]
pub struct MappingMistake {
    /// Where in the text.
    pub span: Range<usize>,
    /// Dotted key.
    pub key: &'static str,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl Mapping {
    /// Checks a mapping; `code` is the name of its file without extension.
    ///
    /// # Errors
    /// The first mistake.
    pub fn new(code: &str, file: MappingFile) -> Result<Mapping, MappingMistake> {
        check_text(&file)?;
        check_drop(&file)?;
        check_formats(&file)?;
        check_fixed(&file)?;
        let plain_all = |headers: &[Spanned<String>]| -> Vec<String> {
            headers
                .iter()
                .map(|header| plain(header.get_ref()))
                .collect()
        };
        let fields = file.columns.iter();
        let values = file.values.into_iter().map(|(header, values)| {
            let values = values.into_iter().map(|(from, to)| (plain(&from), to));
            (plain(&header), values.collect())
        });
        Ok(Mapping {
            code: code.to_owned(),
            recognize: file.recognize.iter().map(|header| plain(header)).collect(),
            id_prefix: file.id_prefix.clone(),
            columns: fields
                .map(|(header, field)| (plain(header), *field.get_ref()))
                .collect(),
            join: plain_all(&file.join),
            drop: plain_all(&file.drop).into_iter().collect(),
            date_formats: file
                .date_formats
                .into_iter()
                .map(Spanned::into_inner)
                .collect(),
            fixed: file
                .fixed
                .into_iter()
                .map(|(field, value)| (field, value.into_inner()))
                .collect(),
            values: values.collect(),
            name: file.name.into_inner(),
        })
    }

    /// Does it say what a column of this name is?
    pub fn knows(&self, header: &str) -> bool {
        self.columns.contains_key(header)
            || self.drop.contains(header)
            || self.join.iter().any(|joined| joined == header)
    }
}

/// The mapping among `mappings` whose headers all stand in `headers`; the one that asks for most of them.
pub fn recognized<'m>(mappings: &'m [Mapping], headers: &[String]) -> Option<&'m Mapping> {
    let plain_headers: HashSet<String> = headers.iter().map(|header| plain(header)).collect();
    mappings
        .iter()
        .filter(|mapping| !mapping.recognize.is_empty())
        .filter(|mapping| {
            mapping
                .recognize
                .iter()
                .all(|wanted| plain_headers.contains(wanted))
        })
        .max_by_key(|mapping| mapping.recognize.len())
}

fn check_text(file: &MappingFile) -> Result<(), MappingMistake> {
    let says_words = |field: &Spanned<Field>| {
        matches!(
            field.get_ref(),
            Field::Text | Field::Title | Field::Matter | Field::Scenes | Field::Screenshot
        )
    };
    if !file.join.is_empty() || file.columns.values().any(says_words) {
        return Ok(());
    }
    Err(MappingMistake {
        span: file.name.span(),
        key: "columns",
        message: "没有一栏是标题（title）或正文（text），也没有 join".to_owned(),
    })
}

fn check_drop(file: &MappingFile) -> Result<(), MappingMistake> {
    let is_used = |header: &&Spanned<String>| {
        let name = plain(header.get_ref());
        file.columns.keys().any(|column| plain(column) == name)
            || file
                .join
                .iter()
                .any(|joined| plain(joined.get_ref()) == name)
    };
    match file.drop.iter().find(is_used) {
        None => Ok(()),
        Some(header) => Err(MappingMistake {
            span: header.span(),
            key: "drop",
            message: format!("“{}”既要读取又要舍去，请删去一处", header.get_ref()),
        }),
    }
}

fn check_formats(file: &MappingFile) -> Result<(), MappingMistake> {
    let is_wrong = |format: &&Spanned<String>| {
        let mut items = StrftimeItems::new(format.get_ref());
        !format.get_ref().contains('%') || items.any(|item| matches!(item, Item::Error))
    };
    match file.date_formats.iter().find(is_wrong) {
        None => Ok(()),
        Some(format) => Err(MappingMistake {
            span: format.span(),
            key: "date_formats",
            message: format!(
                "“{}”不是时间格式，应写作 \"%Y/%m/%d %H:%M\" 这样的形式",
                format.get_ref()
            ),
        }),
    }
}

fn check_fixed(file: &MappingFile) -> Result<(), MappingMistake> {
    for (field, value) in &file.fixed {
        let is_known = match field {
            Field::Channel => channel_of(value.get_ref()).is_some(),
            Field::OutletTier => value.get_ref().parse::<OutletTier>().is_ok(),
            _ => true,
        };
        if !is_known {
            return Err(MappingMistake {
                span: value.span(),
                key: "fixed",
                message: format!("{}“{}”不认识", field.label(), value.get_ref()),
            });
        }
    }
    Ok(())
}
