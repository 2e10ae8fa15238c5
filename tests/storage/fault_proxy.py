"""A proxy before a real S3 server, that counts requests and does to them what networks and servers do.

    with FaultProxy(server.port) as proxy:
        proxy.inject(Fault("slow_down", rate=0.05, method="GET"), Fault("reset_in_body", key="Kiwi", first=2))
        ...  # use proxy.url
        assert proxy.struck["slow_down"] > 0

Whether a fault strikes is drawn from the seed, the key and the number of the attempt, so that it does not depend on
the order in which requests arrive. Requests are passed on as they are: the server checks the client's signature.
"""

import asyncio
import random
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass

from storage.s3_requests import END_OF_HEAD, Request, parse_request, read_answer, read_body, read_header

ANSWERS = {  # instead of the server's: status, S3's code, S3's message
    "slow_down": (503, "SlowDown", "Please reduce your request rate."),
    "internal_error": (500, "InternalError", "We encountered an internal error. Please try again."),
    "too_many": (429, "TooManyRequests", "Please reduce your request rate."),
    "access_denied": (403, "AccessDenied", "Access Denied"),
    "expired_token": (400, "ExpiredToken", "The provided token has expired."),  # as AWS
    "expired_token_403": (403, "ExpiredToken", "The provided token has expired."),  # as others
}
FAULTS = {
    *ANSWERS,
    "reset_before",  # the connection breaks; the server never hears of the request
    "reset_after",  # the server has done what was asked, and its answer is lost
    "reset_in_body",
    "short_body",  # half of the promised Content-Length, then an orderly close
    "stall_before",  # the server never hears of the request; no answer, until the client has had enough
    "stall_after",  # the server has done what was asked; no answer
    "stall_in_body",
    "slow",  # 20 KB/s
    "trickle",  # 20 bytes/s
    "flip_byte",  # in the middle of the body; headers untouched
    "latency",  # `seconds`, before the request is passed on; another fault may strike too
    "hold",  # until release()
}
BYTES_PER_S = {"slow": 20_000, "trickle": 20}
TICK_S = 0.05


@dataclass(frozen=True)
class Fault:
    what: str  # of FAULTS
    rate: float = 1.0
    method: str = ""  # empty: any
    key: str = ""  # a regular expression, searched in "bucket/key"
    signed_by: str = ""  # an access key
    first: int = sys.maxsize  # only the first attempts at each (method, key)
    after: int = 0  # this many matching requests pass first
    seconds: float = 0.1  # of latency

    def __post_init__(self) -> None:
        assert self.what in FAULTS, self.what

    def concerns(self, request: Request) -> bool:
        by_method = self.method in ("", request.method) and self.signed_by in ("", request.signed_by)
        return by_method and re.search(self.key, request.name) is not None


def make_answer(what: str, method: str) -> bytes:
    status, code, message = ANSWERS[what]
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    head = f"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head if method == "HEAD" else head + body).encode()


def reset(writer: asyncio.StreamWriter) -> None:
    """Closes with RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class FaultProxy:
    """One thread with an event loop. Its methods are for other threads."""

    def __init__(self, server_port: int, seed: int = 1):
        self.server_port, self.port = server_port, 0
        self.requests: list[Request] = []
        self.struck: Counter[str] = Counter()
        self._faults: list[Fault] = []
        self._seed = seed
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._concerned: Counter[Fault] = Counter()
        self._clients: set[asyncio.Task] = set()
        self._listener: asyncio.Server | None = None
        self._released = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self.come_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def inject(self, *faults: Fault) -> None:
        """These from now on, none of those before. Of those that strike, the first is done."""
        self._concerned.clear()
        self._faults = list(faults)

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._released.set)

    def count(self, kind: str, key: str = "") -> int:
        return sum(request.kind == kind and re.search(key, request.name) is not None for request in self.requests)

    def signers(self) -> set[str]:
        """Access keys."""
        return {request.signed_by for request in self.requests}

    def wait_for(self, kind: str, count: int, key: str = "", timeout_s: float = 30) -> None:
        deadline = time.monotonic() + timeout_s
        while self.count(kind, key) < count:
            assert time.monotonic() < deadline, f"{self.count(kind, key)} of {count} times {kind} {key}"
            time.sleep(0.005)

    def go_down(self) -> None:
        """As a killed server: connections break, new ones are refused."""
        self._run(self._close())

    def come_up(self) -> None:
        self._run(self._listen())

    def _run(self, work: Coroutine) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener:
            self._listener.close()
        clients = list(self._clients)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    def _choose(self, request: Request) -> tuple[str, float]:
        """The fault that strikes this request, or "", and seconds of latency."""
        self._attempts[request.method, request.name] += 1
        attempt = self._attempts[request.method, request.name]
        chosen, latency_s = "", 0.0
        for number, fault in enumerate(self._faults):
            if not fault.concerns(request):
                continue
            self._concerned[fault] += 1
            draw = random.Random(f"{self._seed} {number} {request.method} {request.name} {attempt}").random()
            if attempt > fault.first or self._concerned[fault] <= fault.after or draw >= fault.rate:
                continue
            if fault.what == "latency":
                latency_s += fault.seconds
            elif chosen:
                continue
            else:
                chosen = fault.what
            self.struck[fault.what] += 1
        return chosen, latency_s

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._clients.add(task)
        server = None
        try:
            server = await asyncio.open_connection("127.0.0.1", self.server_port)
            while await self._serve_one(reader, writer, *server):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # one side has left
        except asyncio.CancelledError:
            reset(writer)
        finally:
            self._clients.discard(task)
            writer.close()
            if server:
                server[1].close()

    async def _serve_one(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer. Whether the connection stays open."""
        head = await reader.readuntil(END_OF_HEAD)
        request = parse_request(head)
        self.requests.append(request)
        if read_header(head, "expect"):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            head = re.sub(rb"\r\nexpect:[^\r]*", b"", head, flags=re.IGNORECASE)
        sent = await read_body(reader, head)
        what, latency_s = self._choose(request)
        await asyncio.sleep(latency_s)
        if what in ANSWERS:
            writer.write(make_answer(what, request.method))
            return True
        if what == "reset_before":
            reset(writer)
            return False
        if what == "stall_before":
            await reader.read(1)
            return False
        if what == "hold":
            await self._released.wait()
        server_writer.write(head + sent)
        answer, body = await read_answer(server_reader, request.method)
        if what in ("reset_in_body", "short_body", "stall_in_body"):
            writer.write(answer + body[: len(body) // 2])
            await writer.drain()
            await asyncio.sleep(TICK_S)  # it goes out before a reset
        if what.startswith("stall"):
            await reader.read(1)
        if what.startswith("reset"):
            reset(writer)
        if what.startswith(("stall", "reset", "short")):
            return False
        if what == "flip_byte":
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 0xFF]) + body[middle + 1 :]
        writer.write(answer)
        step = int(BYTES_PER_S[what] * TICK_S) if what in BYTES_PER_S else len(body) or 1
        for start in range(0, len(body), step):
            writer.write(body[start : start + step])
            await writer.drain()
            if what in BYTES_PER_S:
                await asyncio.sleep(TICK_S)
        return read_header(head + answer, "connection").lower() != "close"
