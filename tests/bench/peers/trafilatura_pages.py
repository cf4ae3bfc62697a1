"""Reads the pages whose paths stand on standard input with trafilatura; prints CPU seconds and the texts as JSON.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install trafilatura lxml_html_clean
"""

import json
import sys
import time

import trafilatura

pages = [open(path, "rb").read() for path in sys.stdin.read().split("\n") if path]


def text(page):
    found = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False)
    found = found.as_dict() if hasattr(found, "as_dict") else found
    return (found or {}).get("text") or ""


for page in pages[:5]:
    text(page)
start = time.process_time()
texts = [text(page) for page in pages]
seconds = time.process_time() - start
json.dump({"seconds": seconds, "texts": texts}, sys.stdout)
