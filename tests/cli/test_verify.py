"""`coulis verify` finds every kind of damage, and what it says to do about it helps."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from cli.command import coulis, differing, manifest_parts, part_files, read_manifest, succeed


def flip_byte(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def edit_manifest(output: Path, change) -> None:
    manifest = read_manifest(output)
    change(manifest)
    (output / "manifest.json").write_text(json.dumps(manifest))


def edit_parts(output: Path, change) -> None:
    """And the sum in the manifest, so that it is the parts that are wrong."""
    parts = manifest_parts(output)
    change(parts)
    lines = "".join(json.dumps(part) + "\n" for part in parts).encode()
    (output / "parts.jsonl").write_bytes(lines)
    file = {"bytes": len(lines), "sha256": hashlib.sha256(lines).hexdigest()}
    edit_manifest(output, lambda m: m["parts"].update(file))


DAMAGE = {
    "truncated part": lambda out: part_files(out)[2].write_bytes(part_files(out)[2].read_bytes()[:-100]),
    "empty part": lambda out: part_files(out)[0].write_bytes(b""),
    "flipped byte in features": lambda out: flip_byte(part_files(out)[1], 5000),
    "flipped byte in pca": lambda out: flip_byte(part_files(out, "pca")[5], 300),
    "missing part": lambda out: part_files(out)[3].unlink(),
    "missing pca part": lambda out: part_files(out, "pca")[3].unlink(),
    "extra part": lambda out: shutil.copy2(
        part_files(out)[0], out / "features" / f"part-00009-{'0' * 32}.snappy.parquet"
    ),
    "extra pca part": lambda out: shutil.copy2(part_files(out)[0], out / "pca" / f"part-00009-{'a' * 32}.zstd.parquet"),
    "missing csv": lambda out: (out / "matrix.csv").unlink(),
    "changed csv": lambda out: flip_byte(out / "matrix.csv", 2000),
    "longer csv": lambda out: (out / "matrix.csv").open("a").write("more\n"),
    "missing errors": lambda out: (out / "errors.parquet").unlink(),
    "changed model": lambda out: flip_byte(out / "pca_model.safetensors", 50_000),
    "missing success": lambda out: (out / "_SUCCESS").unlink(),
    "missing manifest": lambda out: (out / "manifest.json").unlink(),
    "counts that do not add up": lambda out: edit_manifest(out, lambda m: m["counts"].update(ok=23)),
    "another fingerprint": lambda out: edit_parts(out, lambda parts: parts[0].update(fingerprint="0" * 32)),
    "missing list of parts": lambda out: (out / "parts.jsonl").unlink(),
    "changed list of parts": lambda out: flip_byte(out / "parts.jsonl", 20),
}


def test_an_intact_output_passes(finished):
    result = succeed("verify", finished)
    assert "23 files, 192 rows" in result.stdout
    assert succeed("verify", finished, "--json").json == {"ok": True, "files": 23, "rows": 192, "problems": []}


def damaged(output: Path) -> set[Path]:
    """The files that verify names."""
    return {output / problem.split(":")[0] for problem in coulis("verify", output, "--json").json["problems"]}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found_and_what_verify_says_to_do_mends_it(small, output, damage):
    damage(output)
    result = coulis("verify", output)
    assert result.code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "try: remove the files named above, then run the same `coulis run` command again" in result.stderr
    for path in damaged(output):
        path.unlink(missing_ok=True)
    again = small.again(output, "--json")
    assert again.json["computed"] <= 4
    succeed("verify", output)
    assert differing(output, small.output) == []


@pytest.mark.parametrize("name", [name for name in DAMAGE if name.startswith(("missing", "extra"))])
def test_what_is_missing_or_too_much_needs_no_more_than_the_same_command(small, output, name):
    DAMAGE[name](output)
    result = small.again(output, "--json").json
    assert result["computed"] == (4 if name == "missing part" else 0)
    assert differing(output, small.output) == []


def test_a_run_that_meets_a_damaged_part_names_it_and_what_to_do(small, output):
    part = part_files(output)[2]
    part.write_bytes(part.read_bytes()[:-100])
    (output / "_SUCCESS").unlink()
    result = small.again(output)
    assert result.code == 1
    assert str(part) in result.stderr
    assert "try: remove the file, then run the same `coulis run` command again" in result.stderr
    part.unlink()
    assert small.again(output).code == 0
    assert differing(output, small.output) == []


def test_each_problem_names_its_file(output):
    flip_byte(part_files(output)[1], 5000)
    (output / "matrix.csv").unlink()
    problems = coulis("verify", output, "--json").json["problems"]
    assert len(problems) == 2
    assert problems[0].startswith(f"features/{part_files(output)[1].name}: ")
    assert problems[1].startswith("matrix.csv: ")


def test_verify_changes_nothing(output):
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    succeed("verify", output)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == before
