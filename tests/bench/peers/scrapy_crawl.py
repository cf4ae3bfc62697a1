"""Crawls the benchmark's site with Scrapy, reads pages with trafilatura, cuts words with jieba and indexes them in FTS5.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install scrapy trafilatura lxml_html_clean jieba
    /tmp/peers/bin/python scrapy_crawl.py PORT FROM_HOST TO_HOST

Prints JSON: `pages` indexed and `seconds` of wall time from the first request to the last commit; loading the dictionary
is not counted. One process, as Scrapy is used; no delays.
"""

import json
import sqlite3
import sys
import tempfile
import time

import jieba
import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess

PORT, HOSTS = int(sys.argv[1]), range(int(sys.argv[2]), int(sys.argv[3]))
COMMIT_EVERY = 100

folder = tempfile.TemporaryDirectory()
database = sqlite3.connect(folder.name + "/peer.db")
database.executescript(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, url TEXT UNIQUE, title TEXT, text TEXT);"
    "CREATE VIRTUAL TABLE words USING fts5(title, text, content='');"
)
jieba.initialize()
page_count = 0


def cut(text):
    return " ".join(jieba.cut_for_search(text))


class Site(scrapy.Spider):
    name = "site"
    custom_settings = {
        "ROBOTSTXT_OBEY": False,
        "LOG_LEVEL": "ERROR",
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
        # The hosts are names of one address.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    }

    def request(self, host, path, callback):
        return scrapy.Request(
            f"http://127.0.0.1:{PORT}{path}",
            headers={"Host": f"h{host}.localhost:{PORT}"},
            callback=callback,
            cb_kwargs={"host": host},
            meta={"handle_httpstatus_all": False},
        )

    async def start(self):
        for host in HOSTS:
            yield self.request(host, "/list.html", self.parse_list)

    def parse_list(self, response, host):
        for path in response.css("a::attr(href)").getall():
            yield self.request(host, path, self.parse_article)

    def parse_article(self, response, host):
        global page_count
        found = trafilatura.bare_extraction(response.text, with_metadata=True)
        url = f"http://h{host}.localhost{response.url.split(str(PORT), 1)[1]}"
        title, text = found.title or "", found.text or ""
        cursor = database.execute(
            "INSERT OR IGNORE INTO posts (url, title, text) VALUES (?, ?, ?)", (url, title, text)
        )
        database.execute(
            "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)",
            (cursor.lastrowid, cut(title), cut(text)),
        )
        page_count += 1
        if page_count % COMMIT_EVERY == 0:
            database.commit()


process = CrawlerProcess()
process.crawl(Site)
start = time.monotonic()
process.start()
database.commit()
seconds = time.monotonic() - start
stored = database.execute("SELECT count(*) FROM posts").fetchone()[0]
json.dump({"pages": stored, "seconds": seconds}, sys.stdout)
