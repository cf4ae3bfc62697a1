//! The body of an answer → bytes of the page, within a limit: what comes over the line is counted, and so is what
//! comes out of its compression. The only file that decompresses.

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use std::io::{BufReader, Read};

/// What we can read, for `Accept-Encoding`.
pub const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// Encodings one inside the other: more than two are no server's habit.
const MAX_ENCODINGS: usize = 4;

/// Memory of one decoder: 8 MiB, as RFC 9659 allows on the Web.
const ZSTD_WINDOW_LOG: u32 = 23;
const BROTLI_BUFFER: usize = 16 * 1024;

/// 压缩方式.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Bytes, and whether they are all.
#[derive(Debug, Default)]
pub struct Bytes {
    pub bytes: Vec<u8>,
    /// There was more than the limit.
    pub is_cut: bool,
    /// They broke off, or are not what they were said to be.
    pub is_broken: bool,
}

/// Encodings of a body in the order they were applied. Unknown names are passed over: servers write `utf-8` here.
pub fn encodings(headers: &HeaderMap) -> Vec<Encoding> {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Encoding::Gzip),
            "deflate" => Some(Encoding::Deflate),
            "br" => Some(Encoding::Brotli),
            "zstd" => Some(Encoding::Zstd),
            _ => None,
        })
        .collect()
}

/// The first `limit` bytes as they come over the line.
pub async fn beginning(mut response: Response, limit: u64) -> reqwest::Result<Bytes> {
    let mut read = Bytes::default();
    while let Some(chunk) = response.chunk().await? {
        let room = usize::try_from(limit).unwrap_or(usize::MAX) - read.bytes.len();
        read.is_cut = chunk.len() > room;
        read.bytes
            .extend_from_slice(&chunk[..chunk.len().min(room)]);
        if read.is_cut {
            break;
        }
    }
    Ok(read)
}

/// Undoes `encodings`, the last one first; no step gives more than `limit` bytes.
pub fn decode(bytes: Vec<u8>, encodings: &[Encoding], limit: u64) -> Bytes {
    let mut read = Bytes {
        bytes,
        is_cut: false,
        is_broken: encodings.len() > MAX_ENCODINGS,
    };
    for encoding in encodings.iter().rev().take(MAX_ENCODINGS) {
        if read.is_cut || read.bytes.is_empty() {
            break;
        }
        let step = undo(&read.bytes, *encoding, limit);
        read = Bytes {
            is_broken: read.is_broken || step.is_broken,
            ..step
        };
    }
    read
}

fn undo(bytes: &[u8], encoding: Encoding, limit: u64) -> Bytes {
    match encoding {
        Encoding::Gzip => read_to(MultiGzDecoder::new(bytes), limit),
        Encoding::Deflate if has_zlib_header(bytes) => read_to(ZlibDecoder::new(bytes), limit),
        // Some servers send what the name says and the standard does not mean.
        Encoding::Deflate => read_to(DeflateDecoder::new(bytes), limit),
        Encoding::Brotli => read_to(
            brotli_decompressor::Decompressor::new(bytes, BROTLI_BUFFER),
            limit,
        ),
        Encoding::Zstd => match zstd::Decoder::with_buffer(BufReader::new(bytes)) {
            Ok(mut decoder) => match decoder.window_log_max(ZSTD_WINDOW_LOG) {
                Ok(()) => read_to(decoder, limit),
                Err(_) => broken(),
            },
            Err(_) => broken(),
        },
    }
}

fn broken() -> Bytes {
    Bytes {
        is_broken: true,
        ..Bytes::default()
    }
}

fn has_zlib_header(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..]
        if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31))
}

fn read_to(decoder: impl Read, limit: u64) -> Bytes {
    let mut bytes = Vec::new();
    let result = decoder.take(limit + 1).read_to_end(&mut bytes);
    let is_cut = bytes.len() as u64 > limit;
    if is_cut {
        bytes.pop();
    }
    Bytes {
        bytes,
        is_cut,
        is_broken: result.is_err(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, decode};
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("into memory");
        encoder.finish().expect("into memory")
    }

    #[test]
    fn every_encoding_is_undone_also_one_inside_the_other() {
        let text = "郑州社保卡".repeat(50).into_bytes();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&text).expect("into memory");
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(&text).expect("into memory");
        let zstd = zstd::encode_all(text.as_slice(), 1).expect("into memory");
        let nested = zstd::encode_all(gzip(&text).as_slice(), 1).expect("into memory");
        // The same text, as the reference encoder writes it.
        let brotli =
            b"\x1b\xed\x02\x00\x8c\xd4\x48\x4d\x73\xbb\x26\x2f\x3f\x4f\xe7\x36\x36\xfe\x70\x3b\xe4\
            \x2b\x08\x8d\xdf\xab\x68\x30\x84\x32\x0d\xb9\x69\x8e\xb7\x2c";
        let two_members = [gzip(&text[..30]), gzip(&text[30..])].concat();
        for (bytes, encodings) in [
            (text.clone(), vec![]),
            (gzip(&text), vec![Encoding::Gzip]),
            (two_members, vec![Encoding::Gzip]),
            (zlib.finish().expect("into memory"), vec![Encoding::Deflate]),
            (raw.finish().expect("into memory"), vec![Encoding::Deflate]),
            (zstd, vec![Encoding::Zstd]),
            (brotli.to_vec(), vec![Encoding::Brotli]),
            (nested, vec![Encoding::Gzip, Encoding::Zstd]),
        ] {
            let read = decode(bytes, &encodings, 10_000);
            assert!(!read.is_cut && !read.is_broken, "{encodings:?}");
            assert_eq!(read.bytes, text, "{encodings:?}");
        }
    }

    #[test]
    fn what_is_no_compression_is_broken_and_what_is_large_is_cut() {
        for encoding in [
            Encoding::Gzip,
            Encoding::Deflate,
            Encoding::Brotli,
            Encoding::Zstd,
        ] {
            let read = decode(b"this is plain".to_vec(), &[encoding], 1000);
            assert!(read.is_broken, "{encoding:?}");
        }
        let read = decode(gzip(&[0; 5000]), &[Encoding::Gzip], 1000);
        assert!(read.is_cut && read.bytes.len() == 1000);
        // A bomb inside a bomb is cut at its first layer.
        let read = decode(
            gzip(&gzip(&[0; 5000])),
            &[Encoding::Gzip, Encoding::Gzip],
            4999,
        );
        assert!(read.is_cut);
        assert!(decode(gzip(b"x"), &[Encoding::Gzip; 9], 1000).is_broken);
    }
}
