"""Every door has every option, from one list."""

import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import coulis
import pytest
from cli.command import REPOSITORY, succeed
from coulis.option_types import FeaturizeOptions, RunOptions
from coulis.options import DEFAULTS, OPTIONS
from options.every_option import list_options

KEYWORDS = [option.keyword for option in OPTIONS]


def load_tool(name):
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_of_python_is_that_of_the_command():
    tool = load_tool("write_options")
    for name, text in tool.write_modules(list_options()).items():
        assert Path(REPOSITORY, "python/coulis", name).read_text() == text, "run tools/write_options.py"


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_the_help_of_a_verb_has_every_option(verb):
    text = succeed(verb, "--help").stdout
    for option in list_options():
        assert ("-k," if option["name"] == "k" else f"--{option['name']}") in text
        assert option["help"].split()[0] in text


def test_the_manual_and_the_completions_have_every_option():
    for option in list_options():
        name = "components" if option["name"] == "k" else option["name"]
        assert f"--{name}".replace("-", "\\-") in succeed("man").stdout
        assert f"--{name}" in succeed("completion", "bash").stdout


def test_python_shows_every_option_with_its_default():
    parameters = inspect.signature(coulis.run).parameters
    assert set(KEYWORDS) <= set(parameters)
    assert {name: parameters[name].default for name in KEYWORDS if name != "k"} == {
        name: value for name, value in DEFAULTS.items() if name != "k"
    }
    assert set(FeaturizeOptions.__annotations__) <= set(inspect.signature(coulis.featurize).parameters)
    assert set(RunOptions.__annotations__) == set(KEYWORDS)


def test_a_keyword_that_no_option_has_is_a_type_error(tmp_path):
    with pytest.raises(TypeError, match="'presicion'"):
        coulis.featurize([], presicion="int8")
    with pytest.raises(TypeError, match="'presicion'"):
        coulis.run(tmp_path, tmp_path / "out", presicion="int8")


def test_spark_has_every_option():
    pytest.importorskip("pyspark", reason="pyspark is not installed: no Spark to run on")
    from coulis.spark import ImageFeaturizer, run
    from coulis.spark.coulis_job import add_argument  # noqa: F401

    assert set(KEYWORDS) <= set(inspect.signature(run).parameters)
    names = {"".join(word.capitalize() for word in option.name.split("-")) for option in OPTIONS}
    for option in OPTIONS:
        if option.group in ("network", "decode"):
            first, *others = option.name.split("-")
            assert hasattr(ImageFeaturizer, first + "".join(word.capitalize() for word in others)), names
    job = [sys.executable, "-m", "coulis.spark.coulis_job", "--help"]
    environment = {"PYTHONPATH": str(REPOSITORY / "build/release/python"), "PATH": "/usr/bin:/bin"}
    text = subprocess.run(job, env=environment, capture_output=True, text=True, check=True).stdout
    for option in OPTIONS:
        assert ("-k " if option.name == "k" else f"--{option.name}") in text
