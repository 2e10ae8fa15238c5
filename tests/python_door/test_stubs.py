"""The stub of the extension module has the names and arguments that the module has."""

import ast

from cli.command import REPOSITORY
from coulis import _core
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


def test_the_stub_has_what_the_module_has():
    generator = StubGen(_core)
    generator.put(_core)
    written = (REPOSITORY / "python" / "coulis" / "_core.pyi").read_text()
    assert signatures(written) == signatures(generator.get())
