"""Where programs get their credentials: profile files; small servers that speak the protocols of EC2, ECS and EKS.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
         https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from storage.seaweedfs import KEYS

ROLE = "photo-reader"
ROLE_PATH = "/latest/meta-data/iam/security-credentials/"
AUTHORIZATION = "container-authorization-9d1e"
METADATA_TOKEN = "metadata-token-77aa"
SESSION_TOKEN = "session-token-5e0c1b"


class CredentialServer(ThreadingHTTPServer):
    """Gives `access_key` of seaweedfs.KEYS, valid for `lifetime`; both may be changed at any time."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], access_key: str):
        super().__init__(("127.0.0.1", 0), handler)
        self.access_key = access_key
        self.lifetime = timedelta(hours=1)
        self.asked: list[str] = []  # "GET /path", those that were refused too

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def credentials(self) -> dict[str, str]:
        expiration = datetime.now(UTC) + self.lifetime
        return {
            "AccessKeyId": self.access_key,
            "SecretAccessKey": KEYS[self.access_key],
            "Token": SESSION_TOKEN,
            "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


class Answering(BaseHTTPRequestHandler):
    server: CredentialServer
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, text: str = "") -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


class ContainerCredentials(Answering):
    def do_GET(self) -> None:
        if self.headers["Authorization"] != AUTHORIZATION:
            self.answer(401)
        elif self.path != "/credentials":
            self.answer(404)
        else:
            self.answer(200, json.dumps(self.server.credentials()))


class InstanceMetadata(Answering):
    """Version 2 only: nothing without a token."""

    def do_PUT(self) -> None:
        asked_well = self.path == "/latest/api/token" and self.headers["x-aws-ec2-metadata-token-ttl-seconds"]
        self.answer(200, METADATA_TOKEN) if asked_well else self.answer(403)

    def do_GET(self) -> None:
        if self.headers["x-aws-ec2-metadata-token"] != METADATA_TOKEN:
            self.answer(401)
        elif self.path.rstrip("/") == ROLE_PATH.rstrip("/"):
            self.answer(200, ROLE)
        elif self.path == ROLE_PATH + ROLE:
            self.answer(200, json.dumps({"Code": "Success", "Type": "AWS-HMAC", **self.server.credentials()}))
        elif self.path == "/latest/meta-data/placement/availability-zone":
            self.answer(200, "us-east-1a")
        else:
            self.answer(404)


@contextmanager
def serve(handler: type[Answering], access_key: str) -> Iterator[CredentialServer]:
    with CredentialServer(handler, access_key) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def of_instance(server: CredentialServer) -> dict[str, str]:
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url, "AWS_EC2_METADATA_DISABLED": "false"}


def write_profile(file: Path, name: str, access_key: str, more: str = "") -> None:
    file.write_text(f"[{name}]\naws_access_key_id = {access_key}\naws_secret_access_key = {KEYS[access_key]}\n{more}")
