//! 邮局 — a mail server on loopback that takes what it is told to take, refuses, puts off, hangs or hangs up; and the mails
//! it got, taken apart.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the server does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Take,
    /// Answers `RCPT` with this.
    Refuse(&'static str),
    /// Says nothing to `RCPT`.
    Hang,
    /// Takes the mail and goes away before it says so.
    TakeAndHangUp,
    /// Takes the mail, says so, and then says nothing to `QUIT`.
    TakeAndHang,
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub to: Vec<String>,
    pub user: Option<String>,
    pub is_encrypted: bool,
    pub raw: String,
}

#[derive(Default)]
struct Books {
    moods: Vec<Mood>,
    mails: Vec<Received>,
    /// Recipients asked for, also those of refused mails.
    asked: usize,
}

/// 邮局.
pub struct Mailbox {
    pub address: SocketAddr,
    /// Certificate of whoever vouches for the server, where it speaks TLS.
    pub authority: String,
    books: Arc<Mutex<Books>>,
    server: JoinHandle<()>,
}

/// How the server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    Clear,
    Tls,
    Starttls,
}

impl Mailbox {
    /// Starts with what it does with the first mails; later ones are taken.
    pub async fn start(speech: Speech, moods: &[Mood]) -> Mailbox {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (acceptor, authority) = acceptor();
        let books = Arc::new(Mutex::new(Books {
            moods: moods.iter().rev().copied().collect(),
            ..Books::default()
        }));
        let kept = Arc::clone(&books);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (books, acceptor) = (Arc::clone(&kept), acceptor.clone());
                tokio::spawn(async move {
                    match speech {
                        Speech::Clear => {
                            converse(stream, &books, false, false, false).await;
                        }
                        Speech::Tls => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                converse(stream, &books, true, false, false).await;
                            }
                        }
                        Speech::Starttls => {
                            let stream = converse(stream, &books, false, true, false).await;
                            let Some(stream) = stream else { return };
                            if let Ok(stream) = acceptor.accept(stream).await {
                                converse(stream, &books, true, false, true).await;
                            }
                        }
                    }
                });
            }
        });
        Mailbox {
            address,
            authority,
            books,
            server,
        }
    }

    pub fn mails(&self) -> Vec<Received> {
        self.books().mails.clone()
    }

    pub fn asked(&self) -> usize {
        self.books().asked
    }

    fn books(&self) -> std::sync::MutexGuard<'_, Books> {
        self.books.lock().expect("no test panics holding it")
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn acceptor() -> (TlsAcceptor, String) {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("key and certificate fit");
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

/// One conversation; the stream where it is to go on encrypted.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    books: &Mutex<Books>,
    is_encrypted: bool,
    offers_tls: bool,
    is_continued: bool,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    if !is_continued {
        say(&mut stream, "220 mailbox ESMTP").await?;
    }
    let (mut user, mut to, mut mood) = (None, Vec::new(), Mood::Take);
    loop {
        let line = hear(&mut stream).await?;
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" if offers_tls => "250-mailbox\r\n250-8BITMIME\r\n250 STARTTLS",
            "EHLO" => "250-mailbox\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "STARTTLS" => {
                say(&mut stream, "220 go ahead").await?;
                return Some(stream.into_inner());
            }
            "AUTH" if line.ends_with("AGNsZXJrAHBhc3M=") => {
                user = Some("clerk".to_owned());
                "235 welcome"
            }
            "AUTH" => "535 5.7.8 wrong user or password",
            "MAIL" => {
                mood = {
                    let mut books = books.lock().expect("no test panics holding it");
                    books.moods.pop().unwrap_or(Mood::Take)
                };
                "250 ok"
            }
            "RCPT" => {
                books.lock().expect("no test panics holding it").asked += 1;
                match mood {
                    Mood::Refuse(answer) => answer,
                    Mood::Hang => std::future::pending().await,
                    _ => {
                        to.push(line.clone());
                        "250 ok"
                    }
                }
            }
            "DATA" => {
                say(&mut stream, "354 go ahead").await?;
                let raw = body(&mut stream).await?;
                let mut books = books.lock().expect("no test panics holding it");
                books.mails.push(Received {
                    to: std::mem::take(&mut to),
                    user: user.clone(),
                    is_encrypted,
                    raw,
                });
                if mood == Mood::TakeAndHangUp {
                    return None;
                }
                "250 taken"
            }
            "QUIT" if mood == Mood::TakeAndHang => std::future::pending().await,
            "QUIT" => {
                say(&mut stream, "221 bye").await?;
                return None;
            }
            _ => "502 unknown",
        };
        say(&mut stream, answer).await?;
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> Option<()> {
    stream
        .write_all(format!("{line}\r\n").as_bytes())
        .await
        .ok()?;
    stream.flush().await.ok()
}

