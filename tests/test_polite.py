"""Politeness by an injected clock: what robots.txt means, when a host may be asked again, and whose turn it is."""

from __future__ import annotations

import heapq
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import BrokenOff, FetchError, Refused, TimedOut, TlsFailed, TooLarge, Undecodable, Unreachable
from scrapers.polite import (
    MAX_TRIES,
    RETRY_AFTER_CAP,
    WIDENED_CAP,
    Hours,
    Pace,
    ReadyQueue,
    Robots,
    read_robots,
    retry_after_failure,
    retry_after_seconds,
    robots_url,
)

AGENT = "gongkai/1.0 (+mailto:study@example.org)"


def rules(*lines: str) -> Robots:
    return read_robots(200, "\n".join(lines).encode(), user_agent=AGENT)


# robots.txt


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "permit"),
        (204, "permit"),
        (404, "permit"),
        (410, "permit"),
        (400, "permit"),
        (412, "permit"),
        (401, "refuse"),
        (403, "refuse"),
        (408, "defer"),
        (429, "defer"),
        (500, "defer"),
        (503, "defer"),
        (521, "defer"),
        (302, "defer"),
        (None, "defer"),
    ],
)
def test_what_the_status_of_robots_txt_means(status: int | None, verdict: str) -> None:
    robots = read_robots(status, b"", user_agent=AGENT)
    assert robots.verdict == verdict
    assert robots.permits("http://a.gov.cn/zfxxgknb/") == (verdict == "permit")
    assert robots.permits("http://a.gov.cn/robots.txt")


def test_path_and_query_are_asked_for_our_name() -> None:
    robots = rules(
        "User-agent: *", "Disallow: /", "", "User-Agent: Gongkai", "Disallow: /*?print=", "Disallow: /admin/", "Allow: /admin/nb/"
    )
    asked = ["/", "/zwgk/?print=1", "/zwgk/?page=1", "/admin/x", "/admin/nb/1.html"]
    assert [robots.permits(f"http://a.gov.cn{path}") for path in asked] == [True, False, True, False, True]


def test_a_group_named_like_our_contact_is_not_for_us() -> None:
    assert rules("User-agent: study", "Disallow: /", "User-agent: *", "Disallow: /x").permits("http://a.gov.cn/")


def test_one_engine_alone_is_let_in() -> None:
    assert not rules("User-agent: Baiduspider", "Disallow:", "", "User-agent: *", "Disallow: /").permits("http://a.gov.cn/")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rules_in_chinese_are_read_in_any_charset(charset: str) -> None:
    robots = read_robots(200, "# 年报\r\nUser-agent: *\r\nDisallow: /年报/\r\n".encode(charset), user_agent=AGENT)
    assert not robots.permits("http://a.gov.cn/%E5%B9%B4%E6%8A%A5/1.html")
    assert robots.permits("http://a.gov.cn/")


def test_a_page_served_as_robots_txt_forbids_nothing() -> None:
    assert rules("<html><title>首页</title><body>欢迎</body></html>").permits("http://a.gov.cn/")


@pytest.mark.parametrize(
    ("line", "kept", "stated"),
    [
        ("Crawl-delay: 5", 5, 5),
        ("Crawl-delay: 0.5", 0.5, 0.5),
        ("Crawl-delay: 3600", 60, 3600),
        ("Request-rate: 1/10s", 10, 10),
        ("Crawl-delay: soon", 0, 0),
        ("Crawl-delay: nan", 0, 0),
        ("Crawl-delay: -5", 0, 0),
        ("Disallow: /x", 0, 0),
    ],
)
def test_the_crawl_delay_is_kept_to_up_to_a_minute(line: str, kept: float, stated: float) -> None:
    robots = rules("User-agent: *", line)
    assert (robots.crawl_delay, robots.crawl_delay_stated) == (kept, stated)


