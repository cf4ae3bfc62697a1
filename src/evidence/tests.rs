use super::Archive;
use crate::model::{Answer, Capture};
use std::io::Write;
use tempfile::TempDir;

fn capture(path: &str, body: &str) -> Capture {
    Capture {
        url: format!("http://news.example.cn{path}"),
        fetched_at: "2017-04-14T13:58:00+08:00".parse().expect("test time"),
        answer: Answer {
            http_version: "HTTP/1.1".to_owned(),
            status: 200,
            reason: "OK".to_owned(),
            headers: vec![
                (
                    "Content-Type".to_owned(),
                    "text/html; charset=gbk".to_owned(),
                ),
                ("Content-Encoding".to_owned(), "gzip".to_owned()),
            ],
            remote_ip: None,
        },
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn what_was_written_is_read_again() {
    let folder = TempDir::new().expect("a temporary folder");
    let archive = Archive::new(folder.path().join("evidence"));
    let capture = capture("/1.html", "<p>社保卡\r\n\r\n换发</p>");
    let file = Archive::file_of(capture.fetched_at);
    let mut writer = archive.write(&file, || Ok(0)).expect("the disk has room");
    let first = writer.append(&capture).expect("the disk has room");
    let second = writer
        .append(&self::capture("/2.html", "二"))
        .expect("the disk has room");
    drop(writer);
    assert_eq!(file, "2017-04.warc.gz");
    let answer = archive.read(&first).expect("stands there");
    assert_eq!(answer.body, capture.body);
    assert!(
        answer
            .head
            .starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\n")
    );
    assert!(
        answer
            .head
            .contains("X-Archive-Orig-Content-Encoding: gzip")
    );
    assert_eq!(
        archive.read(&second).expect("stands there").body,
        "二".as_bytes()
    );
}

#[test]
fn what_a_killed_process_left_is_cut_off() {
    let folder = TempDir::new().expect("a temporary folder");
    let archive = Archive::new(folder.path().to_owned());
    let mut writer = archive
        .write("x.warc.gz", || Ok(0))
        .expect("the disk has room");
    let first = writer
        .append(&capture("/1.html", "一"))
        .expect("the disk has room");
    drop(writer);
    let path = folder.path().join("x.warc.gz");
    let mut torn = std::fs::File::options()
        .append(true)
        .open(&path)
        .expect("exists");
    torn.write_all(b"half a record").expect("the disk has room");
    let end = first.start + first.length;
    let mut writer = archive
        .write("x.warc.gz", || Ok(end))
        .expect("the disk has room");
    let second = writer
        .append(&capture("/2.html", "二"))
        .expect("the disk has room");
    drop(writer);
    assert_eq!(second.start, end);
    assert_eq!(
        archive.read(&second).expect("stands there").body,
        "二".as_bytes()
    );
}

#[test]
fn a_changed_file_is_noticed() {
    let folder = TempDir::new().expect("a temporary folder");
    let archive = Archive::new(folder.path().to_owned());
    let mut writer = archive
        .write("x.warc.gz", || Ok(0))
        .expect("the disk has room");
    let mut place = writer
        .append(&capture("/1.html", "一"))
        .expect("the disk has room");
    drop(writer);
    place.digest = "sha256:00".to_owned();
    assert!(archive.read(&place).is_err());
    assert!(archive.write("x.warc.gz", || Ok(1 << 30)).is_err());
}
