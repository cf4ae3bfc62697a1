//! What docx-rs cannot say, put into the finished XML. Words of posts are escaped by then, so no element found here can
//! be theirs.

use crate::document::escape::escape;

/// Heading rows that repeat, columns as the standard writes them, pictures with a number and what they show.
pub fn finish(document: &[u8], alternatives: &[String]) -> Vec<u8> {
    let text = String::from_utf8_lossy(document);
    let text = text.replace(
        "</w:tblGrid><w:tr><w:trPr>",
        "</w:tblGrid><w:tr><w:trPr><w:tblHeader />",
    );
    let text = plain_columns(&text);
    name_pictures(&text, alternatives).into_bytes()
}

/// A column of a grid has a width and no type.
fn plain_columns(text: &str) -> String {
    let mut pieces = text.split("<w:gridCol ");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain += "<w:gridCol ";
        plain += &piece.replacen(" w:type=\"dxa\"", "", 1);
    }
    plain
}

/// The crate calls every picture number 1 and says nothing of it.
fn name_pictures(text: &str, alternatives: &[String]) -> String {
    const UNNAMED: &str = "<wp:docPr id=\"1\" name=\"Figure\" />";
    let mut named = text.to_owned();
    for (position, alternative) in alternatives.iter().enumerate() {
        let number = position + 1;
        let name = format!(
            "<wp:docPr id=\"{number}\" name=\"图{number}\" descr=\"{}\" />",
            escape(alternative)
        );
        named = named.replacen(UNNAMED, &name, 1);
    }
    named
}
