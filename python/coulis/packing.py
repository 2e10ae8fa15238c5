"""pack: `coulis pack` from Python, in a process of its own."""

from __future__ import annotations

import os
from typing import Any

from coulis.interruptible import finish
from coulis.job import ended, run_order
from coulis.program import Died, Program


def pack(
    input: str | bytes | os.PathLike[str],
    output: str | bytes | os.PathLike[str],
    *,
    share: str | None = None,
    **options: Any,
) -> dict[str, int]:
    """Pack the photos of `input` into tar shards in `output`: `coulis pack`.

    Options are the command's flags, with '_' for '-': shard_bytes=256_000_000, labels="train.csv", ... `share`: "3/64"
    writes only the third of 64 shares; call without it when all are done. The same call again resumes, and writes only
    what has changed. Messages go to the logger "coulis.job". Returns counts: listed, packed, failed, shards, written
    (by this call) and bytes.

    Raises coulis.Error; its `code` is the exit code of the command.
    """
    order = run_order(input, output, None, options)
    with Program() as program:
        try:
            answer = finish(lambda: program.result("pack", share=share, **order), program.cancel)
        except Died as died:
            raise ended(died) from None
    summary: dict[str, int] = answer.header["summary"]
    return summary
