"""models/catalogue.json is the one list of known models: the built-in one, and those that import names by itself."""

import hashlib
import json

from cli.command import REPOSITORY
from coulis import _core
from coulis.models.catalogue import find_package, find_published, read_catalogue
from originals.published_model import PUBLISHED

CATALOGUE = json.loads((REPOSITORY / "models" / "catalogue.json").read_text())


def test_the_built_in_model_is_the_one_that_the_catalogue_names():
    (entry,) = [model for model in CATALOGUE["published"] if model["name"] == CATALOGUE["built_in"]]
    card = _core.read_card("")
    assert (card["name"], card["licence"]) == (entry["name"], entry["licence"])
    assert entry["sha256"] == hashlib.sha256(PUBLISHED.read_bytes()).hexdigest()
    assert entry["sha256"] in card["source"]


def test_each_name_file_and_package_is_there_once():
    models = read_catalogue()
    assert len({model.name for model in models}) == len({model.sha256 for model in models}) == len(models)
    sources = [model.package.source for model in models if model.package]
    assert sources == ["efficientnet-lite0"]


def test_what_the_catalogue_does_not_have_is_unknown():
    assert find_published("0" * 64) is None
    assert find_package("resnet") is None
