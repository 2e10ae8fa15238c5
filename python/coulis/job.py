"""run: `coulis run` from Python, in a process of its own."""

from __future__ import annotations

import os
from typing import Any

from coulis.interruptible import finish
from coulis.keywords import takes
from coulis.options import OPTIONS
from coulis.order_options import to_options
from coulis.program import Died, Program, make_error, to_name


@takes(OPTIONS)
def run(
    input: str | bytes | os.PathLike[str],
    output: str | bytes | os.PathLike[str],
    k: int | None = None,
    *,
    pca: str | bytes | os.PathLike[str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Compute features, PCA, tables and a report in `output` from the photos below `input`: `coulis run`.

    Options are the command's flags, with '_' for '-': variance=0.95, precision="int8", images_per_part=256, ... The
    same call again resumes after an interruption, and recomputes only what has changed. `pca`: a pca_model.safetensors
    to project with instead of fitting a PCA. Messages go to the logger "coulis.job". Returns counts and seconds;
    `coulis.open(output)` reads the results.

    Raises coulis.Error; its `code` is the exit code of the command. Ctrl-C ends the run after the parts in progress.
    """
    order = run_order(input, output, pca, {"k": k, **options})
    with Program() as program:
        try:
            summary: dict[str, Any] = finish(lambda: program.result("run", **order), program.cancel).header["summary"]
        except Died as died:
            raise ended(died) from None
    return summary


def run_order(input: Any, output: Any, pca: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The fields of an order."""
    places = {"input": to_name(input), "output": to_name(output), "pca": None if pca is None else to_name(pca)}
    return {**places, "options": to_options(options)}


def ended(died: Died) -> Exception:
    remedy = "run the same call again: it resumes. SIGKILL usually means that memory ran out: use fewer threads"
    return make_error(1, f"the coulis process ended before its work was done ({died})", remedy)
