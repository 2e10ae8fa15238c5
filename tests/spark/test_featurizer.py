"""ImageFeaturizer gives the features of the command, for paths and for bytes, and a row for every photo."""

import csv
import os
import sys

import coulis.spark as coulis_spark
import numpy as np
import pyarrow as pa
import pytest
from cli.command import coulis, read_parts, rows_by_path
from coulis import _core
from coulis.spark import PCA, ImageFeaturizer, run
from coulis.spark.arrow_batches import ROWS_PER_BATCH, check_columns, rows_per_batch
from coulis.spark.photos import read_photo
from coulis.spark.worker import Engine, lanes_of


@pytest.fixture(autouse=True)
def same_rows_per_batch(spark):
    """A featurizer of bytes lowers it for the session, before Spark 4.1."""
    before = spark.conf.get(ROWS_PER_BATCH)
    yield
    spark.conf.set(ROWS_PER_BATCH, before)


def bits_of(frame):
    return {row.path.removeprefix("file:"): np.array(row.features, np.float32).tobytes() for row in frame.collect()}


def bits_of_run(output):
    return {path: np.array(row[-1], np.float32).tobytes() for path, row in rows_by_path(output).items()}


@pytest.fixture
def paths(spark, finished):
    rows = [(path,) for path in read_parts(finished).column("path").to_pylist()]
    return spark.createDataFrame(rows, "path string").repartition(2)


def test_paths_give_the_features_of_the_command_to_the_bit(paths, finished):
    assert bits_of(ImageFeaturizer().transform(paths)) == bits_of_run(finished)


def test_the_bytes_of_binary_file_give_the_same(spark, photos, finished):
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(str(photos))
    features = ImageFeaturizer(inputCol="content", keepInput=False).transform(files)
    assert features.columns == ["path", "modificationTime", "length", "features"]
    assert bits_of(features) == bits_of_run(finished)


def test_the_features_are_an_array_of_floats(paths):
    assert ImageFeaturizer(outputCol="v").transform(paths).schema["v"].dataType.simpleString() == "array<float>"


def test_other_columns_stay_as_they_are(spark, finished):
    path = read_parts(finished).column("path")[0].as_py()
    frame = spark.createDataFrame([("left", path, 7, [1.5, None])], "a string, path string, b int, c array<double>")
    row = ImageFeaturizer(statusCol="status", errorCol="error").transform(frame).first()
    assert row.asDict() == {
        **{"a": "left", "path": path, "b": 7, "c": [1.5, None]},
        **{"features": row.features, "status": "ok", "error": None},
    }