async fn hear<S: AsyncBufReadExt + Unpin>(stream: &mut S) -> Option<String> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).await.ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

async fn body<S: AsyncBufReadExt + Unpin>(stream: &mut S) -> Option<String> {
    let mut body = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(body);
        }
        body += line.strip_prefix('.').unwrap_or(&line);
    }
}

impl Received {
    /// A header as it stands there, its lines joined.
    pub fn header(&self, name: &str) -> String {
        header_of(&self.raw, name)
    }

    /// Type, file name and content of every part that is none of parts.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        take_apart(&self.raw, &mut parts);
        parts
    }
}

/// A part of a mail.
#[derive(Debug)]
pub struct Part {
    pub kind: String,
    pub disposition: String,
    pub bytes: Vec<u8>,
}

fn header_of(raw: &str, name: &str) -> String {
    let (head, _) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let found = head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    });
    found.unwrap_or_default()
}

fn take_apart(raw: &str, parts: &mut Vec<Part>) {
    let kind = header_of(raw, "Content-Type");
    let (_, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    if let Some((_, boundary)) = kind.split_once("boundary=\"") {
        let boundary = boundary.split('"').next().unwrap_or_default();
        for part in body.split(&format!("--{boundary}")).skip(1) {
            if let Some(part) = part.strip_prefix("\r\n") {
                take_apart(part, parts);
            }
        }
        return;
    }
    let bytes = match header_of(raw, "Content-Transfer-Encoding").as_str() {
        "base64" => from_base64(body),
        "quoted-printable" => from_quoted(body),
        _ => body.trim_end().as_bytes().to_vec(),
    };
    parts.push(Part {
        kind,
        disposition: header_of(raw, "Content-Disposition"),
        bytes,
    });
}

/// Written anew, so that a mistake of the library would not hide itself.
pub fn from_base64(text: &str) -> Vec<u8> {
    let value = |c: u8| -> Option<u32> {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let place = alphabet.iter().position(|known| *known == c)?;
        u32::try_from(place).ok()
    };
    let values: Vec<u32> = text.bytes().filter_map(value).collect();
    let mut bytes = Vec::new();
    for four in values.chunks(4) {
        let bits = four
            .iter()
            .enumerate()
            .fold(0, |bits, (at, value)| bits | value << (18 - 6 * at));
        let [_, one, two, three] = bits.to_be_bytes();
        bytes.extend(&[one, two, three][..four.len().saturating_sub(1)]);
    }
    bytes
}

fn from_quoted(text: &str) -> Vec<u8> {
    let text = text.trim_end_matches("\r\n").replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let code = (byte == b'=')
            .then(|| std::str::from_utf8(behind.get(..2)?).ok())
            .flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) => {
                bytes.push(code);
                rest = &behind[2..];
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    bytes
}

/// `=?utf-8?b?…?=` and plain words → text.
pub fn decoded(header: &str) -> String {
    let mut text = String::new();
    for word in header.split(' ') {
        let encoded = word
            .strip_prefix("=?utf-8?b?")
            .and_then(|word| word.strip_suffix("?="));
        match encoded {
            Some(encoded) => text += &String::from_utf8_lossy(&from_base64(encoded)),
            None => text += word,
        }
    }
    text
}
