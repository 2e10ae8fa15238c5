"""A changed option makes a run write again what it affects, and nothing else: through the command, Python and Spark."""

import json

import coulis
import pytest
from cli.command import coulis as command
from cli.command import succeed
from options.every_option import ALWAYS, as_flags, expected, list_options, look, written

OPTIONS = list_options()
NAMES = [option["name"] for option in OPTIONS]


def keyword_of(option):
    return option["name"].replace("-", "_")


def check(option, output, run):
    """run() makes the change: it writes what it should; once more, and it writes nothing."""
    before = look(output)
    run()
    found = written(before, look(output))
    wanted = expected(option)
    assert found == (wanted | ALWAYS if wanted else set()), option["name"]
    if option["name"] == "fresh":
        return
    before = look(output)
    run()
    assert written(before, look(output)) == set(), f"{option['name']}: the same run again"


def test_another_value_of_each_option_is_tried(values):
    assert sorted(values) == sorted(map(keyword_of, OPTIONS))


@pytest.mark.parametrize("option", OPTIONS, ids=NAMES)
def test_the_command_recomputes_what_an_option_affects(option, few_photos, output, values):
    flags = as_flags(keyword_of(option), values[keyword_of(option)])
    check(option, output, lambda: succeed("run", few_photos, output, *flags))


@pytest.mark.parametrize("option", OPTIONS, ids=NAMES)
def test_python_recomputes_what_an_option_affects(option, few_photos, output, values):
    changed = {keyword_of(option): values[keyword_of(option)]}
    check(option, output, lambda: coulis.run(few_photos, output, **changed))


@pytest.mark.parametrize("option", OPTIONS, ids=NAMES)
def test_spark_recomputes_what_an_option_affects(option, few_photos, output, values, spark):
    from coulis.spark import run

    changed = {keyword_of(option): values[keyword_of(option)]}
    check(option, output, lambda: run(spark, str(few_photos), str(output), **changed))


def pictures_in(output):
    return (output / "report.html").read_text().count("/9j/")  # how every JPEG begins in base64


def test_no_picture_stays_where_none_is_wanted(few_photos, output):
    assert pictures_in(output)
    succeed("run", few_photos, output, "--no-thumbnails")
    assert not pictures_in(output)
    succeed("fit", output, "-k", 3)
    assert not pictures_in(output)
    succeed("report", output)
    assert not pictures_in(output)


def test_fit_and_report_start_from_the_options_of_the_run(few_photos, output):
    succeed("run", few_photos, output, "--csv-separator", "tab", "--csv-bom", "--variance", 0.6)
    succeed("report", output, "--no-thumbnails")
    succeed("fit", output, "-k", 2)
    assert (output / "matrix.csv").read_bytes().startswith(b"\xef\xbb\xbfpath\tlabel\tpc_1\tpc_2\r\n")
    options = json.loads((output / "manifest.json").read_text())["options"]
    assert (options["k"], options["variance"], options["no-thumbnails"]) == ("2", "0", "true")
    assert (options["csv-separator"], options["csv-bom"]) == ("tab", "true")


def test_project_starts_from_the_options_of_the_run_that_fitted(few_photos, output, tmp_path):
    succeed("run", few_photos, output, "--precision", "int8", "--no-thumbnails", "--csv-separator", ";", "-k", 2)
    succeed("project", few_photos, tmp_path / "new", "--pca", output / "pca_model.safetensors")
    assert (tmp_path / "new/matrix.csv").read_bytes() == (output / "matrix.csv").read_bytes()
    coulis.run(few_photos, tmp_path / "python", pca=output / "pca_model.safetensors")
    assert (tmp_path / "python/matrix.csv").read_bytes() == (output / "matrix.csv").read_bytes()
    succeed("project", few_photos, tmp_path / "fp32", "--pca", output / "pca_model.safetensors", "--precision", "fp32")
    assert (tmp_path / "fp32/matrix.csv").read_bytes() != (output / "matrix.csv").read_bytes()


@pytest.mark.parametrize("separator", ['"', "\n", "\r", "", "ab", "a", "0", "'"])
def test_a_separator_that_would_break_the_file_is_refused_by_every_door(separator, few_photos, tmp_path):
    assert command("run", few_photos, tmp_path / "out", "--csv-separator", separator).code == 2
    with pytest.raises(coulis.Error, match="separator"):
        coulis.run(few_photos, tmp_path / "out", csv_separator=separator)


@pytest.mark.parametrize("separator", ["tab", "\t"])
def test_every_door_takes_a_tab(separator, few_photos, tmp_path):
    succeed("run", few_photos, tmp_path / "command", "--csv-separator", separator)
    coulis.run(few_photos, tmp_path / "python", csv_separator=separator)
    for door in ("command", "python"):
        assert (tmp_path / door / "matrix.csv").read_text().startswith("path\tlabel\t")
