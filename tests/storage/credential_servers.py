"""Where programs get their credentials: profile files; small servers that speak the protocols of EC2, ECS and EKS.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
         https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

import json
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.loopback import LoopbackHandler, LoopbackServer, serving
from storage.seaweedfs import KEYS

ROLE = "photo-reader"
ROLE_PATH = "/latest/meta-data/iam/security-credentials/"
AUTHORIZATION = "container-authorization-9d1e"
METADATA_TOKEN = "metadata-token-77aa"
SESSION_TOKEN = "session-token-5e0c1b"


class CredentialServer(LoopbackServer):
    """Gives `access_key` of seaweedfs.KEYS, valid for `lifetime`; both may be changed at any time."""

    def __init__(self, handler: type[LoopbackHandler], access_key: str):
        super().__init__(handler)
        self.access_key = access_key
        self.lifetime = timedelta(hours=1)
        self.asked: list[str] = []  # "GET /path", those that were refused too

    def credentials(self) -> dict[str, str]:
        expiration = datetime.now(UTC) + self.lifetime
        return {
            "AccessKeyId": self.access_key,
            "SecretAccessKey": KEYS[self.access_key],
            "Token": SESSION_TOKEN,
            "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


class Answering(LoopbackHandler):
    server: CredentialServer

    def say(self, status: int, text: str = "") -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.answer(status, text.encode())


class ContainerCredentials(Answering):
    def do_GET(self) -> None:
        if self.headers["Authorization"] != AUTHORIZATION:
            self.say(401)
        elif self.path != "/credentials":
            self.say(404)
        else:
            self.say(200, json.dumps(self.server.credentials()))


class InstanceMetadata(Answering):
    """Version 2 only: nothing without a token."""

    def do_PUT(self) -> None:
        asked_well = self.path == "/latest/api/token" and self.headers["x-aws-ec2-metadata-token-ttl-seconds"]
        self.say(200, METADATA_TOKEN) if asked_well else self.say(403)

    def do_GET(self) -> None:
        if self.headers["x-aws-ec2-metadata-token"] != METADATA_TOKEN:
            self.say(401)
        elif self.path.rstrip("/") == ROLE_PATH.rstrip("/"):
            self.say(200, ROLE)
        elif self.path == ROLE_PATH + ROLE:
            self.say(200, json.dumps({"Code": "Success", "Type": "AWS-HMAC", **self.server.credentials()}))
        elif self.path == "/latest/meta-data/placement/availability-zone":
            self.say(200, "us-east-1a")
        else:
            self.say(404)


def serve(handler: type[Answering], access_key: str) -> AbstractContextManager[CredentialServer]:
    return serving(CredentialServer(handler, access_key))


def of_instance(server: CredentialServer) -> dict[str, str]:
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url, "AWS_EC2_METADATA_DISABLED": "false"}


def write_profile(file: Path, name: str, access_key: str, more: str = "") -> None:
    file.write_text(f"[{name}]\naws_access_key_id = {access_key}\naws_secret_access_key = {KEYS[access_key]}\n{more}")
