use super::check_content;
use crate::model::AttachmentKind;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x02IDATxx\0\0\0\0\0\0\0\0IEND\xaeB`\x82";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0?\0xx\xff\xd9";
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
const WEBP: &[u8] =
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n";

#[test]
fn pictures_and_pdf_are_known_by_their_content() {
    for (name, bytes, kind) in [
        ("截图.png", PNG, AttachmentKind::Png),
        ("a.JPG", JPEG, AttachmentKind::Jpeg),
        ("a.gif", GIF, AttachmentKind::Gif),
        ("a.webp", WEBP, AttachmentKind::Webp),
        ("剪报.pdf", PDF, AttachmentKind::Pdf),
    ] {
        assert_eq!(check_content(name, bytes), Ok(kind), "{name}");
    }
}

#[test]
fn what_is_something_else_is_refused_with_a_sentence() {
    for (name, bytes, said) in [
        ("a.jpg", PNG, "内容是PNG图片，与扩展名不符"),
        ("a.pdf", JPEG, "与扩展名不符"),
        ("a", PNG, "与扩展名不符"),
        ("a.svg", b"<svg onload=alert(1)>".as_slice(), "SVG"),
        ("a.html", b"<html>", "不是图片或PDF"),
        (
            "a.png",
            b"<html><script>alert(1)</script>",
            "内容不是PNG图片",
        ),
        (
            "a.png",
            b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
            "不完整",
        ),
        ("a.exe", b"MZ\x90\0", "不是图片或PDF"),
        ("a.png", b"", "空文件"),
        ("a.pdf", b"%PDF-1.4 only a beginning", "不完整"),
    ] {
        let refused = check_content(name, bytes).expect_err(name);
        assert!(refused.contains(said), "{name}: {refused}");
    }
}

#[test]
fn a_broken_header_never_panics_and_is_never_whole() {
    for (name, bytes) in [
        ("a.png", PNG),
        ("a.jpg", JPEG),
        ("a.gif", GIF),
        ("a.webp", WEBP),
        ("a.pdf", PDF),
    ] {
        for length in 0..bytes.len().saturating_sub(8) {
            assert!(
                check_content(name, &bytes[..length]).is_err(),
                "{name} cut at {length}"
            );
        }
        for at in 0..bytes.len() {
            let mut broken = bytes.to_vec();
            broken[at] = 0xff;
            let _whatever = check_content(name, &broken);
        }
    }
}
