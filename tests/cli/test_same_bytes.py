"""The same photos give the same files, to the byte, however the work is spread."""

import cpu
import pytest
from cli.command import copy_photos, coulis, differing, read_manifest, succeed


@pytest.fixture(scope="module")
def run_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("same")
    photos = copy_photos(folder / "photos", 36)

    def run(name, *flags, **environment):
        succeed("run", photos, folder / name, "-k", 6, *flags, **environment)
        return folder / name

    return run


@pytest.mark.parametrize("flags", [[], ["--images-per-part", 10]], ids=["one_part", "four_parts"])
def test_one_two_and_seven_threads_and_a_second_run_agree(run_of, flags):
    name = f"out{len(flags)}"
    one = run_of(f"{name}-1", "--threads", 1, *flags)
    for threads in (1, 2, 7):
        other = run_of(f"{name}-again-{threads}", "--threads", threads, *flags)
        assert differing(one, other) == [], f"{threads} threads"


def test_threads_agree_where_there_are_more_of_them_than_photos(tmp_path):
    photos = copy_photos(tmp_path / "photos", 3)
    for threads in (1, 16):
        succeed("run", photos, tmp_path / str(threads), "--threads", threads, "--images-per-part", 1)
    assert differing(tmp_path / "1", tmp_path / "16") == []


@pytest.mark.parametrize(("level", "count"), [("portable", 3), ("avx2", 12), ("avx512", 12)])
def test_threads_agree_on_every_instruction_set(tmp_path, level, count):
    cpu.need(level)
    photos = copy_photos(tmp_path / "photos", count)
    for threads in (1, 3):
        flags = ["--threads", threads, "--images-per-part", 2]
        succeed("run", photos, tmp_path / str(threads), "-k", 2, *flags, COULIS_SIMD=level)
    assert read_manifest(tmp_path / "1")["last_run"]["simd"] == level
    assert differing(tmp_path / "1", tmp_path / "3") == []


def test_threads_agree_in_bf16(tmp_path):
    cpu.need("bf16")
    photos = copy_photos(tmp_path / "photos", 12)
    for threads in (1, 2, 7):
        flags = ["-k", 2, "--precision", "bf16", "--threads", threads, "--images-per-part", 5]
        succeed("run", photos, tmp_path / str(threads), *flags, COULIS_SIMD="best")
        assert differing(tmp_path / "1", tmp_path / str(threads)) == [], f"{threads} threads"
    succeed("run", photos, tmp_path / "fp32", "-k", 2, "--images-per-part", 5, COULIS_SIMD="best")
    assert differing(tmp_path / "1", tmp_path / "fp32") != []


def test_bf16_on_a_cpu_without_it_is_a_usage_error(tmp_path):
    level = {"COULIS_SIMD": "portable"} if cpu.has("bf16") else {}  # as if the CPU had no more
    result = coulis("run", copy_photos(tmp_path / "photos", 1), tmp_path / "out", "--precision", "bf16", **level)
    assert (result.code, "AVX512_BF16" in result.stderr) == (2, True)


def test_threads_agree_in_int8(tmp_path):
    photos = copy_photos(tmp_path / "photos", 24)
    for threads in (1, 2, 7):
        flags = ["--threads", threads, "--images-per-part", 5, "--precision", "int8"]
        succeed("run", photos, tmp_path / str(threads), "-k", 4, *flags)
    assert "precision=int8\n" in read_manifest(tmp_path / "1")["settings"]
    assert differing(tmp_path / "1", tmp_path / "2") == []
    assert differing(tmp_path / "1", tmp_path / "7") == []


def test_the_order_in_which_the_file_system_lists_does_not_matter(tmp_path):
    forward = copy_photos(tmp_path / "photos", 12)
    succeed("run", forward, tmp_path / "one", "-k", 3)
    names = sorted(p.relative_to(forward) for p in forward.rglob("*.jpg"))
    aside = tmp_path / "aside"
    forward.rename(aside)
    for name in reversed(names):  # the same names and times, made in the other order
        (forward / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).rename(forward / name)
    succeed("run", forward, tmp_path / "two", "-k", 3)
    assert differing(tmp_path / "one", tmp_path / "two") == []
