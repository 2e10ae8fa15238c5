"""One random collection: a run, changes, increments and fresh runs, all compared with the second implementation."""

from pathlib import Path

from cli.command import coulis, differing
from oracle.collection import Collection
from oracle.compare import compare, read_column
from oracle.expected import Expected, Options, choose_options, expect


def run_and_compare(folder: Path, output: Path, options: Options, before: list[Path]) -> Expected:
    expected = expect(folder, options, before)
    result = coulis("run", folder, output, *options.flags())
    if not expected.listed:
        assert result.code == 4, result.stderr
        expected.listed = before  # the OUTPUT stays as it was
        return expected
    assert result.code == (0 if expected.paths else 3), result.stderr
    assert (output / "_SUCCESS").exists() == bool(expected.paths)
    if expected.paths:
        compare(output, expected, options)
    return expected


def compare_with_fresh(output: Path, fresh: Path, same_parts: bool) -> None:
    if same_parts:
        assert differing(output, fresh) == []
        return
    rows = []  # an increment keeps its parts: the same bits, in another order
    for folder in (output, fresh):
        paths, labels, features = read_column(folder, "features")
        rows.append({path: (label, row.tobytes()) for path, label, row in zip(paths, labels, features, strict=True)})
    assert rows[0] == rows[1]


def check_seed(folder: Path, seed: int) -> None:
    options = choose_options(seed)
    try:
        collection = Collection(folder / "photos", seed)
        listed = run_and_compare(collection.folder, folder / "out", options, []).listed
        for added in (0, 3):
            collection.change(added)
            expected = run_and_compare(collection.folder, folder / "out", options, listed)
            fresh = folder / f"fresh_{added}"
            run_and_compare(collection.folder, fresh, options, [])
            if expected.paths:
                one_part = options.images_per_part > len(expected.listed)
                compare_with_fresh(folder / "out", fresh, one_part and set(expected.listed) <= set(listed))
            listed = expected.listed
    except BaseException as error:
        error.add_note(f"seed {seed}: {options}")
        raise
