"""Objects larger than one request go in parts: the C++ tests of that, on the real server."""

import os
import subprocess

from cli.command import REPOSITORY
from storage.seaweedfs import KEYS, READ_WRITE

TESTS = REPOSITORY / "build" / "release" / "tests" / "job" / "storage" / "job_storage_test"


def test_an_object_in_parts_appears_whole_or_not_at_all(server, output):
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": READ_WRITE,
        "AWS_SECRET_ACCESS_KEY": KEYS[READ_WRITE],
        "AWS_ENDPOINT_URL": server.url,
        "COULIS_TEST_LOCATION": output.uri,
    }
    command = [TESTS, "--gtest_filter=LargeObject.*"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "[  PASSED  ] 5 tests" in done.stdout
    assert "SKIPPED" not in done.stdout
    client = output.bucket.client
    assert "Uploads" not in client.list_multipart_uploads(Bucket=output.bucket.name)
