"""A bucket of millions of keys that nobody holds: pages of ListObjectsV2 made from a rule, after a delay."""

import bisect
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from storage.loopback import LoopbackHandler, LoopbackServer

PAGE_KEYS = 1000
LAYOUTS: dict[str, Callable[[int, int], str]] = {  # number of the key, count of keys: the key, in order of numbers
    "flat": lambda i, count: f"img_{i:09}.jpg",
    "hashes": lambda i, count: f"{i * (16**12 // count):012x}.jpg",
    "days": lambda i, count: f"{i // 8_000_000:04}/{i // 250_000 % 32:02}/{i // 5_000 % 50:02}/img_{i % 5_000:06}.jpg",
    "labels": lambda i, count: f"{word_of(i // 7_777)}/{i % 7_777:05}_100.jpg",
    "small_folders": lambda i, count: f"{i // 7:08}/{i % 7}.jpg",
}
CONTENTS = (
    "<Contents><Key>%s</Key><LastModified>2026-11-30T12:00:00.000Z</LastModified>"
    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>5000</Size><StorageClass>STANDARD</StorageClass></Contents>"
)
FOLDER = "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>"


def word_of(number: int) -> str:
    """A name that does not look like a number, in the order of the numbers."""
    syllables = ["ba", "co", "de", "fi", "gu", "ka", "lo", "mi", "nu", "pe", "ra", "so", "ti", "vu", "wa", "zo"]
    return "".join(syllables[number >> shift & 15] for shift in (12, 8, 4, 0)).capitalize()


class SyntheticBucket(LoopbackServer):
    def __init__(self, layout: str, count: int, latency_s: float) -> None:
        super().__init__(Handler)
        rule = LAYOUTS[layout]
        self.key = lambda i: rule(i, count)
        self.count, self.latency_s = count, latency_s
        self.requests = 0  # for pages

    def number_behind(self, key: str) -> int:
        return bisect.bisect_right(range(self.count), key, key=self.key)

    def list(self, prefix: str, token: str, after: str, delimiter: str) -> str:
        begin = int(token) if token else self.number_behind(max(after, prefix))
        inside, items = "", 0
        if not delimiter:
            end = min(begin + PAGE_KEYS, self.number_behind(prefix + "~"))
            inside = "".join([CONTENTS % self.key(i) for i in range(begin, end)])
        else:
            end = begin
            while items < PAGE_KEYS and end < self.count and (key := self.key(end)).startswith(prefix):
                slash = key.find("/", len(prefix))
                inside += CONTENTS % key if slash < 0 else FOLDER % key[: slash + 1]
                end = end + 1 if slash < 0 else self.number_behind(key[:slash] + "/~")
                items += 1
        more = end < self.count and self.key(end).startswith(prefix)
        next_page = f"<NextContinuationToken>{end}</NextContinuationToken>" if more else ""
        return (
            f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{next_page}{inside}</ListBucketResult>"
        )


class Handler(LoopbackHandler):
    server: SyntheticBucket

    def do_GET(self) -> None:
        start = time.monotonic()
        if "list-type=2" not in self.path:  # its objects have no bytes
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        asked = {name: values[0] for name, values in parse_qs(self.path.partition("?")[2]).items()}
        self.server.requests += 1
        page = self.server.list(
            *(asked.get(name, "") for name in ("prefix", "continuation-token", "start-after", "delimiter"))
        )
        time.sleep(max(0.0, self.server.latency_s - (time.monotonic() - start)))
        self.answer(200, page.encode())
