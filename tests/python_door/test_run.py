"""coulis.run is the command: the same files for the same photos, the same codes for what goes wrong."""

import logging

import coulis
import pytest
from cli.command import differing, succeed


def test_it_writes_the_files_of_the_command(photos, tmp_path, caplog):
    with caplog.at_level(logging.INFO, "coulis.job"):
        summary = coulis.run(photos, tmp_path / "ours", k=4, images_per_part=10, csv_separator=";")
    succeed("run", photos, tmp_path / "theirs", "-k", 4, "--images-per-part", 10, "--csv-separator", ";")
    assert differing(tmp_path / "ours", tmp_path / "theirs") == []
    assert (summary["listed"], summary["ok"], summary["parts"], summary["k"]) == (24, 24, 3, 4)
    assert "24 photos in 3 parts: 0 done, 3 to do" in caplog.text
    assert coulis.run(photos, tmp_path / "ours", k=4, images_per_part=10, csv_separator=";")["up_to_date"]


def test_it_projects_through_a_model_that_is_given(photos, finished, tmp_path):
    coulis.run(photos, tmp_path / "out", pca=finished / "pca_model.safetensors")
    assert (coulis.open(tmp_path / "out").matrix("pca") == coulis.open(finished).matrix("pca")).all()


def test_what_goes_wrong_has_the_code_of_the_command(photos, tmp_path):
    with pytest.raises(TypeError, match="'no_such_flag'"):
        coulis.run(photos, tmp_path / "out", no_such_flag=1)
    for options, code in [({"k": 0}, 2), ({"threads": "two"}, 2)]:
        with pytest.raises(coulis.Error) as raised:
            coulis.run(photos, tmp_path / "out", **options)
        assert raised.value.code == code
    with pytest.raises(coulis.Error) as raised:
        coulis.run(tmp_path / "nowhere", tmp_path / "out")
    assert raised.value.code == 5
