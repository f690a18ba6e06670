"""
Pages per second of a crawl, archive and state included, beside Scrapy's in the same run, as JSON lines on stdout.

    python bench/crawl.py [--hosts N] [--pages N] [--peers PYTHON]

A server in a process of its own answers for so many hosts (addresses of loopback) with list pages and articles; delays are off.
PYTHON is an interpreter in whose environment Scrapy is installed (this one by default; it is left out where it is not).
Scrapy only fetches: it keeps no archive and no state, obeys robots.txt, and asks one page a host at a time as we do.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.commands.fetch import fetch_into, open_state
from pipeline.config import Config, Fetch, Output, Sites

FILLER = "<p>" + "公开政府信息，方便群众查询。" * 120 + "</p>"
ROWS = 20

SPIDER = """
import sys, time, scrapy
from scrapy.crawler import CrawlerProcess
class Spider(scrapy.Spider):
    name = "peer"
    start_urls = sys.argv[1].split(",")
    def parse(self, response):
        for link in response.css("a::attr(href)").getall():
            yield response.follow(link, self.parse)
process = CrawlerProcess({"LOG_ENABLED": False, "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
                          "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7", "TELNETCONSOLE_ENABLED": False})
crawler = process.create_crawler(Spider)
process.crawl(crawler)
start = time.perf_counter()
process.start()
print(crawler.stats.get_value("response_received_count"), time.perf_counter() - start)
"""


class Handler(BaseHTTPRequestHandler):
    """A list of so many pages a host, and the articles that it names."""

    protocol_version = "HTTP/1.1"
    pages = 100

    def do_GET(self) -> None:
        """Answer one page."""
        body = self.page().encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self) -> str:
        """The page of a path."""
        path = self.path.strip("/")
        if path.startswith("xxgknb/index"):
            number = int(path.removeprefix("xxgknb/index").removesuffix(".html").strip("_") or 1)
            last = -(-self.pages // ROWS)
            first = (number - 1) * ROWS
            rows = "".join(
                f'<li><a href="/xxgknb/202201/t20220110_{at}.html">{2000 + at % 25}年第{at}号政府信息公开工作年度报告</a><span>2022-01-10</span></li>'
                for at in range(first, min(first + ROWS, self.pages))
            )
            pager = "".join(f'<a href="/xxgknb/index_{at}.html">{at}</a>' for at in range(2, last + 1))
            return f"<html><head><title>政府信息公开年报</title></head><body><ul class=list>{rows}</ul><div class=page>共{last}页 {pager}</div></body></html>"
        if path.startswith("xxgknb/2022"):
            return f"<html><head><title>政府信息公开工作年度报告</title></head><body><div class=TRS_Editor><h1>政府信息公开工作年度报告</h1>{FILLER}{path}</div></body></html>"
        return ""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def answer(pages: int, port: object) -> None:
    """Serve until the process ends."""
    Handler.pages = pages
    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    server.daemon_threads = True
    port.value = server.server_address[1]  # type: ignore[attr-defined]
    server.serve_forever()


def main() -> None:
    """Measure ours, then the peer's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pages", type=int, default=100, help="articles a host")
    parser.add_argument("--peers", default=sys.executable)
    asked = parser.parse_args()
    port = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=answer, args=(asked.pages, port), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.05)
    lists = [f"http://127.0.{at // 250}.{at % 250 + 1}:{port.value}/xxgknb/index.html" for at in range(asked.hosts)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sites.csv"
        file.write_text("county_code,list_url\n" + "".join(f"990001,{url}\n" for url in lists), "utf-8")
        config = Config(
            sites=Sites((file,)),
            fetch=Fetch(delay=0, jitter=0, allowed_networks=("127.0.0.0/8",)),
            output=Output(Path(folder) / "out"),
        )
        start = time.perf_counter()
        count = fetch_into(config)
        seconds = time.perf_counter() - start
        with open_state(config.output.folder) as frontier:
            found = sum(address.status == "ok" for address in frontier.addresses("article"))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            json.dumps(
                {
                    "subject": "gongkai",
                    "asked": count,
                    "articles": found,
                    "seconds": round(seconds, 1),
                    "pages_a_second": round(count / seconds, 1),
                    "peak_megabytes": memory,
                }
            ),
            flush=True,
        )
    done = subprocess.run([asked.peers, "-c", SPIDER, ",".join(lists)], capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout.split():
        number, spent = done.stdout.split()
        print(
            json.dumps(
                {
                    "subject": "scrapy",
                    "asked": int(number),
                    "seconds": round(float(spent), 1),
                    "pages_a_second": round(int(number) / float(spent), 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
