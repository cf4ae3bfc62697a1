//! The program as people start it: arguments and files in, exit code and text out. Nothing of the caller's
//! environment or folder reaches it.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use yuqing::access::{hash_secret, new_secret};
use yuqing::model::Role;
use yuqing::store::{NewSession, Store};

/// Longest wait for anything; a loaded machine is slow, a hanging program slower.
const PATIENCE: Duration = Duration::from_secs(120);

/// 工作目录 — a folder of its own; the data goes to `data` below it.
pub struct Desk {
    folder: TempDir,
}

/// How a command ended.
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Done {
    /// Standard output as one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

impl Desk {
    pub fn new() -> Desk {
        Desk {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The header line of somebody who is signed in at the daemon of this folder, with every role.
    pub fn way_in(&self) -> String {
        let store = Store::open(&self.path("data"), chrono_tz::Asia::Shanghai);
        let store = store.expect("the daemon has made it");
        let now = chrono::Utc::now().fixed_offset();
        let known = store.credentials("tester").expect("the store works");
        let user = known.map_or_else(
            || {
                store
                    .add_user("tester", "试用人", Role::ALL, now)
                    .expect("a name")
            },
            |known| known.user.id,
        );
        let token = new_secret().expect("randomness");
        let session = NewSession {
            hash: &hash_secret(&token),
            user,
            csrf: "token",
            expires_at: now + chrono::TimeDelta::hours(1),
            address: "127.0.0.1",
            agent: "test",
        };
        store.begin_session(&session, now).expect("the store works");
        format!("Cookie: yuqing={token}\r\n")
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let folder = path.parent().expect("below the desk");
        std::fs::create_dir_all(folder).expect("the desk can be written to");
        std::fs::write(&path, content).expect("the desk can be written to");
        path
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yuqing"));
        command.args(arguments).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("YUQING") {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        finish(&mut self.command(arguments))
    }

    /// Runs a command that must end with `code`.
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Done {
        let done = self.run(arguments);
        assert_eq!(
            done.code,
            Some(code),
            "{arguments:?}: {}{}",
            done.out,
            done.err
        );
        done
    }
}

pub fn finish(command: &mut Command) -> Done {
    let output = command.output().expect("the program was built");
    Done {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A program that runs beside the test and ends with it.
pub struct Running {
    pub child: Child,
}

impl Running {
    pub fn start(command: &mut Command) -> Running {
        Running {
            child: command.spawn().expect("the program was built"),
        }
    }

    /// SIGTERM, as systemd sends it.
    pub fn terminate(&self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill is installed").success());
    }

    /// Its end, if it comes within `limit`.
    pub fn ended_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        poll(limit, || self.child.try_wait().expect("our child"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _already_gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Asks again and again until there is an answer.
pub fn poll<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begin = Instant::now();
    while begin.elapsed() < limit {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

/// Polls with the patience of a loaded machine.
pub fn wait_for<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    poll(PATIENCE, ask).unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// Status and body of a page on loopback; `None` while nobody answers.
pub fn get(port: u16, path: &str) -> Option<(u16, String)> {
    get_with(port, path, "")
}

/// As `get`, with header lines, each ending in a line break.
pub fn get_with(port: u16, path: &str, headers: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    Some((status, body.to_owned()))
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    bound(0).expect("a free port").1
}

/// A port that was free a moment ago together with the one above it.
pub fn free_pair() -> u16 {
    let pair = || {
        let (_held, port) = bound(0)?;
        let _above = bound(port.checked_add(1)?)?;
        Some(port)
    };
    (0..100)
        .find_map(|_| pair())
        .expect("two free ports in a row")
}

fn bound(port: u16) -> Option<(TcpListener, u16)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    let port = listener.local_addr().ok()?.port();
    Some((listener, port))
}

/// A file of the repository.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(path)
}
