"""What an S3 request asks for, read from its bytes; and the bodies of HTTP messages."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from urllib.parse import unquote

END_OF_HEAD = b"\r\n\r\n"
NO_BODY = {204, 304}  # statuses


@dataclass(frozen=True)
class Request:
    kind: str  # "GET object", "PUT object", "LIST", ...
    method: str
    name: str  # "bucket/key", not percent-encoded
    query: str
    signed_by: str  # access key
    at_s: float
    head: bytes = field(repr=False)


def read_header(head: bytes, name: str) -> str:
    found = re.search(rb"\r\n%s:[ ]*([^\r]*)" % name.encode(), head, re.IGNORECASE)
    return found[1].decode("latin-1") if found else ""


def kind_of(method: str, name: str, query: str) -> str:
    if "uploadId=" in query or re.search(r"(^|&)uploads(=|&|$)", query):
        return f"{method} multipart"
    if re.search(r"(^|&)delete(=|&|$)", query):
        return f"{method} delete"
    if name.partition("/")[2]:
        return f"{method} object"
    return "LIST" if "list-type=2" in query else f"{method} bucket"


def parse_request(head: bytes) -> Request:
    method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    path, _, query = target.partition("?")
    name = unquote(path.removeprefix("/"), errors="surrogateescape")
    host = read_header(head, "host").partition(":")[0]
    if not re.fullmatch(r"[0-9.]+|localhost", host):  # virtual addressing: the bucket is in the host's name
        name = f"{host.partition('.')[0]}/{name}"
    signed_by = re.search(r"Credential=([^/]+)/", read_header(head, "authorization"))
    kind = kind_of(method, name, query)
    return Request(kind, method, name, query, signed_by[1] if signed_by else "", time.monotonic(), head)


async def read_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if "chunked" in read_header(head, "transfer-encoding"):
        body = b""
        while True:
            line = await reader.readline()
            size_bytes = int(line.split(b";")[0], 16)
            body += line + await reader.readexactly(size_bytes + 2)
            if size_bytes == 0:
                return body
    return await reader.readexactly(int(read_header(head, "content-length") or 0))


async def read_answer(reader: asyncio.StreamReader, method: str) -> tuple[bytes, bytes]:
    """Head and body of the answer to a request of that method."""
    head = await reader.readuntil(END_OF_HEAD)
    while head.split(b" ", 2)[1] == b"100":
        head = await reader.readuntil(END_OF_HEAD)
    if method == "HEAD" or int(head.split(b" ", 2)[1]) in NO_BODY:
        return head, b""
    return head, await read_body(reader, head)
