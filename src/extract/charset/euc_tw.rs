//! EUC-TW → text: the first four planes of CNS 11643, as far as they lie in the Basic Multilingual Plane. No decoder of
//! the Web's encodings knows it; archives of Taiwanese sites have it.

/// Rows and cells of a plane.
const SIDE: usize = 94;

/// Planes 1 to 4, row by row, two bytes a cell, little-endian; zero where there is no character. Made with
/// `iconv -f EUC-TW` from all four-byte codes of those planes.
static PLANES: &[u8] = include_bytes!("euc_tw.bin");

/// Begins a character of four bytes that names its plane.
const SINGLE_SHIFT: u8 = 0x8e;

/// Decoded text, and whether anything had to be replaced by `�`.
pub fn decode(bytes: &[u8]) -> (String, bool) {
    let (mut text, mut had_errors) = (String::with_capacity(bytes.len()), false);
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let (character, length) = match (*first, rest) {
            (0..0x80, _) => (Some(char::from(*first)), 1),
            (SINGLE_SHIFT, [_, plane, row, cell, ..]) => {
                (character(plane.wrapping_sub(0xa0), *row, *cell), 4)
            }
            (_, [row, cell, ..]) => (character(1, *row, *cell), 2),
            _ => (None, 1),
        };
        had_errors |= character.is_none();
        text.push(character.unwrap_or('\u{fffd}'));
        // After an error the next byte may begin a character.
        rest = &rest[if character.is_some() { length } else { 1 }..];
    }
    (text, had_errors)
}

fn character(plane: u8, row: u8, cell: u8) -> Option<char> {
    let place = |byte: u8| usize::from(byte).checked_sub(0xa1).filter(|n| *n < SIDE);
    let plane = usize::from(plane).checked_sub(1)?;
    let position = 2 * ((plane * SIDE + place(row)?) * SIDE + place(cell)?);
    let code = PLANES.get(position..position + 2)?;
    let code = u16::from_le_bytes([code[0], code[1]]);
    char::from_u32(u32::from(code)).filter(|character| *character != '\0')
}

/// Text → bytes, for tests: characters that are missing become `?`.
#[cfg(test)]
pub fn encode(text: &str) -> Vec<u8> {
    use std::collections::HashMap;
    static POSITIONS: std::sync::LazyLock<HashMap<u16, usize>> = std::sync::LazyLock::new(|| {
        let codes = PLANES
            .chunks_exact(2)
            .map(|code| u16::from_le_bytes([code[0], code[1]]));
        let mut positions = HashMap::new();
        for (position, code) in codes.enumerate() {
            // Some characters stand in two planes; the first counts.
            positions.entry(code).or_insert(position);
        }
        positions
    });
    let at = |number: usize| u8::try_from(number % SIDE).expect("less than 94") + 0xa1;
    let mut bytes = Vec::new();
    for character in text.chars() {
        let code = u16::try_from(u32::from(character)).ok();
        match code.and_then(|code| POSITIONS.get(&code)) {
            _ if character.is_ascii() => bytes.extend(character.to_string().as_bytes()),
            None => bytes.push(b'?'),
            Some(position) if *position < SIDE * SIDE => {
                bytes.extend([at(position / SIDE), at(*position)]);
            }
            Some(position) => {
                let plane = u8::try_from(position / (SIDE * SIDE)).expect("four planes") + 0xa1;
                bytes.extend([SINGLE_SHIFT, plane, at(position / SIDE), at(*position)]);
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn both_lengths_of_code_are_read() {
        // 一 and 勞 in two bytes, 一 in four, 乜 in plane 2, 丂 in plane 4.
        let bytes = b"a\xc4\xa1\xde\xb8\x8e\xa1\xc4\xa1\x8e\xa2\xa1\xa2\x8e\xa4\xa1\xa6";
        assert_eq!(decode(bytes), ("a一勞一乜丂".to_owned(), false));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "勞工保險局發布通知，請攜帶證件。";
        assert_eq!(decode(&encode(text)), (text.to_owned(), false));
    }

    #[test]
    fn broken_bytes_are_replaced() {
        for bytes in [&b"\xc4"[..], b"\xff\xff", b"\x8e\xb0\xa1\xa1", b"\x8e\xa1"] {
            assert!(decode(bytes).1, "{bytes:?}");
        }
    }
}
