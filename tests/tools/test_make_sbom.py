"""tools/make_sbom.py: the bill names what the command is linked with, and CycloneDX's own library accepts it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import COMMAND, REPOSITORY
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


@pytest.fixture(scope="module")
def bill() -> str:
    command = [sys.executable, REPOSITORY / "tools" / "make_sbom.py", COMMAND]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def components(bill) -> dict[str, dict]:
    return {component["name"]: component for component in json.loads(bill)["components"]}


def test_it_follows_the_schema_of_cyclonedx(bill):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


def test_every_shared_library_is_in_it_as_a_package(components):
    module = Path(COMMAND).parents[1] / "lib" / "libcoulis_codecs.so"
    trace = subprocess.run(["ldd", COMMAND, module], check=True, capture_output=True, text=True).stdout
    libraries = re.findall(r"=> (/\S+)", trace)
    assert len(libraries) > 10
    names = [library.rpartition("/")[2] for library in libraries if "/pyarrow/" not in library]
    owners = subprocess.run(["dpkg", "-S", *(f"*/{name}" for name in names)], capture_output=True, text=True).stdout
    for name in names:
        packages = {line.split(":")[0] for line in owners.splitlines() if line.endswith(f"/{name}")}
        assert packages & components.keys(), name


def test_what_is_compiled_in_and_python_packages_are_in_it(components):
    assert components.keys() >= {"libcli11-dev", "uplot", "nlohmann-json3-dev", "pyarrow", "numpy", "nanobind", "onnx"}
    assert components["onnx"]["scope"] == "optional"


def test_what_is_inside_of_arrow_is_in_it(bill, components):
    assert components.keys() >= {"aws-sdk-cpp", "google-cloud-cpp", "azure-sdk-for-cpp", "openssl", "zstd", "thrift"}
    inside = {dependency["ref"]: dependency["dependsOn"] for dependency in json.loads(bill)["dependencies"]}
    assert "libarrow:openssl" in inside[components["pyarrow"]["purl"]]


def licence_of(component: dict) -> str:
    found = component["licenses"][0]
    return found.get("expression") or found["license"].get("id") or found["license"]["name"]


def test_every_component_has_a_version_and_a_licence(components):
    for component in components.values():
        if "version" in component or not component["bom-ref"].startswith("libarrow:"):  # not all say their versions
            assert re.fullmatch(r"(\d:)?\d[\w.+~-]*", component["version"]), component["name"]
        assert not re.search("unknown|^see |^$", licence_of(component)), component["name"]
    wanted = {
        "libtiff6": "libtiff",
        "libjbig0": "GPL-2.0-or-later",
        "pyarrow": "Apache-2.0",
        "libwebp7": "BSD-3-Clause",
        "libheif1": "LGPL-3.0-or-later",
        "libavcodec": "LGPL-2.1-or-later",
    }
    [libavcodec] = (name for name in components if re.fullmatch(r"libavcodec\d+", name))
    components = components | {"libavcodec": components[libavcodec]}
    if "libquadmath0" in components:  # Debian 13's OpenBLAS does without, and its libheif loads a plugin for libde265
        wanted |= {"libquadmath0": "LGPL-2.1-or-later", "libde265-0": "LGPL-3.0-or-later"}
    assert {name: licence_of(components[name]) for name in wanted} == wanted