def test_robots_txt_speaks_for_a_scheme_a_host_and_a_port() -> None:
    assert robots_url("https://a.gov.cn/x?y#z") == "https://a.gov.cn/robots.txt"
    assert robots_url("http://127.0.0.1:8000") == "http://127.0.0.1:8000/robots.txt"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_robots_txt(body: bytes) -> None:
    robots = read_robots(200, body, user_agent=AGENT)
    assert 0 <= robots.crawl_delay <= 60


# The pace of a host


def test_the_gap_is_the_longest_that_anybody_wants() -> None:
    pace = Pace(delay=2.0).with_robots(Robots("permit", crawl_delay=5.0))
    assert pace.gap == 5
    assert pace.after(100.0, chance=0.9, status=200).next_at == 105
    assert Pace(delay=9.0).with_robots(Robots("permit", crawl_delay=5.0)).gap == 9


def test_a_crawl_delay_counts_from_the_answer_that_stated_it() -> None:
    pace = Pace(delay=2.0).after(100.0, chance=0.0, status=200)
    assert pace.with_robots(Robots("permit", crawl_delay=5.0)).next_at == 105
    assert pace.with_robots(Robots("permit", crawl_delay=1.0)).next_at == 102


def test_busy_answers_double_the_gap_and_good_ones_give_it_back() -> None:
    pace, gaps = Pace(delay=2.0), []
    for status in [429, 503, 500, *[200] * 20]:
        pace = pace.after(0.0, chance=0.0, status=status)
        gaps.append(pace.gap)
    assert gaps == [4, 8, 8, *[4] * 4, *[2] * 16]


def test_a_host_that_throttles_now_and_then_is_not_slowed_for_good() -> None:
    pace, waited = Pace(delay=2.0), 0.0
    for status in [*[429, 429, 200] * 3, *[200] * 30]:
        pace = pace.after(0.0, chance=0.0, status=status)
        waited += pace.gap
    assert pace.gap == 2
    assert waited < 300


def test_a_host_that_says_how_long_to_wait_is_slowed_once() -> None:
    pace, gaps = Pace(delay=2.0), []
    for number in range(4):
        pace = pace.after(100.0 * number, chance=0.0, status=429, retry_after="7")
        gaps.append(pace.gap)
        assert pace.next_at == 100 * number + 7
        pace = pace.after(100.0 * number + 8, chance=0.0, status=200)
    assert gaps == [4, 4, 4, 4]


def test_a_host_without_delay_is_slowed_too() -> None:
    pace = Pace(delay=0.0).after(0.0, chance=0.0, status=429)
    assert pace.gap == 0.2
    for _ in range(30):
        pace = pace.after(0.0, chance=0.0, status=429)
    assert pace.gap == WIDENED_CAP


