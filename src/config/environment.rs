//! `YUQING__SECTION__KEY` → a value in the settings.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Sets the key that `name` names to `value`, read as the type that the key has now.
///
/// # Errors
/// A Chinese sentence: no such key, or no such value.
pub fn override_by<'t>(
    settings: &mut DeTable<'t>,
    name: &str,
    value: &'t str,
) -> Result<(), String> {
    let path: Vec<String> = name.split("__").skip(1).map(str::to_lowercase).collect();
    let [section, key] = path.as_slice() else {
        return Err("应写作 YUQING__节__键，例如 YUQING__WEB__LISTEN".to_owned());
    };
    let known = settings
        .get_mut(section.as_str())
        .and_then(|section| match section.as_mut() {
            DeValue::Table(table) => table.get_mut(key.as_str()),
            _ => None,
        })
        .ok_or_else(|| format!("yuqing.toml 里没有 {section}.{key} 这一项"))?;
    let replacement = match known.get_ref() {
        DeValue::String(_) => DeValue::String(value.into()),
        _ => DeValue::parse(value)
            .map(Spanned::into_inner)
            .map_err(|error| format!("“{value}”不是这一项能用的值（{}）", error.message()))?,
    };
    *known = Spanned::new(0..0, replacement);
    Ok(())
}
