"""
Pages per second of a crawl, archive and state included, beside Scrapy's in the same run; and the memory it takes. JSON lines.

    python bench/crawl.py [--hosts N] [--pages N] [--peers PYTHON]
    python bench/crawl.py --memory [--known N,N]

A server in a process of its own answers for so many hosts (addresses of loopback) with list pages and articles. Delays are off,
32 hosts are asked side by side and each with one request at a time, robots.txt is obeyed, and every subject has one core to
itself: the first, while the server has another. What each does:

- `gongkai`: all that `gongkai fetch` does. Lists are read and verified, articles judged and read (title, date, attachments);
  every answer goes into the WARC archive, every address into the state. It asks three pages a host more, which are not counted:
  robots.txt, an address that does not exist, and the home page.
- `scrapy`: lists and articles are read with its selectors (links; title and links), nothing is kept.
- `scrapy, kept`: the same, its queue in files (JOBDIR), bodies in its cache of answers, and what was read as JSON lines.

A page is a list page or an article, the same ones for all: a subject that had not every one of them says how many it had.
With `--memory`, so many addresses are already known of the hosts when the crawl of 2,000 pages begins; PYTHON is an
interpreter in whose environment Scrapy is installed (this one by default; without Scrapy in it the peer is left out).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.commands.fetch import fetch_into, how_it_ended, open_state
from pipeline.commands.reading import STATE_NAME
from pipeline.config import Config, Fetch, Output, Sites

FILLER = "<p>" + "公开政府信息，方便群众查询。" * 120 + "</p>"
ROWS = 20
SIDE_BY_SIDE = 32
CRAWLED = 2_000

SPIDER = """
import json, resource, sys, time
import scrapy
from scrapy.crawler import CrawlerProcess

class Spider(scrapy.Spider):
    name = "peer"
    start_urls = sys.argv[1].split(",")
    lists = articles = 0

    def parse(self, response):
        Spider.lists += 1
        for row in response.css("ul.list li"):
            about = {"named": row.css("a::text").get(), "date": row.css("span::text").get()}
            yield response.follow(row.css("a::attr(href)").get(), self.article, cb_kwargs=about)
        for link in response.css("div.page a::attr(href)").getall():
            yield response.follow(link, self.parse)

    def article(self, response, named, date):
        Spider.articles += 1
        yield {"url": response.url, "named": named, "date": date, "title": response.css("title::text").get(),
               "heading": response.css("h1::text").get(), "links": response.css("a::attr(href)").getall()}

kept = sys.argv[2]
settings = {"LOG_ENABLED": False, "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": int(sys.argv[3]), "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0, "COOKIES_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
            "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue"}
if kept:
    settings |= {"JOBDIR": kept + "/job", "HTTPCACHE_ENABLED": True, "HTTPCACHE_DIR": kept + "/cache",
                 "FEEDS": {kept + "/items.jsonl": {"format": "jsonlines"}}}