def test_a_cut_row_of_good_answers_gives_nothing_back() -> None:
    pace = Pace(delay=2.0).after(0.0, chance=0.0, status=429)
    for _ in range(5):
        for status in [*[200] * 4, None]:
            pace = pace.after(0.0, chance=0.0, status=status)
    assert pace.gap == 4


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 7 ", 7),
        ("Fri, 01 Mar 2024 08:02:00 GMT", 120),
        ("Fri, 01 Mar 2024 16:02:00 +0800", 120),
        ("Friday, 01-Mar-24 08:02:00 GMT", 120),
        ("Fri, 01 Mar 2024 07:00:00 GMT", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("later", None),
        ("Fri, 99 Mar 2024 08:02:00 GMT", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    now = datetime(2024, 3, 1, 8, 0, tzinfo=UTC).timestamp()
    assert retry_after_seconds(value, now) == seconds


def test_retry_after_is_kept_to_up_to_a_day_and_recorded_as_stated() -> None:
    pace = Pace(delay=2.0).after(0.0, chance=0.0, status=503, retry_after="90")
    assert (pace.next_at, pace.asked_to_wait) == (90, 90)
    pace = pace.after(100.0, chance=0.0, status=429, retry_after="99999999")
    assert (pace.next_at, pace.asked_to_wait) == (100 + RETRY_AFTER_CAP, 99_999_999)


@given(st.text(max_size=40))
def test_any_retry_after_is_survived(value: str) -> None:
    assert Pace(delay=2.0).after(0.0, chance=0.0, status=429, retry_after=value).next_at >= 4


# Trying again


@pytest.mark.parametrize("failure", [429, 500, 502, 503, 504, 522, Unreachable("", ""), TimedOut("", ""), BrokenOff("", "")])
def test_what_passes_is_tried_three_times_in_all(failure: int | FetchError) -> None:
    waits = [retry_after_failure(attempt, failure, chance=0.0) for attempt in range(1, MAX_TRIES + 1)]
    assert waits == [1.0, 2.0, None]


@pytest.mark.parametrize(
    "failure", [200, 304, 401, 403, 404, 412, 501, 521, Refused("", ""), TlsFailed("", ""), TooLarge("", ""), Undecodable("", "")]
)
def test_what_does_not_pass_is_not_tried_again(failure: int | FetchError) -> None:
    assert retry_after_failure(1, failure, chance=0.0) is None


def test_the_schedule_is_that_of_stamina(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    ours: list[float | None] = []
    attempts = stamina.retry_context(TimedOut, attempts=MAX_TRIES, timeout=None, wait_initial=1, wait_max=60, wait_jitter=0)

    def try_all() -> None:
        for attempt in attempts:
            with attempt:
                ours.append(retry_after_failure(attempt.num, TimedOut("", ""), chance=0.0))
                raise TimedOut("", "")

    with pytest.raises(TimedOut):
        try_all()
    assert ours == [*slept, None]
    assert len(slept) == 2


# The hours


@pytest.mark.parametrize(
    ("hours", "time", "opens"),
    [
        ("00:00-24:00", "03:00", 0),
        ("22:00-06:00", "21:59", 1),
        ("22:00-06:00", "22:00", 0),
        ("22:00-06:00", "05:59", 0),
        ("22:00-06:00", "06:00", 16 * 60),
        ("08:30-17:00", "17:00", 15 * 60 + 30),
        ("08:30-17:00", "00:00", 8 * 60 + 30),
        ("08:00-08:00", "07:00", 0),
        ("22:00-24:00", "23:59", 0),
    ],
)
def test_hosts_are_asked_in_their_hours(hours: str, time: str, opens: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime.fromisoformat(f"2024-03-01T{time}:00").replace(tzinfo=zone).timestamp()
    assert Hours.parse(hours).next_open(now, zone) == now + opens * 60
    assert Pace(delay=0.0, next_at=now).within(Hours.parse(hours), zone).next_at == now + opens * 60


@pytest.mark.parametrize("text", ["", "8:00-9:00", "24:00-08:00", "08:00-24:01", "08:00", "08:60-09:00", "08:00-09:00 "])
def test_what_is_no_window_of_hours_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        Hours.parse(text)


MINUTES = st.integers(0, 1439)


@given(MINUTES, MINUTES, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["Asia/Shanghai", "UTC"]))  # noqa: DTZ001
def test_the_next_opening_is_the_first(start: int, end: int, when: datetime, zone_name: str) -> None:
    hours, zone = Hours(start, end), ZoneInfo(zone_name)
    now = when.replace(tzinfo=zone).timestamp()
    opens = hours.next_open(now, zone)
    assert now <= opens < now + 86_400
    assert hours.open_at(opens, zone)
    assert opens == now or not hours.open_at(opens - 1, zone)


def test_an_hour_that_a_day_lacks_is_passed_over() -> None:
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2024, 3, 31, 1, 0, tzinfo=zone).timestamp()  # at 2 clocks go to 3
    assert datetime.fromtimestamp(Hours.parse("02:10-02:50").next_open(now, zone), zone) == datetime(
        2024, 4, 1, 2, 10, tzinfo=zone
    )


# The queue


def test_the_host_that_has_been_allowed_longest_comes_first() -> None:
    queue = ReadyQueue()
    for host, at in [("c", 3.0), ("a", 1.0), ("b", 1.0)]:
        queue.put(host, at)
    assert (queue.next_time(), len(queue)) == (1, 3)
    assert [queue.pop(2.0) for _ in range(3)] == ["a", "b", None]
    assert queue.next_time() == 3


def test_a_host_is_in_flight_once() -> None:
    queue = ReadyQueue()
    queue.put("a", 1.0)
    assert queue.pop(1.0) == "a"
    queue.put("a", 1.0)  # an address of it was found meanwhile
    assert (queue.pop(9.0), queue.in_flight) == (None, frozenset({"a"}))
    queue.done("a", 3.0)
    assert (queue.pop(2.0), queue.pop(3.0)) == (None, "a")
    queue.done("a")
    assert (len(queue), queue.next_time(), queue.in_flight) == (0, None, frozenset())
    with pytest.raises(KeyError):
        queue.done("a")


def test_a_waiting_host_is_never_asked_earlier_than_it_was_to_be() -> None:
    queue = ReadyQueue()
    queue.put("a", 5.0)
    queue.put("a", 1.0)
    assert queue.next_time() == 5
    queue.put("a", 9.0)
    assert (queue.next_time(), queue.pop(8.0), queue.pop(9.0), queue.pop(99.0)) == (9, None, "a", None)


HOSTS = st.lists(
    st.tuples(st.floats(0, 5), st.floats(0, 20), st.sampled_from([200, 200, 404, 429, 503, 500, None])), min_size=1, max_size=8
)


@given(HOSTS, st.integers(1, 4), st.integers(0, 99))
def test_hosts_are_asked_slowly_one_by_one_and_never_wait_for_each_other(
    hosts: list[tuple[float, float, int | None]], places: int, seed: int
) -> None:
    """
    A crawl on a clock of its own: each host has its delay, the seconds its answers take, and the status it answers with.

    No host is asked sooner than its delay after its last answer; no place stays free while a host may be asked.
    """
    chance, queue, now = random.Random(seed), ReadyQueue(), 0.0
    paces = {str(number): Pace(delay=delay, jitter=0.5) for number, (delay, _, _) in enumerate(hosts)}
    left = dict.fromkeys(paces, 4)
    ended: dict[str, float] = {}
    running: list[tuple[float, str]] = []
    for host in paces:
        queue.put(host, 0.0)
    while queue.next_time() is not None or running:
        while len(running) < places and (taken := queue.pop(now)):
            assert taken not in [other for _, other in running]
            assert now >= ended.get(taken, -99.0) + paces[taken].delay
            heapq.heappush(running, (now + hosts[int(taken)][1], taken))
        due = queue.next_time()
        assert len(running) == places or due is None or due > now
        if running and (len(running) == places or due is None or running[0][0] <= due):
            now, host = heapq.heappop(running)
            ended[host], left[host] = now, left[host] - 1
            paces[host] = paces[host].after(now, chance=chance.random(), status=hosts[int(host)][2])
            queue.done(host, paces[host].next_at if left[host] else None)
        elif due is not None:
            now = due
    assert set(left.values()) == {0}


def test_a_slow_host_does_not_hold_up_the_others() -> None:
    queue, now, asked = ReadyQueue(), 0.0, 0
    queue.put("slow", 0.0)
    assert queue.pop(now) == "slow"  # and it does not answer
    queue.put("quick", 0.0)
    while now < 60:
        if taken := queue.pop(now):
            asked += 1
            queue.done(taken, Pace(delay=2.0).after(now, chance=0.0, status=200).next_at)
        now += timedelta(seconds=1).total_seconds()
    assert asked == 30
