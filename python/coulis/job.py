"""run: `coulis run` from Python, on the threads of this process."""

from __future__ import annotations

import logging
import os
from typing import Any

from coulis import _job
from coulis.interruptible import finish
from coulis.keywords import takes, to_native
from coulis.options import OPTIONS

logger = logging.getLogger(__name__)


@takes(OPTIONS)
def run(
    input: str | bytes | os.PathLike[str],
    output: str | bytes | os.PathLike[str],
    k: int | None = None,
    *,
    pca: str | bytes | os.PathLike[str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Photos below `input` to features, PCA, tables and report in `output`: `coulis run`, with its flags as options.

    '_' stands for '-': variance=0.95, precision="int8", images_per_part=256, ... The same call again resumes after an
    interruption, and computes only what has changed. `pca`: a pca_model.safetensors to project through instead of
    fitting one. What the command tells on its way goes to the logger "coulis.job". Returns counts and seconds;
    `coulis.open(output)` reads the results.

    Raises coulis.Error; its `code` is the exit code of the command. Ctrl-C ends the run when the parts that are begun
    are finished.
    """
    keywords = to_native({"input": input, "output": output, "k": k, **options})
    call = _job.LocalRun(keywords, None if pca is None else os.fspath(pca), report)
    summary: dict[str, Any] = finish(call)
    return summary


def report(level: str, sentence: str) -> None:
    logger.log(logging.getLevelName(level.upper()), sentence)
