"""coulis serve keeps to docs/protocol.md. The client here is a second one, of a few lines, written from that page."""

import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
from bits import same_bits
from cli.command import COMMAND, differing, read_parts, succeed


class Client:
    def __init__(self, **environment):
        self.process = subprocess.Popen(
            [COMMAND, "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
        )

    def write(self, header, payload=b""):
        text = json.dumps({**header, "payload": len(payload)}).encode()
        self.process.stdin.write(len(text).to_bytes(4, "little") + text + payload)
        self.process.stdin.flush()

    def read(self):
        size = int.from_bytes(self.process.stdout.read(4), "little")
        header = json.loads(self.process.stdout.read(size))
        return header, self.process.stdout.read(header.get("payload", 0))

    def order(self, order, payload=b"", **fields):
        """All answers."""
        self.write({"order": order, "protocol": 1, **fields}, payload)
        answers = [self.read()]
        while answers[-1][0]["answer"] not in ("result", "error"):
            answers.append(self.read())
        return answers


@pytest.fixture
def client():
    client = Client()
    yield client
    client.process.stdin.close()
    assert client.process.wait(timeout=20) == 0
    assert client.process.stdout.read() == b""


def test_a_run_writes_the_output_of_the_command(client, photos, tmp_path):
    options = {"k": 3, "images-per-part": "5", "include": ["*.jpg"], "csv-bom": True, "max-bad": 0.5}
    answers = client.order("run", input=str(photos), output=str(tmp_path / "ours"), options=options)
    summary = answers[-1][0]["summary"]
    assert (summary["listed"], summary["ok"], summary["k"], summary["parts"]) == (12, 12, 3, 3)
    assert {answer["answer"] for answer, _ in answers[:-1]} == {"message"}
    flags = ["-k", 3, "--images-per-part", 5, "--include", "*.jpg", "--csv-bom", "--max-bad", 0.5]
    succeed("run", photos, tmp_path / "theirs", *flags)
    assert differing(tmp_path / "ours", tmp_path / "theirs") == []


def test_rows_come_in_order_after_the_names(client, photos, tmp_path):
    (photos / "b.jpg").write_bytes(b"no photo at all, not even nearly")
    succeed("run", photos, tmp_path / "out", "-k", 2)
    table = read_parts(tmp_path / "out")
    expected = table["features"].combine_chunks().flatten().to_numpy().reshape(12, -1)
    for _ in range(2):  # the second time with the model that is there
        (told, names), *blocks, (result, _) = client.order("featurize", input=str(photos))
        assert (told["count"], told["width"], result["turned"]) == (13, 1280, 0)
        listed = names.decode().splitlines()
        rows = np.concatenate([np.frombuffer(rows, "<f4").reshape(block["count"], -1) for block, rows in blocks])
        [[index, stage, code, _]] = [failure for block, _ in blocks for failure in block["failures"]]
        assert (listed[index], stage, code) == (f"{photos}/b.jpg", "decode", "not_an_image")
        assert np.isnan(rows[index]).all()
        assert same_bits(np.delete(rows, index, axis=0), expected)
    by_name = client.order("featurize", "".join(f"{path}\n" for path in listed).encode())
    assert same_bits(np.frombuffer(by_name[1][1], "<f4").reshape(13, -1), rows)


def test_an_output_is_listed_and_read(client, small):
    place = {"place": str(small.output)}
    keys = client.order("list", prefix="features", **place)[-1][0]["keys"]
    assert sorted(keys) == sorted(f"features/{path.name}" for path in (small.output / "features").glob("*.parquet"))
    manifest = (small.output / "manifest.json").read_bytes()
    assert client.order("read", key="manifest.json", **place)[-1][1] == manifest
    assert client.order("read", key="manifest.json", offset=5, size=10, **place)[-1][1] == manifest[5:15]
    assert client.order("size", key="manifest.json", **place)[-1][0]["size"] == len(manifest)
    assert client.order("size", key="nothing", **place)[-1][0]["size"] is None


def test_errors_have_code_message_and_remedy_and_the_next_order_is_taken(client, tmp_path):
    wrong = [
        (("featurize", b""), {"input": str(tmp_path / "nowhere")}, 5, "does not exist"),
        (("featurize", b""), {"input": str(tmp_path)}, 4, "no photos found"),
        (("featurize", b""), {"options": {"threads": -1}}, 2, "threads"),
        (("featurize", b""), {"options": {"presicion": "int8"}}, 2, "presicion"),
        (("featurize", b""), {"input": "-"}, 2, "stdin"),
        (("dance", b""), {}, 2, "no such order"),
        (("size", b""), {"key": "a"}, 2, "place"),
        (("featurize", b""), {"protocol": 2}, 2, "protocol"),
    ]
    for order, fields, code, message in wrong:
        error, _ = client.order(*order, **fields)[-1]
        assert (error["answer"], error["code"]) == ("error", code), error
        assert message in error["message"] and error["remedy"]


def test_what_is_no_order_of_a_task_has_a_result_that_says_so(client):
    header, result = client.order("work", b"no order", shared=0)[-1]
    assert header["answer"] == "result"
    fields = json.loads(result.splitlines()[0])
    assert (fields["kind"], fields["code"]) == ("error", 1) and "another version" in fields["message"]


@pytest.mark.parametrize("garbage", [b"\xff\xff\xff\xff", b"\x02\x00\x00\x00[]", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_frame_ends_it_with_a_sentence(garbage):
    client = Client()
    said = client.process.communicate(garbage, timeout=20)
    assert said[0] == b"" and client.process.returncode == 2
    assert said[1].startswith(b"coulis: error: stdin of `coulis serve` is not a frame of its protocol")


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_a_run_is_cancelled_by_an_order_or_by_the_end_of_stdin(how, photos, tmp_path):
    label = min(photos.iterdir())
    for copy in range(60):
        (photos / f"copy{copy}").symlink_to(label)
    client = Client(COULIS_SIMD="portable")
    client.write(
        {
            "order": "run",
            "protocol": 1,
            "input": str(photos),
            "output": str(tmp_path / "out"),
            "options": {"images-per-part": 4},
        }
    )
    while not list((tmp_path / "out").glob("features/*.parquet")):
        assert client.process.poll() is None
        time.sleep(0.02)
    if how == "cancel":
        client.write({"order": "cancel"})
    else:
        client.process.stdin.close()
    answer = {"answer": "message"}
    while answer["answer"] == "message":
        answer = client.read()[0]
    assert (answer["answer"], answer["code"]) == ("error", 130)
    if how == "cancel":  # and the next order is not
        assert client.order("list", place=str(tmp_path / "out"), prefix="")[-1][0]["answer"] == "result"
        client.process.stdin.close()
    assert client.process.wait(timeout=20) == 0
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    assert list((tmp_path / "out").glob("features/*.parquet"))


def test_sigint_is_for_the_client(client, photos):
    client.order("size", place=str(photos), key="a")
    client.process.send_signal(signal.SIGINT)
    assert client.order("featurize", input=str(photos))[-1][0]["answer"] == "result"


def test_it_ends_with_its_parent_though_the_pipe_stays_open(tmp_path):
    """A child of the parent, forked by a library, may hold the other end."""
    ours, theirs = os.pipe()
    program = (
        f"import subprocess, time; print(subprocess.Popen([{COMMAND!r}, 'serve'], stdin={ours}).pid); time.sleep(1)"
    )
    with (tmp_path / "pid").open("w") as file:
        subprocess.run(["python3", "-c", program], pass_fds=[ours], stdout=file, timeout=20, check=True)
    os.close(ours)
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 10
    while os.path.exists(f"/proc/{pid}") and open(f"/proc/{pid}/stat").read().split()[2] != "Z":  # noqa: PTH110, PTH123, SIM115
        assert time.monotonic() < deadline, "it outlives its parent"
        time.sleep(0.1)
    os.close(theirs)
