//! 同义词、同音词 — other words for a word: those that mean the same (a table people keep), those that sound the same.

use pinyin::ToPinyin;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Groups of words that mean the same, and the words that a search may have meant.
#[derive(Debug, Default)]
pub struct Synonyms {
    groups: Vec<Vec<String>>,
    /// Word → numbers of its groups.
    places: HashMap<String, Vec<usize>>,
    /// Words of the lexicon.
    words: Vec<String>,
    /// Sound → words of the lexicon; made when first asked for.
    sounds: OnceLock<HashMap<String, Vec<String>>>,
}

impl Synonyms {
    /// Adds the words that may be meant by others of the same sound.
    pub fn with_words(mut self, words: impl IntoIterator<Item = String>) -> Self {
        self.words.extend(words);
        self.words.sort_unstable();
        self.words.dedup();
        self
    }

    /// Adds a group.
    ///
    /// # Errors
    /// Fewer than two words.
    pub fn add_group(&mut self, words: &str) -> Result<(), String> {
        let words = words.split(['、', '，', ',', ' ']).map(str::trim);
        let group: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        if group.len() < 2 {
            return Err("一组至少两个词，以“、”分开".to_owned());
        }
        for word in &group {
            self.places
                .entry(word.clone())
                .or_default()
                .push(self.groups.len());
        }
        self.groups.push(group);
        Ok(())
    }

    /// Words that mean the same, in the order of the table, without the word itself.
    pub fn of(&self, word: &str) -> Vec<String> {
        let mut others: Vec<String> = Vec::new();
        for group in self.places.get(word).into_iter().flatten() {
            for other in &self.groups[*group] {
                if other != word && !others.contains(other) {
                    others.push(other.clone());
                }
            }
        }
        others
    }

    /// Words of the lexicon that sound the same, without the word itself; tones do not matter.
    pub fn sounding_like(&self, word: &str) -> Vec<String> {
        let Some(sound) = sound(word) else {
            return Vec::new();
        };
        let sounds = self.sounds.get_or_init(|| {
            let mut sounds: HashMap<String, Vec<String>> = HashMap::new();
            for word in &self.words {
                if let Some(sound) = self::sound(word) {
                    sounds.entry(sound).or_default().push(word.clone());
                }
            }
            sounds
        });
        let same = sounds.get(&sound).into_iter().flatten();
        same.filter(|other| *other != word).cloned().collect()
    }
}

/// `shebao`; `None` for what has a character without a reading, or one character only: too many sound alike.
fn sound(word: &str) -> Option<String> {
    if word.chars().count() < 2 {
        return None;
    }
    word.to_pinyin()
        .map(|reading| reading.map(|reading| reading.plain()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Synonyms;

    #[test]
    fn words_mean_or_sound_the_same() {
        let mut synonyms = Synonyms::default().with_words(["社保", "养老金"].map(str::to_owned));
        synonyms
            .add_group("养老金、退休金、养老钱")
            .expect("three words");
        synonyms.add_group("养老金、养老待遇").expect("two words");
        assert_eq!(synonyms.of("养老金"), ["退休金", "养老钱", "养老待遇"]);
        assert_eq!(synonyms.of("退休金"), ["养老金", "养老钱"]);
        assert_eq!(synonyms.sounding_like("射保"), ["社保"]);
        assert!(synonyms.sounding_like("社保").is_empty());
        assert!(synonyms.sounding_like("abc").is_empty());
        assert!(synonyms.add_group("养老金").is_err());
    }
}
