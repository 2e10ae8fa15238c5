"""A disk that is full at a few points of a run; every size in steps is in the soak."""

import pytest
from cli.command import copy_photos, succeed
from faults.outputs import content
from faults.small_disk import NoMount, bytes_on_disk, run_on_small_disk


@pytest.mark.parametrize("share", [0.02, 0.4, 0.95])
def test_a_full_disk_is_said_and_with_more_space_the_same_command_finishes(tmp_path, share):
    photos = copy_photos(tmp_path / "photos", 12)
    arguments = ("run", photos, "--images-per-part", 4, "--precision", "int8", "-k", 3)
    output = tmp_path / "wanted"
    succeed("run", photos, output, *arguments[2:])
    size = int(bytes_on_disk(output) * share)
    try:
        assert run_on_small_disk(arguments, tmp_path / "disk", size, content(output))
    except NoMount as e:
        pytest.skip(str(e))
