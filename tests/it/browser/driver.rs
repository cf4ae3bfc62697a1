//! A browser over WebDriver: the few commands that journeys need, each waiting for what it names, with a deadline.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for anything; a loaded machine is slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(40);
/// What WebDriver calls an element's id.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys that are no letters.
pub const ENTER: &str = "\u{e007}";
pub const ESCAPE: &str = "\u{e00c}";

/// 浏览器 — one window of Chromium; ends with the value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    client: Client,
}

/// Where a program lies, if at all.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let all = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let mut there = all.filter(|path| path.is_file());
    there.next()
}

impl Browser {
    /// Starts one; none where Chromium or its driver is missing, which is said.
    pub async fn start() -> Option<Browser> {
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
        let (Some(chromium), Some(driver)) = (chromium, program(&["chromedriver"])) else {
            eprintln!("skipped: no chromium");
            return None;
        };
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let output = driver.stdout.take().expect("piped");
        let told = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(output).lines().map_while(Result::ok);
            let port = lines.find_map(|line| {
                let port = line.split("started successfully on port ").nth(1)?;
                port.trim_end_matches('.').parse::<u16>().ok()
            });
            // The pipe stays open: the driver writes into it as long as it lives.
            std::thread::spawn(move || lines.for_each(drop));
            port
        });
        let port = told.await.expect("it was read").expect("it names its port");
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().timeout(2 * PATIENCE).build();
        let mut browser = Browser {
            driver,
            port,
            session: String::new(),
            client: client.expect("a client of loopback"),
        };
        let options = json!({
            "binary": chromium,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--lang=zh-CN",
            ],
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "unhandledPromptBehavior": "ignore",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let begun = browser.send(Method::POST, "", Some(wanted)).await;
        let begun = begun.expect("a session begins");
        let session = begun["sessionId"].as_str().expect("it has an id");
        browser.session = format!("/{session}");
        Some(browser)
    }

    /// One command; a mistake is the driver's words.
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let url = format!(
            "http://127.0.0.1:{}/session{}{path}",
            self.port, self.session
        );
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let text = answer.text().await.map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        match answer["value"]["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", answer["value"]["message"])),
            None => Ok(answer["value"].clone()),
        }
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Opens an address and waits until it is there.
    pub async fn goto(&self, url: &str) {
        let done = self.post("/url", json!({"url": url})).await;
        done.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The address shown.
    pub async fn url(&self) -> String {
        let url = self.send(Method::GET, "/url", None).await.expect("a page");
        url.as_str().unwrap_or_default().to_owned()
    }

    /// Sets the size of what is shown, also below what a window can be.
    pub async fn resize(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": size});
        let done = self.post("/goog/cdp/execute", command).await;
        done.expect("Chromium can be any size");
    }

    /// Day or night, from now on.
    pub async fn darken(&self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        let command = json!({"cmd": "Emulation.setEmulatedMedia", "params": media});
        let done = self.post("/goog/cdp/execute", command).await;
        done.expect("Chromium knows day and night");
    }

    /// The page as it is printed, a PDF on A4.
    pub async fn print(&self) -> Vec<u8> {
        let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69});
        let command = json!({"cmd": "Page.printToPDF", "params": paper});
        let printed = self.post("/goog/cdp/execute", command).await;
        base64_of(
            printed.expect("it prints")["data"]
                .as_str()
                .unwrap_or_default(),
        )
    }

    /// Sets a cookie for the page shown.
    pub async fn set_cookie(&self, name: &str, value: &str) {
        let cookie = json!({"name": name, "value": value, "path": "/", "httpOnly": true});
        let done = self.post("/cookie", json!({"cookie": cookie})).await;
        done.expect("a page of the host is open");
    }

    /// What a function body returns, run in the page.
    pub async fn run(&self, script: &str) -> Value {
        let done = self.post("/execute/sync", json!({"script": script, "args": []}));
        let done = done.await;
        done.unwrap_or_else(|error| panic!("{:.200}: {error}", script))
    }

    /// As [`Browser::run`]; the body calls its last argument with the result.
    pub async fn run_async(&self, script: &str) -> Value {
        let done = self.post("/execute/async", json!({"script": script, "args": []}));
        let done = done.await;
        done.unwrap_or_else(|error| panic!("{:.200}: {error}", script))
    }

    /// The element of a selector, as soon as there is one.
    async fn element(&self, css: &str) -> String {
        let begin = Instant::now();
        loop {
            let wanted = json!({"using": "css selector", "value": css});
            match self.post("/element", wanted).await {
                Ok(found) => return found[ELEMENT].as_str().expect("an id").to_owned(),
                Err(error) if begin.elapsed() > PATIENCE => panic!("{css}: {error}"),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Presses what a selector names, as soon as it can be pressed.
    pub async fn click(&self, css: &str) {
        let begin = Instant::now();
        loop {
            let element = self.element(css).await;
            match self
                .post(&format!("/element/{element}/click"), json!({}))
                .await
            {
                Ok(_) => return,
                Err(error) if begin.elapsed() > PATIENCE => panic!("{css}: {error}"),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Writes into a field in place of what stands there.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.element(css).await;
        let cleared = self
            .post(&format!("/element/{element}/clear"), json!({}))
            .await;
        cleared.unwrap_or_else(|error| panic!("{css}: {error}"));
        let written = self
            .post(&format!("/element/{element}/value"), json!({"text": text}))
            .await;
        written.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Chooses a file of this machine for a field of files.
    pub async fn choose_file(&self, css: &str, path: &Path) {
        let element = self.element(css).await;
        let path = json!({"text": path.to_str().expect("a plain path")});
        let chosen = self.post(&format!("/element/{element}/value"), path).await;
        chosen.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Types, wherever the cursor is.
    pub async fn keys(&self, text: &str) {
        let strokes = text.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|stroke| json!({"type": stroke, "value": key.to_string()}))
        });
        let strokes: Vec<Value> = strokes.collect();
        let typed = json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]});
        self.post("/actions", typed)
            .await
            .expect("keys are pressed");
    }

    /// The words of the first element.
    pub async fn text(&self, css: &str) -> String {
        let element = self.element(css).await;
        let text = self
            .send(Method::GET, &format!("/element/{element}/text"), None)
            .await;
        let text = text.unwrap_or_else(|error| panic!("{css}: {error}"));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// How many elements there are now.
    pub async fn count(&self, css: &str) -> usize {
        let wanted = json!({"using": "css selector", "value": css});
        let found = self.post("/elements", wanted).await.expect("a selector");
        found.as_array().map_or(0, Vec::len)
    }

    /// Waits until an expression of the page is true.
    pub async fn wait(&self, expression: &str) {
        let begin = Instant::now();
        let script = format!("return Boolean({expression})");
        // While a page gives way to the next, nothing can be asked.
        while self
            .post("/execute/sync", json!({"script": script, "args": []}))
            .await
            != Ok(json!(true))
        {
            assert!(
                begin.elapsed() < PATIENCE,
                "{expression} at {}",
                self.url().await
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The words of a dialog that a page opened.
    pub async fn dialog(&self) -> Option<String> {
        let said = self.send(Method::GET, "/alert/text", None).await.ok()?;
        Some(said.as_str().unwrap_or_default().to_owned())
    }

    /// Says yes to the question that a page asks; gives its words.
    pub async fn accept(&self) -> String {
        let begin = Instant::now();
        let said = loop {
            if let Some(said) = self.dialog().await {
                break said;
            }
            assert!(begin.elapsed() < PATIENCE, "no question was asked");
            tokio::time::sleep(PAUSE).await;
        };
        let accepted = self.post("/alert/accept", json!({})).await;
        accepted.expect("the question is there");
        said
    }

    /// What the page gets at an address of its own.
    pub async fn fetch(&self, path: &str) -> Vec<u8> {
        self.bytes(&format!("fetch('{path}')")).await
    }

    /// What the page gets for a form of these pairs, an expression of the page.
    pub async fn send_form(&self, path: &str, pairs: &str) -> Vec<u8> {
        let body = format!("new URLSearchParams({pairs})");
        self.bytes(&format!(
            "fetch('{path}', {{method: 'POST', body: {body}}})"
        ))
        .await
    }

    async fn bytes(&self, asked: &str) -> Vec<u8> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             {asked}.then(answer => answer.blob()).then(blob => {{
                 const reader = new FileReader();
                 reader.onload = () => done(reader.result.split(',')[1] || '');
                 reader.readAsDataURL(blob);
             }}, error => done('error ' + error));"
        );
        let read = self.run_async(&script).await;
        base64_of(read.as_str().unwrap_or_default())
    }

    /// The whole page as PNG, as soon as it is laid out.
    pub async fn picture(&self) -> Vec<u8> {
        let begin = Instant::now();
        loop {
            let command =
                json!({"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": true}});
            match self.post("/goog/cdp/execute", command).await {
                Ok(shown) => return base64_of(shown["data"].as_str().unwrap_or_default()),
                Err(error) if begin.elapsed() > PATIENCE => panic!("a picture: {error}"),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// What the page complained of since it was last asked: errors and warnings of the console.
    pub async fn complaints(&self) -> Vec<String> {
        let lines = self.log("browser").await;
        let serious = lines
            .into_iter()
            .filter(|line| line["level"] != "INFO" && line["level"] != "DEBUG");
        serious.map(|line| line["message"].to_string()).collect()
    }

    /// Addresses that were asked for since it was last asked.
    pub async fn requests(&self) -> Vec<String> {
        let lines = self.log("performance").await;
        let urls = lines.into_iter().filter_map(|line| {
            let event: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
            let event = &event["message"];
            let is_request = event["method"] == "Network.requestWillBeSent";
            let url = event["params"]["request"]["url"].as_str()?;
            is_request.then(|| url.to_owned())
        });
        urls.collect()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let lines = self.post("/se/log", json!({"type": kind})).await;
        let lines = lines.expect("the session keeps it");
        lines.as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Browser {
    /// The driver takes its browser along only if it is told to.
    fn drop(&mut self) {
        if let Ok(mut wire) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
            let _best_effort = wire.set_read_timeout(Some(Duration::from_secs(5)));
            let request = format!(
                "DELETE /session{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                self.session
            );
            let _best_effort = wire.write_all(request.as_bytes());
            let _best_effort = wire.read(&mut [0; 64]);
        }
        let _best_effort = self.driver.kill();
        let _best_effort = self.driver.wait();
    }
}

fn base64_of(text: &str) -> Vec<u8> {
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD;
    engine.decode(text).expect("the driver writes base64")
}
