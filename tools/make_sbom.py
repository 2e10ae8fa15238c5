"""Writes a CycloneDX 1.6 bill of materials of coulis as JSON, with the versions and licences of dpkg and pip.

usage: make_sbom.py COMMAND      the built command, whose shared libraries are listed; prints the bill

It finds libraries by their Debian packages, so the bill is complete only on Debian and Ubuntu.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import cast
from urllib.parse import quote

from arrow_parts import find_arrow_parts

ROOT = Path(__file__).parent.parent
# A person has read these licences: the copyright files of these Debian packages, or sources, name none for the whole.
READ = {
    "cairo": "LGPL-2.1-only OR MPL-1.1",
    "codec2": "LGPL-2.1-only",
    "ffmpeg": "LGPL-2.1-or-later",
    "fontconfig": "HPND-sell-variant",
    "gcc": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "glibc": "LGPL-2.1-or-later",
    "gnutls28": "LGPL-2.1-or-later",
    "jpeg-xl": "BSD-3-Clause",
    "krb5": "MIT",
    "libbsd": "BSD-3-Clause",
    "libdrm": "MIT",
    "libjpeg-turbo": "IJG AND BSD-3-Clause AND Zlib",
    "libmd": "BSD-3-Clause",
    "libpng1.6": "libpng-2.0",
    "libquadmath0": "LGPL-2.1-or-later",
    "libselinux": "libselinux-1.0",
    "libtasn1-6": "LGPL-2.1-or-later",
    "libwebp": "BSD-3-Clause",
    "libx11": "MIT AND MIT-open-group",
    "libxau": "MIT-open-group",
    "libxcb": "MIT",
    "libxdmcp": "MIT-open-group",
    "libxext": "MIT-open-group",
    "libxfixes": "HPND-sell-variant",
    "libxrender": "HPND-sell-variant",
    "libzstd": "BSD-3-Clause OR GPL-2.0-only",
    "numactl": "LGPL-2.1-only",
    "openjpeg2": "BSD-2-Clause",
    "pixman": "MIT",
    "rtmpdump": "LGPL-2.1-or-later",
}
# Debian's short names -> SPDX's. Others stay unchanged.
SPDX = {
    "apache-2.0": "Apache-2.0",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "expat": "MIT",
    "gpl-2+": "GPL-2.0-or-later",
    "hylafax": "libtiff",
    "isc": "ISC",
    "libpng-2.0": "libpng-2.0",
    "lgpl-2.1-or-later": "LGPL-2.1-or-later",
    "lgpl-3+": "LGPL-3.0-or-later",
    "mit": "MIT",
    "zlib": "Zlib",
}
# The licence fields of pip's older packages.
SPDX |= {"apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "bsd license": "BSD-3-Clause"}


def is_expression(licence: str) -> bool:
    """An SPDX expression, or only a name."""
    return re.search(" (AND|OR|WITH) ", licence) is not None


@dataclass(frozen=True, order=True)
class Component:
    purl: str
    name: str
    version: str
    licence: str
    website: str
    scope: str = "required"

    def to_json(self) -> dict[str, object]:
        spdx = SPDX.get(self.licence.lower())
        named = {"license": {"id": spdx} if spdx else {"name": self.licence}}
        licence = {"expression": self.licence} if is_expression(self.licence) else named
        return {
            "type": "library",
            "bom-ref": self.purl,
            "name": self.name,
            "version": self.version,
            "scope": self.scope,
            "licenses": [licence],
            "purl": self.purl,
            **({"externalReferences": [{"type": "website", "url": self.website}]} if self.website else {}),
        }


# Embedded in the command, from third_party/uplot.
UPLOT = Component("pkg:npm/uplot@1.6.32", "uplot", "1.6.32", "MIT", "https://github.com/leeoniya/uPlot")


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    architecture: str
    source: str
    website: str


def read_packages(architecture: str = "") -> dict[str, Package]:
    """Every Debian package that is installed for an architecture: this machine's own, if none is given."""
    fields = ("Package", "Version", "Architecture", "source:Package", "Homepage")
    table = run("dpkg-query", "-W", "-f", "\t".join("${" + field + "}" for field in fields) + "\n")
    packages = [Package(*line.split("\t")) for line in table.splitlines()]
    wanted = (architecture or run("dpkg", "--print-architecture").strip(), "all")
    return {package.name: package for package in packages if package.architecture in wanted}


