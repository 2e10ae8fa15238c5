"""The projector's files as TensorBoard reads and serves them."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from bits import same_bits
from cli.command import coulis, read_parts
from google.protobuf import json_format, text_format
from job.export.conftest import Finished
from PIL import Image, ImageOps
from tensorboard.plugins import base_plugin
from tensorboard.plugins.projector import projector_config_pb2, projector_plugin
from werkzeug.test import Client

RUN = {"run": ".", "name": "features"}
SIDE = 48


class Served:
    """What the plugin of TensorBoard answers for a folder."""

    def __init__(self, folder: Path):
        plugin = projector_plugin.ProjectorPlugin(base_plugin.TBContext(logdir=str(folder)))
        self.routes = {route: Client(app) for route, app in plugin.get_plugin_apps().items()}

    def get(self, route: str) -> bytes:
        answer = self.routes[route].get("/", query_string=RUN)
        assert answer.status_code == 200, answer.data
        return answer.data

    @property
    def tensor(self) -> np.ndarray:
        return np.frombuffer(self.get("/tensor"), np.float32).reshape(self.shape)

    @property
    def config(self) -> dict:
        return json.loads(self.get("/info"))["embeddings"][0]

    @property
    def shape(self) -> list[int]:
        return self.config["tensorShape"]

    @property
    def metadata(self) -> list[list[str]]:
        return [line.split("\t") for line in self.get("/metadata").decode().splitlines()]


def test_tensorboard_serves_every_photo_with_its_features_label_and_picture(finished: Finished, tmp_path: Path) -> None:
    served = Served(finished.export("projector", tmp_path / "projector"))
    table = read_parts(finished.output)
    assert same_bits(served.tensor, np.array(table["features"].to_pylist(), np.float32))
    assert served.metadata == [["label", "path"], *([row["label"], row["path"]] for row in table.to_pylist())]
    sprite = Image.open(io.BytesIO(served.get("/sprite_image"))).convert("RGB")
    assert served.config["sprite"]["singleImageDim"] == [SIDE, SIDE]
    columns = sprite.width // SIDE
    for i, path in enumerate(table["path"].to_pylist()):
        top, left = i // columns * SIDE, i % columns * SIDE
        ours = np.asarray(sprite.crop((left, top, left + SIDE, top + SIDE)), int)
        original = np.asarray(ImageOps.fit(Image.open(path).convert("RGB"), (SIDE, SIDE)), int)
        assert np.abs(ours - original)[4:-4, 4:-4].mean() < 15, path


def test_the_standalone_projector_gets_the_same_description(finished: Finished, tmp_path: Path) -> None:
    folder = finished.export("projector", tmp_path / "projector")
    config = projector_config_pb2.ProjectorConfig()
    text_format.Parse((folder / "projector_config.pbtxt").read_text(), config)
    assert json.loads((folder / "projector_config.json").read_text()) == json_format.MessageToDict(config)


@pytest.mark.parametrize("limit", [1, 10, 47])
def test_a_limit_takes_photos_evenly_from_all(finished: Finished, tmp_path: Path, limit: int) -> None:
    served = Served(finished.export("projector", tmp_path / "projector", "--limit", limit))
    paths = read_parts(finished.output)["path"].to_pylist()
    chosen = [paths.index(path) for _, path in served.metadata[1:]]
    assert served.shape == [limit, 1280]
    steps = np.diff([-1, *chosen])
    assert len(chosen) == limit
    assert set(steps[1:]) <= {48 // limit, -(-48 // limit)}


def test_without_the_photos_there_is_no_sprite_and_a_warning(finished: Finished, tmp_path: Path) -> None:
    shutil.copytree(finished.photos, tmp_path / "photos")
    assert coulis("run", tmp_path / "photos", tmp_path / "out", "-k", 2, "--no-thumbnails").code == 0
    shutil.rmtree(tmp_path / "photos")
    result = coulis("export", tmp_path / "out", tmp_path / "projector", "--to", "projector")
    assert (result.code, "there are no thumbnails" in result.stderr) == (0, True)
    served = Served(tmp_path / "projector")
    assert served.shape == [48, 1280]
    assert "sprite" not in served.config
    assert not (tmp_path / "projector" / "sprite.jpg").exists()
