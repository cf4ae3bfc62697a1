use super::without_metadata;
use crate::model::AttachmentKind::{Gif, Jpeg, Pdf, Png, Webp};

/// A tag of Exif: which way is up, of a telephone that lies on its side.
const EXIF: &[u8] = b"\xff\xe1\0\x2aExif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPS34.75";
const UPRIGHT: &[u8] =
    b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
const SIZE: &[u8] = b"\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0";
const SCAN: &[u8] = b"\xff\xda\0\x08\x01\x01\0\0?\0x\xff\0x\xff\xd0x";
const END: &[u8] = b"\xff\xd9";

#[test]
fn a_photograph_keeps_its_picture_and_which_way_is_up() {
    let colours: &[u8] = b"\xff\xe2\0\x10ICC_PROFILE\0ab";
    let taken = [
        b"\xff\xd8".as_slice(),
        EXIF,
        b"\xff\xe1\0\x06xmp!",
        b"\xff\xed\0\x0aPhotosho",
        b"\xff\xe2\0\x06MPF\0",
        b"\xff\xfe\0\x07Li Fa",
        colours,
        SIZE,
        SCAN,
        b"\xff\xc4\0\x04ab",
        SCAN,
        END,
        b"\xff\xd8 a second picture with GPS",
    ];
    let stored = [
        b"\xff\xd8".as_slice(),
        UPRIGHT,
        colours,
        SIZE,
        SCAN,
        b"\xff\xc4\0\x04ab",
        SCAN,
        END,
    ]
    .concat();
    let got = without_metadata(Jpeg, &taken.concat()).expect("a picture");
    assert_eq!(got, stored);
    assert_eq!(without_metadata(Jpeg, &got).expect("still one"), stored);
}

#[test]
fn what_a_png_and_a_webp_tell_is_left_out() {
    let chunk = |name: &[u8], content: &[u8]| {
        let length = u32::try_from(content.len()).expect("short");
        [&length.to_be_bytes(), name, content, b"sum!"].concat()
    };
    let begin = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &[1; 13])].concat();
    let end = [chunk(b"IDAT", b"xx"), chunk(b"IEND", b"")].concat();
    let told: Vec<u8> = [b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME", b"caBX"]
        .iter()
        .flat_map(|name| chunk(*name, b"GPS"))
        .collect();
    let clear = chunk(b"tRNS", b"x");
    let taken = [&begin[..], &told, &clear, &end, b"behind"].concat();
    let stored = [&begin[..], &clear, &end].concat();
    assert_eq!(without_metadata(Png, &taken), Some(stored));

    let webp = |flags: u8, rest: &[u8]| {
        let length = u32::try_from(4 + 8 + 10 + rest.len()).expect("short");
        let screen = [flags, 0, 0, 0, 1, 0, 0, 1, 0, 0];
        let parts = [
            b"RIFF".as_slice(),
            &length.to_le_bytes(),
            b"WEBPVP8X\x0a\0\0\0",
            &screen,
            rest,
        ];
        parts.concat()
    };
    let picture = b"VP8L\x03\0\0\0abc\0";
    let told = b"EXIF\x03\0\0\0GPS\0XMP \x02\0\0\0ab";
    let taken = webp(0x1c, &[&picture[..], told].concat());
    assert_eq!(without_metadata(Webp, &taken), Some(webp(0x10, picture)));
}

#[test]
fn what_cannot_be_followed_is_none_and_nothing_panics() {
    let whole = [b"\xff\xd8".as_slice(), EXIF, SIZE, SCAN, END].concat();
    for length in 0..whole.len() {
        assert_eq!(without_metadata(Jpeg, &whole[..length]), None, "{length}");
    }
    for at in 0..whole.len() {
        for byte in [0, 0x7f, 0xff] {
            let mut broken = whole.clone();
            broken[at] = byte;
            for kind in [Jpeg, Png, Webp] {
                let _whatever = without_metadata(kind, &broken);
            }
        }
    }
    for kind in [Gif, Pdf] {
        assert_eq!(
            without_metadata(kind, b"as it is"),
            Some(b"as it is".to_vec())
        );
    }
}