process = CrawlerProcess(settings)
crawler = process.create_crawler(Spider)
process.crawl(crawler)
start, used = time.perf_counter(), time.process_time()
process.start()
print(json.dumps({"asked": crawler.stats.get_value("response_received_count"), "lists": Spider.lists, "articles": Spider.articles,
                  "seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - used,
                  "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""


@lru_cache(maxsize=100_000)
def answer_to(path: str, pages: int) -> bytes:
    """The whole answer to the path of an address, head and body, where so many articles are listed."""
    body = page_of(path.strip("/"), pages).encode()
    status = "200 OK" if body else "404 Not Found"
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def page_of(path: str, pages: int) -> str:
    """The page of a path; empty where there is none."""
    if path.startswith("xxgknb/index"):
        number = int(path.removeprefix("xxgknb/index").removesuffix(".html").strip("_") or 1)
        last = -(-pages // ROWS)
        first = (number - 1) * ROWS
        rows = "".join(
            f'<li><a href="/xxgknb/202201/t20220110_{at}.html">{2000 + at % 25}年第{at}号政府信息公开工作年度报告</a><span>2022-01-10</span></li>'
            for at in range(first, min(first + ROWS, pages))
        )
        pager = "".join(f'<a href="/xxgknb/index_{at}.html">{at}</a>' for at in range(2, last + 1))
        return f"<html><head><title>政府信息公开年报</title></head><body><ul class=list>{rows}</ul><div class=page>共{last}页 {pager}</div></body></html>"
    if path.startswith("xxgknb/2022"):
        return f"<html><head><title>政府信息公开工作年度报告</title></head><body><div class=TRS_Editor><h1>政府信息公开工作年度报告</h1>{FILLER}{path}</div></body></html>"
    return ""


class Served(asyncio.Protocol):
    """One connection to the server; a request has no body."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answers go out over it."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        *requests, self.pending = (self.pending + data).split(b"\r\n\r\n")
        for request in requests:
            self.transport.write(answer_to(request.split(b" ", 2)[1].decode(), self.pages))


def serve(pages: int, port: object) -> None:
    """Serve until the process ends."""
    if len(cores := sorted(os.sched_getaffinity(0))) > 1:
        os.sched_setaffinity(0, cores[1:])

    async def serving() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Served(pages), "0.0.0.0", 0, backlog=1000)
        port.value = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        await server.serve_forever()

    asyncio.run(serving())


def list_urls(hosts: int, port: int) -> list[str]:
    """The first list page of each host."""
    return [f"http://127.0.{at // 250}.{at % 250 + 1}:{port}/xxgknb/index.html" for at in range(hosts)]


def crawl(folder: Path, lists: Sequence[str], limit: int | None) -> dict[str, object]:
    """What our crawl had, and how long it took."""
    file = folder / "sites.csv"
    file.write_text("county_code,list_url\n" + "".join(f"990001,{url}\n" for url in lists), "utf-8")
    fetch = Fetch(delay=0, jitter=0, hosts=SIDE_BY_SIDE, allowed_networks=("127.0.0.0/8",))
    config = Config(sites=Sites((file,)), fetch=fetch, output=Output(folder / "out"))
    start, used = time.perf_counter(), time.process_time()
    asked = fetch_into(config, limit=limit)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - used
    how_it_ended(config.output.folder)
    with sqlite3.connect(config.output.folder / STATE_NAME) as state:
        articles = state.execute("SELECT count(*) FROM addresses WHERE kind = 'article' AND status = 'ok'").fetchone()[0]
        read = state.execute("SELECT sum(pages) FROM lists").fetchone()[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "asked": asked, "lists": read, "articles": articles, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_megabytes": peak,
    }  # fmt: skip


def know(folder: Path, hosts: int, port: int, known: int) -> None:
    """Have a state in which so many addresses are known of the hosts, and due."""
    with open_state(folder / "out") as frontier, frontier.transaction():
        names = [url.split("/")[2] for url in list_urls(hosts, port)]
        for at in range(known):
            host = names[at % hosts]
            url = f"http://{host}/xxgknb/202201/t20220110_{at // hosts}.html"
            frontier.add_address(url.removeprefix("http://"), url, host, kind="article", title=f"{at}年政府信息公开工作年度报告")


def on_one_core(work: object, *given: object) -> dict[str, object]:
    """What a function says that was called in a process of its own, on the first core."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        sender.send(work(*given))  # type: ignore[operator]

    process = context.Process(target=run)
    process.start()
    sender.close()
    said: dict[str, object] = receiver.recv()
    process.join()
    return said


def peer(python: str, folder: Path, lists: Sequence[str], *, kept: bool) -> dict[str, object] | None:
    """What Scrapy's crawl had, and how long it took; None where it is not installed."""
    file = folder / "spider.py"
    file.write_text(SPIDER, "utf-8")
    command = [python, str(file), ",".join(lists), str(folder) if kept else "", str(SIDE_BY_SIDE)]
    first = min(os.sched_getaffinity(0))
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=lambda: os.sched_setaffinity(0, {first})
    )
    if done.returncode:
        print(done.stderr.strip()[-300:], file=sys.stderr)
        return None
    said: dict[str, object] = json.loads(done.stdout)
    return said


def tell(subject: str, said: dict[str, object], wanted: int | None = None) -> None:
    """Print what a subject did, with its rates."""
    had = int(str(said["lists"])) + int(str(said["articles"]))
    line = {"subject": subject, **{name: round(value, 1) if isinstance(value, float) else value for name, value in said.items()}}
    line["pages_a_second"] = round(had / float(str(said["seconds"])), 1)
    line["pages_a_cpu_second"] = round(had / float(str(said["cpu_seconds"])), 1)
    if wanted is not None and had != wanted:
        line["of_pages"] = wanted
    print(json.dumps(line), flush=True)


def main() -> None:
    """Measure ours, then the peer's; or our memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pages", type=int, default=100, help="articles a host")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--memory", action="store_true", help="measure memory instead, by addresses that are known")
    parser.add_argument("--known", default="10000,100000")
    asked = parser.parse_args()
    port = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=serve, args=(asked.pages, port), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.05)
    lists = list_urls(asked.hosts, port.value)
    if asked.memory:
        for known in map(int, asked.known.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                on_one_core(know, Path(folder), asked.hosts, port.value, known)
                tell(f"gongkai, {known:,} known", {"known": known, **on_one_core(crawl, Path(folder), lists, CRAWLED)})
        return
    wanted = asked.hosts * (asked.pages + -(-asked.pages // ROWS))
    with tempfile.TemporaryDirectory() as folder:
        tell("gongkai", on_one_core(crawl, Path(folder), lists, None), wanted)
    for subject, kept in (("scrapy", False), ("scrapy, kept", True)):
        with tempfile.TemporaryDirectory() as folder:
            if (said := peer(asked.peers, Path(folder), lists, kept=kept)) is not None:
                tell(subject, said, wanted)


if __name__ == "__main__":
    main()
