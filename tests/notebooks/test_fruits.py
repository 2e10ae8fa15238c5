"""notebooks/fruits.ipynb from top to bottom: on the photos of this repository, and on the same photos in a bucket."""

import base64
import io
import os
import re
import subprocess
import sys

import nbformat
import numpy as np
from cli.command import ALL_PHOTOS, PHOTOS, REPOSITORY, coulis, differing, part_files, rows_by_path, succeed
from PIL import Image
from storage.bucket import Coulis, Place, make_bucket, no_credentials_of_this_machine
from storage.seaweedfs import SeaweedFs

NOTEBOOK = REPOSITORY / "notebooks" / "fruits.ipynb"
SPARK = "--master local[2] --conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 pyspark-shell"
FIGURES = 6
PART = 32  # photos: 192 in 6 parts


def execute(target, **environment):
    """What a person sees in the end, as a notebook."""
    variables = {
        "PYTHONPATH": str(REPOSITORY / "build" / "release" / "python"),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": SPARK,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    command = [sys.executable, REPOSITORY / "tools" / "execute_notebook.py", NOTEBOOK, target]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **variables, **environment}, timeout=300
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return nbformat.read(target, as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def printed(notebook):
    return "".join(output["text"] for output in outputs(notebook) if output.get("name") == "stdout")


def pictures(notebook):
    data = [output["data"] for output in outputs(notebook) if "image/jpeg" in output.get("data", {})]
    return [Image.open(io.BytesIO(base64.b64decode(each["image/jpeg"]))).convert("RGB") for each in data]


def shown_table(notebook, word):
    """As text, the one with this word in its head."""
    texts = [output["data"].get("text/plain", "") for output in outputs(notebook) if "data" in output]
    (table,) = (text for text in texts if word in text.split("\n")[0])
    return table


def find_nearest(output):
    """By NumPy: names of the eight photos nearest to the middle photo of the middle part."""
    names = part_files(output)
    rows = rows_by_path(output)
    in_part = list(rows)[len(names) // 2 * PART : (len(names) // 2 + 1) * PART]
    matrix = np.array([values for _, values in rows.values()], np.float64)
    distances = np.linalg.norm(matrix - np.array(rows[in_part[PART // 2]][1]), axis=1)
    return [list(rows)[i].rsplit("/", 1)[-1] for i in np.argsort(distances)[:8]]


def assert_shows_the_fruits(notebook, output):
    assert "192 photos of 16 labels" in printed(notebook)
    assert "192 photos in 6 parts: 192 with features, 0 failed" in printed(notebook)
    assert re.search(r"192 rows of 52 columns", printed(notebook))
    assert len(pictures(notebook)) == FIGURES
    for picture in pictures(notebook):
        assert min(picture.size) > 100
        assert len(picture.getcolors(picture.size[0] * picture.size[1])) > 100  # no empty axes
    assert re.findall(r"\w+\.jpg", shown_table(notebook, "distance")) == find_nearest(output)


def test_on_the_photos_of_the_repository_it_shows_them_and_leaves_the_output_of_the_command(tmp_path):
    notebook = execute(tmp_path / "done.ipynb", COULIS_OUTPUT=str(tmp_path / "out"))
    assert_shows_the_fruits(notebook, tmp_path / "out")
    assert coulis("verify", tmp_path / "out").code == 0
    succeed("run", PHOTOS, tmp_path / "by-command", "-k", 50, "--images-per-part", PART)
    assert differing(tmp_path / "out", tmp_path / "by-command") == []
    committed = printed(nbformat.read(NOTEBOOK, as_version=4))
    here = printed(notebook).replace(str(tmp_path / "out"), "../out/notebook")
    assert here == committed, "its outputs are of another version: see CONTRIBUTING.md"


def test_on_a_bucket_it_runs_unchanged(tmp_path):
    with no_credentials_of_this_machine(tmp_path), SeaweedFs(tmp_path / "server") as server:
        photos = Place(make_bucket(server, "photos"), "Test")
        photos.bucket.put_photos(photos.prefix, ALL_PHOTOS)
        results = Place(make_bucket(server, "results"), "fruits")
        command = Coulis(server.url)
        places = {"COULIS_INPUT": photos.uri, "COULIS_OUTPUT": results.uri}
        notebook = execute(tmp_path / "done.ipynb", **places, **command.variables)
        command.succeed("verify", results.uri)
        assert_shows_the_fruits(notebook, results.download(tmp_path / "out"))


def test_it_is_committed_as_one_run_left_it_small_and_without_names_of_a_machine():
    assert NOTEBOOK.stat().st_size < 400_000
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert len(pictures(notebook)) == FIGURES
    for output in outputs(notebook):
        text = str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
        assert not re.search(r"(^|[\s'\"])/\w+/", text), text
        assert output.get("name") != "stderr"
