"""The stubs of the extension modules have the names and arguments that the modules have."""

import ast

import pyarrow  # noqa: F401  (before _job, which uses its libarrow)
import pytest
from cli.command import REPOSITORY
from coulis import _core, _job
from nanobind.stubgen import StubGen


def signatures(stub: str, prefix: str = "") -> dict[str, list[str]]:
    """Functions, methods and properties by dotted name, with their arguments."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(stub).body if isinstance(stub, str) else stub:
        if isinstance(node, ast.ClassDef):
            found[prefix + node.name] = []
            found |= signatures(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            arguments = node.args.posonlyargs + node.args.args
            found[prefix + node.name] = [argument.arg for argument in arguments if argument.arg != "self"]
    return found


@pytest.mark.parametrize("module", [_core, _job])
def test_the_stub_has_what_the_module_has(module):
    generator = StubGen(module)
    generator.put(module)
    name = module.__name__.split(".")[-1]
    written = (REPOSITORY / "python" / "coulis" / f"{name}.pyi").read_text()
    assert signatures(written) == signatures(generator.get())
