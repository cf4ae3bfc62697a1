//! The file of a classifier: one line of JSON, then the known hashes (four bytes each, lowest first, in order), a byte of
//! rarity for each, a byte per class for each.

use super::{Class, Classifier, FeatureSpace, Table};
use serde::{Deserialize, Serialize};

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    task: String,
    space: FeatureSpace,
    classes: Vec<Class>,
    known: usize,
}

impl Classifier {
    /// The bytes of a model file.
    ///
    /// # Panics
    /// Never: numbers and names can be written as JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = Head {
            task: self.task.clone(),
            space: self.space.clone(),
            classes: self.classes.clone(),
            known: self.rarity.len(),
        };
        let mut bytes = serde_json::to_vec(&head).expect("numbers and names can be written");
        bytes.push(b'\n');
        bytes.extend(
            self.table
                .hashes()
                .iter()
                .flat_map(|hash| hash.to_le_bytes()),
        );
        bytes.extend_from_slice(&self.rarity);
        bytes.extend(self.weights.iter().map(|weight| weight.cast_unsigned()));
        bytes
    }

    /// Reads the bytes of a model file.
    ///
    /// # Errors
    /// A sentence for whoever put the file there.
    pub fn from_bytes(bytes: &[u8]) -> Result<Classifier, String> {
        read(bytes).ok_or_else(|| {
            "不是训练得到的模型文件，或文件不完整；请用 yuqing train 重新生成，或放回随程序附带的文件".to_owned()
        })
    }
}

fn read(bytes: &[u8]) -> Option<Classifier> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
    let (known, count) = (head.known, head.classes.len());
    let tables = &bytes[end + 1..];
    let is_whole = Some(tables.len()) == known.checked_mul(5 + count);
    let is_number = |class: &Class| {
        let numbers = [
            class.step,
            class.bias,
            class.slope,
            class.offset,
            class.from,
        ];
        numbers.iter().all(|number| number.is_finite())
    };
    if !head.classes.iter().all(is_number) {
        return None;
    }
    if !is_whole || count == 0 || !(1..=8).contains(&head.space.longest) {
        return None;
    }
    let (hashes, rest) = tables.split_at(known * 4);
    let (rarity, weights) = rest.split_at(known);
    let (numbers, _) = hashes.as_chunks::<4>();
    let hashes: Vec<u32> = numbers
        .iter()
        .map(|four| u32::from_le_bytes(*four))
        .collect();
    if !hashes.is_sorted_by(|one, next| one < next) {
        return None;
    }
    Some(Classifier {
        task: head.task,
        space: head.space,
        classes: head.classes,
        table: Table::new(hashes),
        rarity: rarity.to_vec(),
        weights: weights.iter().map(|byte| byte.cast_signed()).collect(),
    })
}
