"""featurize and open in a bucket: the same numbers as from a folder."""

import coulis
import numpy as np
import pytest
from bits import same_bits
from storage.bucket import COUNT, Coulis, Place, no_credentials_of_this_machine, put_some_photos, some_photos
from storage.seaweedfs import KEYS, READ_WRITE, REGION, SeaweedFs


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with SeaweedFs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="module")
def photos(server) -> Place:
    return put_some_photos(server)


@pytest.fixture(autouse=True)
def credentials(server, tmp_path, monkeypatch):
    with no_credentials_of_this_machine(tmp_path):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", READ_WRITE)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS[READ_WRITE])
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_REGION", REGION)
        yield


@pytest.fixture(scope="module")
def in_folder():
    return coulis.featurize(some_photos())


def test_a_prefix_gives_the_rows_of_a_folder(photos, in_folder):
    features = coulis.featurize(photos.uri)
    assert features.paths == [f"{photos.bucket.uri()}/{key}" for key in sorted(photos.bucket.keys("Test/"))]
    assert len(features) == COUNT and features.values.tobytes() == in_folder.values.tobytes()


def test_addresses_give_the_rows_in_their_order(photos, in_folder):
    addresses = coulis.featurize(photos.uri).paths[::-1]
    features = coulis.featurize([*addresses, f"{photos.uri}/nothing.jpg"], threads=1)
    assert features.values[:-1].tobytes() == in_folder.values[::-1].tobytes()
    assert [(error.index, error.code) for error in features.errors] == [(COUNT, "vanished")]


def test_the_photos_of_one_call_are_in_one_place(photos):
    for others in ("s3://another/a.jpg", "a.jpg"):
        with pytest.raises(coulis.Error, match="all be in one bucket"):
            coulis.featurize([f"{photos.uri}/a.jpg", others])


def test_an_output_in_a_bucket_is_read_as_one_in_a_folder(server, photos, in_folder):
    Coulis(server.url).succeed("run", photos.uri, f"{photos.bucket.uri()}/out", "-k", 3, "--images-per-part", 10)
    output = coulis.open(f"{photos.bucket.uri()}/out")
    assert same_bits(output.matrix(), in_folder.values)
    assert same_bits(output.pca_model.transform(output.matrix()).astype(np.float32), output.matrix("pca"))
    assert len(output.features.files) == 3 and output.errors.num_rows == 0
    with pytest.raises(coulis.Error, match="holds no results"):
        coulis.open(f"{photos.bucket.uri()}/nothing")


def test_wrong_credentials_are_an_error_that_says_so(photos, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(coulis.Error, match="secret key") as raised:
        coulis.featurize(photos.uri)
    assert raised.value.code == 5
