"""A small server of Google Cloud Storage's JSON API on loopback: one bucket, "photos", no credentials.

Many connections at once, as a run makes them; listings in pages; resumable uploads of one piece, which is what files
below 8 MB are put by.
Source: https://cloud.google.com/storage/docs/json_api/v1 (objects: list, get, insert, delete; resumable uploads)
"""

import base64
import hashlib
import json
import re
import threading
import time
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from storage.loopback import LoopbackHandler, LoopbackServer, serving

OBJECTS = "/storage/v1/b/photos/o"
PAGE = 10  # objects; Google's own default is 1,000


@dataclass(frozen=True)
class Stored:
    data: bytes
    generation: int = field(default_factory=time.time_ns)


class Google(LoopbackServer):
    def __init__(self) -> None:
        super().__init__(Handler)
        self.objects: dict[str, Stored] = {}
        self.forbidden: set[str] = set()  # objects that are listed and not given
        self.not_understood: list[str] = []
        self.uploads: dict[str, str] = {}  # ids to names
        self.lock = threading.Lock()

    def put(self, name: str, data: bytes) -> None:
        with self.lock:
            self.objects[name] = Stored(data)

    def names(self, prefix: str) -> list[str]:
        with self.lock:
            return sorted(name for name in self.objects if name.startswith(prefix))

    def get(self, name: str) -> bytes:
        return self.objects[name].data

    def resource(self, name: str) -> dict:
        stored = self.objects[name]
        changed = datetime.fromtimestamp(stored.generation / 1e9, UTC).isoformat(timespec="milliseconds")
        return {
            "kind": "storage#object",
            "id": f"photos/{name}/{stored.generation}",
            "name": name,
            "bucket": "photos",
            "generation": str(stored.generation),
            "metageneration": "1",
            "contentType": "application/octet-stream",
            "timeCreated": changed,
            "updated": changed,
            "storageClass": "STANDARD",
            "size": str(len(stored.data)),
            "md5Hash": md5(stored.data),
            "etag": f"{stored.generation}",
        }


def md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()


class Handler(LoopbackHandler):
    server: Google

    def do_GET(self) -> None:
        name, query = self.asked()
        if name == "":
            self.list_page(query)
        elif name not in self.server.objects:
            self.refuse(404, f"No such object: photos/{name}")
        elif query.get("alt") == "media" and name in self.server.forbidden:
            self.refuse(403, "no access to this object")
        elif query.get("alt") == "media":
            self.send_media(self.server.objects[name])
        else:
            self.answer_json(self.server.resource(name))

    def list_page(self, query: dict[str, str]) -> None:
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        if delimiter:
            return self.not_here()
        after = base64.urlsafe_b64decode(query.get("pageToken", "")).decode()
        names = [name for name in self.server.names(prefix) if name > after]
        count = min(PAGE, int(query.get("maxResults", PAGE)))
        page: dict = {"kind": "storage#objects", "items": [self.server.resource(name) for name in names[:count]]}
        if len(names) > count:
            page["nextPageToken"] = base64.urlsafe_b64encode(names[count - 1].encode()).decode()
        self.answer_json(page)

    def send_media(self, stored: Stored) -> None:
        size = len(stored.data)
        headers = {"x-goog-generation": str(stored.generation), "x-goog-hash": f"md5={md5(stored.data)}"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            return self.answer(200, stored.data, headers)
        begin, end = int(wanted[1]), min(int(wanted[2] or size - 1) + 1, size)
        if begin >= size:
            return self.answer(416, headers={"Content-Range": f"bytes */{size}"})
        self.answer(206, stored.data[begin:end], headers | {"Content-Range": f"bytes {begin}-{end - 1}/{size}"})

    def do_POST(self) -> None:
        name, query = self.asked()
        body = self.read_body()
        if name != "" or not self.path.startswith("/upload/") or query.get("uploadType") != "resumable":
            return self.not_here()
        name = query.get("name") or json.loads(body)["name"]
        upload = uuid.uuid4().hex
        self.server.uploads[upload] = name
        address = f"{self.server.url}/upload{OBJECTS}?uploadType=resumable&upload_id={upload}"
        self.answer(200, headers={"Location": address})

    def do_PUT(self) -> None:
        _, query = self.asked()
        body = self.read_body()
        whole = f"bytes 0-{len(body) - 1}/{len(body)}" if body else "bytes */0"
        if self.headers["Content-Range"] != whole:
            return self.not_here()
        name = self.server.uploads.pop(query["upload_id"])
        self.server.put(name, body)
        self.answer_json(self.server.resource(name))

    def do_DELETE(self) -> None:
        name, _ = self.asked()
        with self.server.lock:
            found = self.server.objects.pop(name, None)
        self.answer(204) if found else self.refuse(404, f"No such object: photos/{name}")

    def asked(self) -> tuple[str, dict[str, str]]:
        """The object, "" for the bucket's objects; and the query."""
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/upload").removeprefix("/download")
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if path != OBJECTS and not path.startswith(f"{OBJECTS}/"):
            self.server.not_understood.append(self.requestline)
            return "?", query
        return unquote(path.removeprefix(OBJECTS).removeprefix("/")), query

    def answer_json(self, value: dict) -> None:
        self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json; charset=UTF-8"})

    def not_here(self) -> None:
        self.server.not_understood.append(self.requestline)
        self.refuse(501, f"the tests' server does not know {self.requestline}")

    def refuse(self, status: int, message: str) -> None:
        body = json.dumps({"error": {"code": status, "message": message, "errors": [{"message": message}]}})
        self.answer(status, body.encode(), {"Content-Type": "application/json; charset=UTF-8"})


def serve_google() -> AbstractContextManager[Google]:
    return serving(Google())