def linked_packages(command: Path) -> set[str]:
    """The packages of the shared libraries that the loader opens for the command and its module of codecs."""
    module = command.parent.parent / "lib" / "libcoulis_codecs.so"
    libraries = re.findall(r"=> (/\S+)", run("ldd", str(command), str(module)))
    # Debian's lists still say /lib for files in /usr/lib. A library without a package is in the pyarrow wheel.
    both = libraries + [str(Path(library).resolve()) for library in libraries]
    owners = subprocess.run(["dpkg", "-S", *both], capture_output=True, text=True).stdout
    return {line.split(":")[0] for line in owners.splitlines()}


def header_packages() -> list[str]:
    """The packages of the build whose headers coulis includes."""
    lines = (ROOT / "tools" / "system-packages.txt").read_text().splitlines()
    return [line for line in lines if line.endswith("-dev") and line not in ("python3-dev", "libgtest-dev")]


def debian_licence(package: Package) -> str:
    """The licence of most of the package's files, if its copyright file is machine-readable."""
    if known := READ.get(package.name) or READ.get(re.sub(r"^gcc-\d+$", "gcc", package.source)):
        return known
    file = Path("/usr/share/doc", package.name, "copyright")
    text = file.read_text(errors="replace") if file.exists() else ""
    match = re.search(r"^Files: *\*\n(?:.+\n)*?License: *(.+)", text, re.MULTILINE)
    return match[1].strip() if match else f"see {file}"


def debian_component(package: Package) -> Component:
    system = platform.freedesktop_os_release()["ID"]
    purl = f"pkg:deb/{system}/{package.name}@{quote(package.version, safe='')}?arch={package.architecture}"
    return Component(purl, package.name, package.version, debian_licence(package), package.website)


def debian_components(command: Path) -> list[Component]:
    packages = read_packages()
    linked = linked_packages(command)
    sources = {packages[name].source for name in linked}
    # Headers of libraries that are not linked are compiled in.
    compiled_in = {name for name in header_packages() if packages[name].source not in sources}
    return [debian_component(packages[name]) for name in linked | compiled_in]


def python_licence(package: Message) -> str:
    classifiers = [
        text.rpartition(" :: ")[2] for text in package.get_all("Classifier") or [] if text.startswith("License")
    ]
    candidates = [package.get("License-Expression"), package.get("License"), *classifiers]
    return next((text for text in candidates if text and "\n" not in text), "unknown")


def python_component(requirement: str, scope: str) -> Component:
    name = re.split(r"[^A-Za-z0-9_.-]", requirement)[0]
    package = cast(Message, metadata.metadata(name))  # which is one, says its documentation; its type names less
    version = package["Version"]
    website = package.get("Home-page") or f"https://pypi.org/project/{name}/"
    return Component(f"pkg:pypi/{name}@{version}", name, version, python_licence(package), website, scope)


def python_components() -> list[Component]:
    """The requirements of the wheel and of its extras, and nanobind, which is compiled in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [python_component(requirement, "required") for requirement in [*project["dependencies"], "nanobind"]]
    extras = [text for group in project["optional-dependencies"].values() for text in group]
    return needed + [python_component(requirement, "optional") for requirement in extras]


def make_sbom(components: Collection[Component], arrow: Path) -> dict[str, object]:
    """arrow: the folder of the package pyarrow whose libraries the command is linked with."""
    components = sorted({*components, UPLOT})
    version = (ROOT / "VERSION").read_text().strip()
    parts = find_arrow_parts(arrow)
    pyarrow = next(component.purl for component in components if component.name == "pyarrow")
    coulis = {"type": "application", "bom-ref": "coulis", "name": "coulis", "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": coulis | {"licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": [*(component.to_json() for component in components), *parts],
        "dependencies": [
            {"ref": "coulis", "dependsOn": [component.purl for component in components]},
            {"ref": pyarrow, "dependsOn": [part["bom-ref"] for part in parts]},
        ],
    }


if __name__ == "__main__":
    components = {*debian_components(Path(sys.argv[1])), *python_components()}
    arrow = Path(str(metadata.distribution("pyarrow").locate_file("pyarrow")))
    print(json.dumps(make_sbom(components, arrow), indent=1))
