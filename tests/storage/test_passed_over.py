"""In a bucket keys alone tell what is no photo: results of coulis, and what systems keep beside photos."""

from pathlib import Path

from cli.command import read_errors, read_manifest, read_parts
from storage.bucket import Coulis, Place
from storage.fault_proxy import FaultProxy

EVERYTHING = ["-k", "3", "--include", "*", "--no-thumbnails"]


def taken(output: Place | Path, folder: Path) -> set[str]:
    """All that the run took, below INPUT."""
    copy = output if isinstance(output, Path) else output.download(folder)
    paths = read_parts(copy)["path"].to_pylist() + list(read_errors(copy))
    return {path.removeprefix(read_manifest(copy)["input"] + "/") for path in paths}


def test_an_output_below_the_input_is_never_read(run: Coulis, own_photos: Place, tmp_path):
    names = own_photos.names()
    output = Place(own_photos.bucket, own_photos.key("results/one"))
    for number in range(2):
        run.succeed("run", own_photos.uri, output.uri, *EVERYTHING)
        assert taken(output, tmp_path / str(number)) == names
    result = run.succeed("run", own_photos.uri, output.uri, *EVERYTHING, "--json").json
    assert result["up_to_date"]
    assert set(result["passed_over"]) == {"coulis"}
    assert result["passed_over"]["coulis"]["files"] >= len(output.names())


def test_an_input_may_be_the_output_or_lie_below_it(run: Coulis, own_photos: Place, tmp_path):
    names = own_photos.names()
    for number in range(2):
        run.succeed("run", own_photos.uri, own_photos.uri, *EVERYTHING)
        assert taken(own_photos, tmp_path / str(number)) == names
    label = next(iter(names)).split("/")[0]
    below = Place(own_photos.bucket, own_photos.key(label))
    run.succeed("run", below.uri, own_photos.uri, *EVERYTHING, "--fresh")
    assert taken(own_photos, tmp_path / "below") == {n.removeprefix(f"{label}/") for n in names if n.startswith(label)}


def test_results_of_other_runs_and_exports_are_told_without_a_request(
    run: Coulis, proxy: FaultProxy, own_photos: Place, tmp_path
):
    names = own_photos.names()
    old = Place(own_photos.bucket, own_photos.key("deep/old"))
    run.succeed("run", own_photos.uri, old.uri, "-k", "3", "--no-thumbnails")
    run.succeed("export", old.uri, f"{own_photos.uri}/deep/projector", "--to", "projector")
    interrupted = Place(own_photos.bucket, own_photos.key("deep/interrupted"))
    parts = {interrupted.key(part): old.bucket.get(old.key(part)) for part in old.parts()}
    own_photos.bucket.put(parts)
    before = len(proxy.requests)
    result = run.succeed("run", own_photos.uri, tmp_path / "out", *EVERYTHING, "--json").json
    requests = proxy.requests[before:]
    assert taken(tmp_path / "out", tmp_path) == names
    assert result["passed_over"]["coulis"]["files"] >= len(old.names()) + len(parts) + 5
    # A GET for each photo; whether the bucket is there, and its one page; a look into errors.parquet, a name for all.
    assert len(requests) <= len(names) + 3


def test_what_systems_keep_is_passed_over_and_notes_of_macos_are_rows(run: Coulis, own_photos: Place, tmp_path):
    names = own_photos.names()
    photo = own_photos.bucket.get(own_photos.key(next(iter(names))))
    litter = ["__MACOSX/a.jpg", "x/@eaDir/b.jpg", ".Trash-1000/c.jpg"]
    own_photos.bucket.put({own_photos.key(name): photo for name in [*litter, "._photo.jpg", ".hidden/d.jpg"]})
    own_photos.bucket.put({own_photos.key("._notes.jpg"): b"\0\5\x16\7\0\2\0\0Mac OS X        "})
    result = run.succeed("run", own_photos.uri, tmp_path / "out", "-k", "3", "--no-thumbnails")
    assert taken(tmp_path / "out", tmp_path) == names | {"._photo.jpg", "._notes.jpg", ".hidden/d.jpg"}
    (row,) = read_errors(tmp_path / "out").values()
    assert (row["code"], "AppleDouble" in row["message"]) == ("not_an_image", True)
    assert "warning: 2 objects are named like the notes that macOS keeps" in result.stderr
    passed_over = read_manifest(tmp_path / "out")["listing"]["passed_over"]
    assert passed_over == {"default": {"files": 3, "folders": 0, "example": ".Trash-1000/c.jpg"}}
    taken_all = run.succeed("plan", own_photos.uri, tmp_path / "all", "--no-default-excludes", "--json").json
    assert taken_all["images"] == len(names) + 6
