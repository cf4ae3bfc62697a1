//! Character sets of real pages and feeds: none may be taken for another, with or without its label.

use super::measured::{data, files};
use crate::extract::charset::decode;

#[test]
fn charsets_of_real_pages_and_feeds() {
    let (mut right, mut all) = (0, 0);
    for (folder, wanted) in [
        ("pages/gold/original", "GB18030"),
        ("pages/news", "GB18030"),
        ("feeds/GB2312", "GB18030"),
        ("feeds/Big5", "Big5"),
    ] {
        let Some(folder) = data(folder) else { return };
        for file in files(&folder) {
            let bytes = std::fs::read(&file).expect("the file is there");
            let found = decode(&bytes, None, None);
            let is_utf8 = std::str::from_utf8(&bytes).is_ok();
            let wanted = if is_utf8 { "UTF-8" } else { wanted };
            all += 1;
            right += usize::from(found.charset == wanted);
            if found.charset != wanted {
                println!("{}: {} instead of {wanted}", file.display(), found.charset);
            }
            // Without what it says of itself, the bytes alone must tell.
            let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
            if !is_utf8 && text.contains("charset") | text.contains("encoding=") {
                let silent = without_claims(&bytes);
                let found = decode(&silent, None, None);
                all += 1;
                right += usize::from(found.charset == wanted);
                if found.charset != wanted {
                    println!(
                        "{} unlabelled: {} instead of {wanted}",
                        file.display(),
                        found.charset
                    );
                }
            }
        }
    }
    println!("charsets: {right}/{all}");
    assert_eq!(right, all);
}

fn without_claims(bytes: &[u8]) -> Vec<u8> {
    let claim = regex::bytes::Regex::new(r"(?i)charset|encoding").expect("the pattern is valid");
    claim.replace_all(bytes, &b"nothing"[..]).into_owned()
}
