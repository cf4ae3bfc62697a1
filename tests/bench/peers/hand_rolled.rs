//! The peer nobody runs a bureau with: pages → title and paragraphs by two selectors of this one site → jieba words →
//! Tantivy. No database, no judgement, no copies, no evidence, nothing that survives a crash.

use futures_util::{StreamExt, stream};
use jieba_rs::Jieba;
use scraper::{Html, Selector};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexWriter, TantivyDocument};

/// Requests in flight.
const IN_FLIGHT: usize = 32;

/// Pages per second of wall time, from the first request to the commit.
pub fn pages_per_second(port: u16, hosts: usize) -> f64 {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let jieba = Arc::new(Jieba::new());
    let started = Instant::now();
    let count = runtime.block_on(crawl(port, hosts, folder.path(), jieba));
    count as f64 / started.elapsed().as_secs_f64()
}

async fn crawl(port: u16, hosts: usize, folder: &Path, jieba: Arc<Jieba>) -> usize {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let words = TextOptions::default().set_indexing_options(words);
    let title = schema.add_text_field("title", words.clone());
    let text = schema.add_text_field("text", words);
    let index = Index::create_in_dir(folder, schema.build()).expect("an empty folder");
    let mut writer: IndexWriter = index.writer(64_000_000).expect("a writer");
    let client = client(port, hosts);
    let mut addresses = Vec::new();
    for host in 0..hosts {
        let base = format!("http://h{host}.localhost:{port}");
        let list = body(&client, format!("{base}/list.html")).await;
        let links = Selector::parse("a").expect("a selector");
        let list = Html::parse_document(&list);
        let paths = list.select(&links).filter_map(|link| link.attr("href"));
        addresses.extend(paths.map(|path| format!("{base}{path}")));
    }
    let mut read = stream::iter(addresses)
        .map(|address| {
            let (client, jieba) = (client.clone(), Arc::clone(&jieba));
            tokio::spawn(async move {
                let page = body(&client, address).await;
                read(&page, &jieba)
            })
        })
        .buffer_unordered(IN_FLIGHT);
    let mut count = 0;
    while let Some(page) = read.next().await {
        let (its_title, its_text) = page.expect("no page breaks the peer");
        let mut document = TantivyDocument::default();
        document.add_text(title, its_title);
        document.add_text(text, its_text);
        writer.add_document(document).expect("the writer takes it");
        count += 1;
    }
    writer.commit().expect("the folder can be written to");
    count
}

fn client(port: u16, hosts: usize) -> reqwest::Client {
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let address = ([127, 0, 0, 1], port).into();
    let builder = reqwest::Client::builder().timeout(Duration::from_secs(30));
    (0..hosts)
        .fold(builder, |builder, host| {
            builder.resolve(&format!("h{host}.localhost"), address)
        })
        .build()
        .expect("a client")
}

async fn body(client: &reqwest::Client, address: String) -> String {
    let answer = client.get(address).send().await.expect("the site answers");
    answer.text().await.expect("the page arrives")
}

/// Title and text as words between blanks.
fn read(page: &str, jieba: &Jieba) -> (String, String) {
    let document = Html::parse_document(page);
    let of = |css: &str| -> String {
        let selector = Selector::parse(css).expect("a selector");
        let words = document
            .select(&selector)
            .flat_map(|element| element.text());
        words.collect()
    };
    let cut = |text: &str| -> String {
        let words = jieba.cut_for_search(text, true);
        words
            .iter()
            .map(|word| word.word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    (cut(&of("h1.title")), cut(&of("div.content p")))
}
