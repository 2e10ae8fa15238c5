"""A small S3 server with the answers of Amazon's that SeaweedFS does not have: other regions, redirections, refusals.

It checks each signature with botocore, for the region and the service that it expects. Seen through `proxy_variables`
it stands at Amazon's own hosts, with a certificate of its own.
"""

import hashlib
import re
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from storage.certificate import write_certificate
from storage.loopback import LoopbackHandler, LoopbackServer, serving
from storage.seaweedfs import KEYS, READ_WRITE

Headers = dict[str, str]


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=dict)


@dataclass
class Asked:
    method: str
    host: str  # with its port
    path: str  # as it came
    query: dict[str, list[str]]
    headers: Headers  # names in lower case
    body: bytes
    target: str
    key: str = ""  # below the bucket; empty: the bucket is asked
    listed: bool = False

    @property
    def scope(self) -> tuple[str, str]:
        """Region and service of the signature; empty where there is none."""
        found = re.search(r"Credential=[^/]+/\d+/([^/]*)/([^/]*)/", self.headers.get("authorization", ""))
        return (found[1], found[2]) if found else ("", "")


def error(status: int, code: str, headers: Headers | None = None, message: str = "", **fields: str) -> Answer:
    more = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in {"Message": message, **fields}.items())
    return Answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code>{more}</Error>".encode(), headers or {})


def page(status: int) -> Answer:
    """Of a proxy or a web server."""
    return Answer(status, b"<html><body><h1>nginx</h1></body></html>", {"Content-Type": "text/html"})


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


class Amazon(LoopbackServer):
    """One bucket, "photos", below any host that a test names. `rules` are asked first, and may answer instead."""

    def __init__(self, objects: dict[str, bytes], base_path: str = "") -> None:
        super().__init__(Handler)
        self.objects = dict(objects)
        self.base_path = base_path
        self.region, self.service = "us-east-1", "s3"
        self.is_public = False
        self.rules: list[Callable[[Asked], Answer | None]] = []
        self.etag_of: Callable[[bytes], str] = md5
        self.object_headers: Callable[[str, bytes], Headers] = lambda key, data: {}
        self.spoil: Callable[[str, bytes], bytes] = lambda key, data: data  # on its way
        self.asked: list[Asked] = []
        self.tls: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        return f"{super().url}{self.base_path}"

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        path = unquote(asked.path)
        if asked.host.startswith(("127.0.0.1", "localhost", "s3")):
            root = f"{self.base_path}/photos"
            if path != root and not path.startswith(f"{root}/"):
                return page(404)
            path = path.removeprefix(root)
        asked.key = path.removeprefix("/")
        asked.listed = not asked.key and asked.method == "GET"
        for rule in self.rules:
            if (answer := rule(asked)) is not None:
                return answer
        return self.refuse(asked) or self.serve(asked)

    def refuse(self, asked: Asked) -> Answer | None:
        if "authorization" not in asked.headers:
            return None if self.is_public else error(403, "AccessDenied", message="Access Denied")
        if asked.scope != (self.region, self.service):
            return error(400, "AuthorizationHeaderMalformed", Region=self.region)
        return None if is_signed_well(asked) else error(403, "SignatureDoesNotMatch")

    def serve(self, asked: Asked) -> Answer:
        if asked.listed:
            return self.listing(asked.query.get("prefix", [""])[0])
        if asked.method == "PUT":
            self.objects[asked.key] = asked.body
            return Answer(200, headers={"ETag": f'"{self.etag_of(asked.body)}"'})
        if asked.method == "DELETE":
            self.objects.pop(asked.key, None)
            return Answer(204)
        if not asked.key:
            return Answer(200)
        if asked.key not in self.objects:
            return error(404, "NoSuchKey")
        data = self.objects[asked.key]
        headers = {"ETag": f'"{self.etag_of(data)}"', "Last-Modified": formatdate(usegmt=True)}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", asked.headers.get("range", ""))
        if wanted:
            return Answer(206, data[int(wanted[1]) : int(wanted[2]) + 1], headers)
        return Answer(200, self.spoil(asked.key, data), headers | self.object_headers(asked.key, data))

    def listing(self, prefix: str) -> Answer:
        time = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
        contents = "".join(
            f"<Contents><Key>{quote(key)}</Key><Size>{len(data)}</Size><LastModified>{time}</LastModified>"
            f"<ETag>&quot;{self.etag_of(data)}&quot;</ETag></Contents>"
            for key, data in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return Answer(
            200,
            f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>{contents}"
            "</ListBucketResult>".encode(),
        )

    def gets(self, key: str = "") -> list[Asked]:
        return [asked for asked in self.asked if asked.method == "GET" and asked.key and re.search(key, asked.key)]


def is_signed_well(asked: Asked) -> bool:
    authorization = asked.headers["authorization"]
    names = re.search(r"SignedHeaders=([^,]*)", authorization)[1].split(";")
    if not {name for name in asked.headers if name.startswith("x-amz-")} <= set(names):
        return False
    key = re.search(r"Credential=([^/]+)/", authorization)[1]
    region, service = asked.scope
    signer = S3SigV4Auth(Credentials(key, KEYS.get(key, "")), service, region)
    request = AWSRequest(
        asked.method, f"https://{asked.host}{asked.target}", {name: asked.headers[name] for name in names}
    )
    request.context["timestamp"] = asked.headers["x-amz-date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return authorization.endswith(f"Signature={signer.signature(text, request)}")


class Handler(LoopbackHandler):
    server: Amazon

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        query_fields = parse_qs(query, keep_blank_values=True)
        asked = Asked(self.command, headers["host"], path, query_fields, headers, self.read_body(), self.path)
        answer = self.server.answer(asked)
        self.answer(answer.status, answer.body, answer.headers)

    do_HEAD = do_PUT = do_DELETE = do_POST = do_GET

    def do_CONNECT(self) -> None:
        assert self.server.tls
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")


def serve_amazon(objects: dict[str, bytes], base_path: str = "") -> AbstractContextManager[Amazon]:
    return serving(Amazon(objects, base_path))


def proxy_variables(server: Amazon, folder: Path, *hosts: str) -> Headers:
    """With these in its environment, coulis finds the server at those hosts of Amazon's."""
    certificate = write_certificate(folder, hosts)
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(certificate, folder / "key.pem")
    proxy = f"http://127.0.0.1:{server.server_port}"
    return {"https_proxy": proxy, "HTTPS_PROXY": proxy, "AWS_CA_BUNDLE": str(certificate), "AWS_ENDPOINT_URL": ""}


def credentials(access_key: str = READ_WRITE) -> Headers:
    return {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": KEYS[access_key]}