def test_a_bad_photo_is_a_row_with_the_code_of_the_command(spark, photos, tmp_path):
    folder = tmp_path / "bad"
    folder.mkdir()
    good = next(photos.rglob("*.jpg")).read_bytes()
    contents = {"good": good, "cut": good[: len(good) // 2], "empty": b"", "text": b"no photo at all, not even nearly"}
    for name, content in contents.items():
        (folder / f"{name}.jpg").write_bytes(content)
    assert coulis("run", folder, tmp_path / "out").code == 0
    with (tmp_path / "out" / "errors.csv").open() as file:
        expected = {row["path"]: (row["code"], row["message"]) for row in csv.DictReader(file)}
    assert len(expected) == 3

    rows = [(str(folder / f"{name}.jpg"), content) for name, content in contents.items()]
    frame = spark.createDataFrame([(p, bytearray(c)) for p, c in rows], "path string, content binary").coalesce(1)
    for source in ("path", "content"):
        featurizer = ImageFeaturizer(inputCol=source, statusCol="status", errorCol="error")
        found = {row.path: row for row in featurizer.transform(frame).collect()}
        assert len(found) == 4
        failed = {path: (row.status, row.error) for path, row in found.items() if row.features is None}
        assert failed == expected
        assert found[str(folder / "good.jpg")].status == "ok"


def test_a_photo_that_is_gone_or_null_or_a_folder_is_a_row_too(spark, tmp_path):
    frame = spark.createDataFrame([(str(tmp_path / "gone.jpg"),), (None,), (str(tmp_path),)], "path string")
    rows = ImageFeaturizer(statusCol="status", errorCol="error").transform(frame.coalesce(1)).collect()
    assert [row.status for row in rows] == ["vanished", "empty", "unreadable"]
    assert all(row.features is None and row.error for row in rows)


@pytest.fixture
def odd_names(tmp_path, photos):
    """Names that a URI writes otherwise, each a photo of its own."""
    folder = tmp_path / "odd names"
    folder.mkdir()
    names = ["a b.jpg", "a+b.jpg", "c%.jpg", "d%41.jpg", "é.jpg", "q?x#y.jpg", "n\nl.jpg", "\\x0a.jpg"]
    for name, photo in zip(names, sorted(photos.rglob("*.jpg")), strict=False):
        (folder / name).write_bytes(photo.read_bytes())
    return folder


@pytest.mark.parametrize("written", ["path", "input_file_name()", "_metadata.file_path"])
def test_the_names_that_spark_writes_are_found(spark, odd_names, written):
    files = spark.read.format("binaryFile").load(str(odd_names))
    frame = files.selectExpr(f"{written} as path", "path as plain")
    # collected, as a frame of its own: input_file_name() is of the scan
    rows = [tuple(row) for row in frame.collect()]
    frame = spark.createDataFrame(rows, "path string, plain string")
    found = ImageFeaturizer(statusCol="status").transform(frame).collect()
    assert [row.status for row in found] == ["ok"] * 8
    wanted = ImageFeaturizer(inputCol="content").transform(files).collect()
    assert {row.plain: row.features for row in found} == {row.path: row.features for row in wanted}


def test_a_name_with_percent_is_that_name_where_it_is_there(tmp_path, photos):
    first, second = (photo.read_bytes() for photo in sorted(photos.rglob("*.jpg"))[:2])
    (tmp_path / "a%20b.jpg").write_bytes(first)
    (tmp_path / "a b.jpg").write_bytes(second)
    here = os.fsencode(tmp_path)
    assert read_photo(b"file:" + here + b"/a%20b.jpg") == first  # of binaryFile
    assert read_photo(b"file://" + here + b"/a%20b.jpg") == second  # of input_file_name()
    assert read_photo(b"file://localhost" + here + b"/a%2520b.jpg") == first
    assert read_photo(here + b"/a%20b.jpg") == first
    assert read_photo(b"file://elsewhere" + here + b"/a%20b.jpg").code == "unreadable"
    assert read_photo(b"file:" + here + b"/gone%20.jpg").code == "vanished"


def test_a_name_that_no_file_has_is_a_row_and_the_task_goes_on(spark, tmp_path, photos):
    good = str(next(photos.rglob("*.jpg")))
    os.mkfifo(tmp_path / "pipe.jpg")
    names = [f"{good}\0", good, str(tmp_path / "pipe.jpg"), "/dev/zero", f"file://{good}%00", "/" + "n" * 300, good]
    frame = spark.createDataFrame([(name,) for name in names], "path string").coalesce(1)
    rows = ImageFeaturizer(statusCol="status", errorCol="error").transform(frame).collect()
    bad = "unreadable"
    assert [row.status for row in rows] == [bad, "ok", bad, bad, bad, bad, "ok"]
    assert "NUL" in rows[0].error and rows[2].error == "cannot be read: it is a pipe, not a file"


def test_a_name_that_is_not_utf_8_is_read(spark, tmp_path, photos):
    name = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    with open(name, "wb") as file:  # noqa: PTH123
        file.write(next(photos.rglob("*.jpg")).read_bytes())
    frame = spark.createDataFrame([(bytearray(name),)], "name binary").selectExpr("cast(name as string) as path")
    rows = ImageFeaturizer(statusCol="status", keepInput=False).transform(frame).collect()
    assert [row.status for row in rows] == ["ok"]


@pytest.mark.parametrize("package", ["pandas", "pyarrow", "numpy"])
def test_a_package_that_is_missing_is_named_before_any_task(spark, paths, tmp_path, monkeypatch, package):
    features = ImageFeaturizer().transform(paths)
    model = PCA(k=1).fit(features)
    monkeypatch.setitem(sys.modules, package, None)
    for begin in (
        lambda: ImageFeaturizer().transform(paths),
        lambda: PCA(k=1).fit(features),
        lambda: model.transform(features),
        lambda: run(spark, str(tmp_path), str(tmp_path / "out")),
        lambda: coulis_spark.ImageFeaturizer,
    ):
        with pytest.raises(ImportError, match=f"(?i)^PySpark needs {package} for coulis: {package} .*pip install"):
            begin()
    assert not (tmp_path / "out").exists()


def test_a_package_that_is_too_old_is_named(spark, paths, monkeypatch):
    monkeypatch.setattr("pandas.__version__", "1.0.0")
    with pytest.raises(ImportError, match=r"Pandas >= [\d.]+ must be installed; however, your version is 1\.0\.0"):
        ImageFeaturizer().transform(paths)


def test_large_photos_are_refused_as_asked(paths):
    statuses = ImageFeaturizer(maxPixels=10, statusCol="status").transform(paths).select("status").distinct().collect()
    assert [row.status for row in statuses] == ["too_large"]


def test_a_column_of_another_type_is_refused_at_once(spark):
    with pytest.raises(TypeError, match="path is int"):
        ImageFeaturizer().transform(spark.createDataFrame([(1,)], "path int"))
    with pytest.raises(ValueError, match="one name"):
        ImageFeaturizer(outputCol="path").transform(spark.createDataFrame([("a",)], "path string"))
    with pytest.raises(_core.Error, match="there is no model"):
        ImageFeaturizer(model="resnet").transform(spark.createDataFrame([("a",)], "path string"))


def test_columns_in_another_order_are_an_error():
    batch = pa.RecordBatch.from_pydict({"b": [1], "a": [2]})
    check_columns(batch, ["b", "a"])
    with pytest.raises(RuntimeError, match="expected the columns"):
        check_columns(batch, ["a", "b"])


def test_photos_come_in_small_batches_and_paths_leave_the_session_alone(spark, paths):
    ImageFeaturizer().transform(paths)
    assert spark.conf.get(ROWS_PER_BATCH) == "10000"
    ImageFeaturizer(inputCol="content").transform(spark.sql("select cast('x' as binary) as content"))
    version = tuple(map(int, spark.version.split(".")[:2]))
    assert spark.conf.get(ROWS_PER_BATCH) == ("64" if version < (4, 1) else "10000")


def test_a_limit_of_rows_holds_for_its_block_only(spark):
    def count(batches):
        yield from (pa.RecordBatch.from_pydict({"rows": [batch.num_rows]}) for batch in batches)

    frame = spark.range(50).coalesce(1).mapInArrow(count, "rows bigint")
    with rows_per_batch(spark, 16):
        assert [row.rows for row in frame.collect()] == [16, 16, 16, 2]
    assert spark.conf.get(ROWS_PER_BATCH) == "10000"
    assert [row.rows for row in frame.collect()] == [50]


def engine(**changes) -> Engine:
    sum_and_version = {name: changes.pop(name) for name in ("model_sha256", "version") if name in changes}
    options = {"model": "", "precision": "fp32", **changes}
    return Engine(tuple(options.items()), **{"model_sha256": _core.read_card("")["sha256"], **sum_and_version})


def test_a_worker_loads_a_model_once_and_again_after_a_fork(monkeypatch):
    lanes = lanes_of(engine())
    assert lanes_of(engine()) is lanes
    assert lanes_of(engine(precision="int8")) is not lanes
    lanes = lanes_of(engine())
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert lanes_of(engine()) is not lanes


def test_threads_do_not_change_a_bit(photos, monkeypatch):
    files = [path.read_bytes() for path in sorted(photos.rglob("*.jpg"))]
    files[3] = files[3][:300]
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    rows, failures = lanes_of(engine()).features(files)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    rows_of_three, failures_of_three = lanes_of(engine()).features(files)
    assert rows.shape == (23, 1280)
    assert rows.tobytes() == rows_of_three.tobytes()
    assert [i for i, failure in enumerate(failures) if failure] == [3]
    assert failures == failures_of_three


@pytest.mark.parametrize("other", [{"model_sha256": "0" * 64}, {"version": "0.0"}])
def test_a_worker_with_other_files_than_the_driver_says_so(other):
    with pytest.raises(RuntimeError, match=r"on worker .* on the driver: install the same"):
        lanes_of(engine(**other))


def test_a_model_file_that_a_worker_lacks_is_named():
    with pytest.raises(RuntimeError, match=r"no model file /nowhere/m.safetensors on worker"):
        lanes_of(engine(model="/nowhere/m.safetensors"))


def test_a_saved_featurizer_comes_back(tmp_path, spark):
    featurizer = ImageFeaturizer(inputCol="content", precision="int8", maxPixels=5, statusCol="s", keepInput=False)
    featurizer.save(f"file://{tmp_path}/featurizer")
    loaded = ImageFeaturizer.load(f"file://{tmp_path}/featurizer")
    assert {p.name: v for p, v in loaded.extractParamMap().items()} == {
        p.name: v for p, v in featurizer.extractParamMap().items()
    }
