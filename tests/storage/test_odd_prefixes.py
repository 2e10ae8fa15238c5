"""A prefix is text: nothing folds '.', '..' or '//' on the way to a server, in no interface."""

import pytest
from storage.amazon import Amazon, serve_amazon
from storage.bucket import Coulis, run_python
from storage.google import Google, serve_google
from storage.test_regions import objects

PREFIXES = ["a/../out", "./out", "out/..", "..", "a/./b", "a/b/../../c", "a b+%41/\u00e9"]
CODE = """
import sys, coulis
scheme, prefix = sys.argv[1:]
photos, output = f"{scheme}://photos/Test", f"{scheme}://photos/{prefix}"
summary = coulis.run(photos, output, k=2)
result = coulis.open(output)
assert summary["ok"] == len(result.paths) == len(result.matrix("pca")), summary
assert (result.matrix() == coulis.featurize(photos).values).all()
assert result.errors.num_rows == 0 and result.pca_model.n_components_ == 2
"""


@pytest.fixture
def amazon():
    with serve_amazon(objects()) as server:
        yield server


@pytest.fixture
def google():
    with serve_google() as server:
        for name, data in objects().items():
            server.put(name, data)
        yield server


def assert_below(prefix: str, names: list[str]) -> None:
    written = [name for name in names if name not in objects()]
    assert f"{prefix}/_SUCCESS" in written
    assert [name for name in written if not name.startswith(f"{prefix}/")] == []


@pytest.mark.parametrize("prefix", [*PREFIXES, "a//out"])
def test_results_are_written_and_opened_there_in_s3(amazon: Amazon, prefix):
    said = run_python(CODE, "s3", prefix, **Coulis(amazon.url).variables)
    assert said == ""  # at its end either, where a result is still held
    assert_below(prefix, list(amazon.objects))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_results_are_written_and_opened_there_in_googles_storage(google: Google, prefix):
    run_python(CODE, "gs", prefix, STORAGE_EMULATOR_HOST=google.url)
    assert_below(prefix, google.names(""))
    assert google.not_understood == []


def test_two_slashes_are_refused_where_arrow_takes_none(google: Google, tmp_path):
    run = Coulis("", {"STORAGE_EMULATOR_HOST": google.url})
    for uri in ("gs://photos/Test//x", "gs://photos//Test", "abfss://c@a.dfs.core.windows.net/Test//x"):
        result = run("run", uri, tmp_path / "out")
        assert (result.code, "takes no '//'" in result.stderr) == (2, True), result.stderr
        assert len(result.stderr.splitlines()) == 2
