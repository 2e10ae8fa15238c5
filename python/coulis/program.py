"""Program: a process of `coulis serve`, which takes orders over pipes. docs/protocol.md has its frames and orders."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from coulis import _core

COMMAND = Path(__file__).parent / "bin" / "coulis"
PROTOCOL = 1
SECONDS_TO_END = 10  # between the close of its stdin and its kill

logger = logging.getLogger("coulis.job")


class Frame(NamedTuple):
    header: dict[str, Any]
    payload: bytes


class Died(Exception):
    """The process has ended without an answer. str(): "SIGKILL", "exit code 1"."""


class Program:
    """One process. It belongs to the process that made it, not to forked children."""

    def __init__(self) -> None:
        self.idle = True
        self._made_in = surroundings()
        self._writing = threading.Lock()
        try:
            self._process = subprocess.Popen(
                [COMMAND, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )
        except OSError as error:
            reason = f"{COMMAND} cannot be run: {error.strerror}"
            raise make_error(1, reason, "pip install --force-reinstall coulis") from error
        self._end = weakref.finalize(self, end, self._process)
        _programs.add(self)

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._end()

    def fits(self) -> bool:
        """Whether the process has the environment and the working folder that a new one would get now."""
        return self._end.alive and self._process.poll() is None and self._made_in == surroundings()

    def ask(self, order: str, *payload: bytes, **fields: Any) -> Iterator[Frame]:
        """Writes the order and yields the answers, the result last. Reading them raises coulis.Error or Died."""
        self.idle = False
        self.send({"order": order, "protocol": PROTOCOL, **fields}, *payload)
        return self._answers()

    def _answers(self) -> Iterator[Frame]:
        while True:
            frame = self._receive()
            answer = frame.header["answer"]
            self.idle = answer in ("result", "error")
            if answer == "error":
                raise make_error(frame.header["code"], frame.header["message"], frame.header["remedy"])
            if answer == "message":
                logger.log(logging.getLevelName(frame.header["level"].upper()), frame.header["text"])
                continue
            yield frame
            if self.idle:
                return

    def result(self, order: str, *payload: bytes, **fields: Any) -> Frame:
        """The result of an order with no other answers."""
        *_, last = self.ask(order, *payload, **fields)
        return last

    def send(self, header: dict[str, Any], *payload: bytes) -> None:
        size = sum(map(len, payload))
        text = json.dumps({**header, "payload": size} if size else header).encode()
        with self._writing, suppress(BrokenPipeError):  # the process has ended: reading reports how
            for piece in (len(text).to_bytes(4, "little") + text, *payload):
                self._write(piece)

    def cancel(self) -> None:
        """Call it from another thread than ask()."""
        self.send({"order": "cancel"})

    def forget(self) -> None:
        """Closes a forked child's copies of the pipes, which would keep the process alive."""
        self._end.detach()
        self._process.returncode = 0
        close_pipes(self._process)

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        left = memoryview(data)
        while left:
            left = left[self._process.stdin.write(left) :]

    def _receive(self) -> Frame:
        header = json.loads(self._read(int.from_bytes(self._read(4), "little")))
        return Frame(header, self._read(header.get("payload", 0)))

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = bytearray(size)
        left = memoryview(data)
        while left:
            got: int = self._process.stdout.readinto(left)  # type: ignore[attr-defined]  # unbuffered
            if got == 0:
                raise Died(name_cause(self._process.wait()))
            left = left[got:]
        return bytes(data)


class Programs:
    """Processes kept for the next call, as many as calls ran at once."""

    def __init__(self) -> None:
        self._idle: list[Program] = []

    @contextmanager
    def one(self) -> Iterator[Program]:
        program = self._take()
        try:
            yield program
        finally:
            if program.idle:
                self._idle.append(program)
            else:
                program.close()

    def _take(self) -> Program:
        while True:
            try:
                program = self._idle.pop()
            except IndexError:
                return Program()
            if program.fits():
                return program
            program.close()


_programs: weakref.WeakSet[Program] = weakref.WeakSet()


def forget_all() -> None:
    for program in list(_programs):
        program.forget()
    _programs.clear()


os.register_at_fork(after_in_child=forget_all)


def surroundings() -> tuple[Any, ...]:
    """What a process inherits from the one that starts it."""
    try:
        folder = str(Path.cwd())
    except OSError:
        folder = ""
    return os.getpid(), folder, dict(os.environ)


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def end(process: subprocess.Popen[bytes]) -> None:
    close_pipes(process)
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def name_cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def make_error(code: int, message: str, remedy: str) -> _core.Error:
    """The same exception as the native code raises."""
    error = _core.Error(message)
    error.code, error.remedy = code, remedy
    if remedy:
        error.add_note(remedy)
    return error


def to_name(path: str | bytes | os.PathLike[Any]) -> str:
    r"""Any bytes as text, as in frames: \xNN for what is not printable."""
    return _core.printable(os.fsencode(path))


def from_name(text: str) -> str:
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())
    return os.fsdecode(raw)
