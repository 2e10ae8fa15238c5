"""What the libarrow of pyarrow's wheel has inside, linked statically: for the bill of materials.

Each part is recognized by its bytes; where they name its version, that is its version. The build stops if a part is no
longer found, so this list is read again when pyarrow changes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

# name, licence, website, what only its code contains (with a group: the version)
PARTS = (
    ("abseil-cpp", "Apache-2.0", "https://abseil.io", rb"lts_(20\d{6})"),
    ("aws-c-common and its siblings", "Apache-2.0", "https://github.com/awslabs/aws-c-common", rb"aws_byte_cursor_"),
    ("aws-sdk-cpp", "Apache-2.0", "https://github.com/aws/aws-sdk-cpp", rb"\0(1\.11\.\d+)\0"),
    ("azure-sdk-for-cpp", "MIT", "https://github.com/Azure/azure-sdk-for-cpp", rb"azsdk-cpp-"),
    ("brotli", "MIT", "https://github.com/google/brotli", rb"brotli decode error|BrotliDecoder"),
    ("bzip2", "bzip2-1.0.6", "https://sourceware.org/bzip2", rb"(1\.0\.\d), \d\d?-\w{3}-\d{4}"),
    ("crc32c", "BSD-3-Clause", "https://github.com/google/crc32c", rb"6crc32c\d"),
    ("curl", "curl", "https://curl.se", rb"libcurl/(\d[\d.]+\d)"),
    ("google-cloud-cpp", "Apache-2.0", "https://github.com/googleapis/google-cloud-cpp", rb"6google5cloud5v(\d_\d\d)"),
    ("jemalloc", "BSD-2-Clause", "https://jemalloc.net", rb"<jemalloc>: "),
    ("libxml2", "MIT", "https://gitlab.gnome.org/GNOME/libxml2", rb"libxml_domnode"),
    ("lz4", "BSD-2-Clause", "https://lz4.org", rb"ERROR_frameHeader_incomplete"),
    ("mimalloc", "MIT", "https://github.com/microsoft/mimalloc", rb"mimalloc: "),
    ("nlohmann-json", "MIT", "https://json.nlohmann.me", rb"json_abi_v(\d_\d+_\d)"),
    ("openssl", "Apache-2.0", "https://www.openssl.org", rb"OpenSSL (\d\.\d+\.\d+) \d"),
    ("opentelemetry-cpp", "Apache-2.0", "https://opentelemetry.io", rb"13opentelemetry2v1"),
    ("orc", "Apache-2.0", "https://orc.apache.org", rb"N3orc\d"),
    ("protobuf", "BSD-3-Clause", "https://protobuf.dev", rb"google/protobuf/any\.proto"),
    ("s2n-tls", "Apache-2.0", "https://github.com/aws/s2n-tls", rb"s2n_connection"),
    ("snappy", "BSD-3-Clause", "https://github.com/google/snappy", rb"N6snappy\d"),
    ("thrift", "Apache-2.0", "https://thrift.apache.org", rb"N6apache6thrift\d"),
    ("zlib", "Zlib", "https://zlib.net", rb"deflate (\d[\d.]+\d) Copyright"),
    ("zstd", "BSD-3-Clause", "https://facebook.github.io/zstd", rb"Unsupported frame parameter"),
)
ONLY_ON_X86 = ("jemalloc",)


def find_arrow_parts(arrow: Path) -> list[dict[str, object]]:
    """CycloneDX components. arrow: the folder of the package pyarrow, or of its libraries by any name."""
    files = [file for file in arrow.glob("lib*") if re.match(r"lib(arrow|arrow_s3|parquet)[-.].*so", file.name)]
    data = b"".join(file.read_bytes() for file in sorted(files))
    components = []
    for name, licence, website, marker in PARTS:
        found = re.search(marker, data)
        if found is None and name in ONLY_ON_X86:
            continue
        if found is None:
            sys.exit(f"arrow_parts.py: {name} is no longer in {arrow}: bring the list of its parts up to date")
        version = found[1].decode().replace("_", ".") if found.groups() else ""
        components.append(
            {
                "type": "library",
                "bom-ref": f"libarrow:{name}",
                "name": name,
                **({"version": version} if version else {}),
                "scope": "required",
                "licenses": [{"license": {"id": licence}}],
                "externalReferences": [{"type": "website", "url": website}],
            }
        )
    return components
