"""The short form of the soak's input and output errors: one of each kind, early or in the middle of a run."""

import pytest
from faults.io_faults import FILLS_A_DISK, READS, WRITES, Fault, count_calls, inject, make_scenarios

# The first four folders are swept for what killed runs left there, which may fail. Of the others, the fourth call.
AT = {"flock": 1, "mkdir": 2, "unlink": 2, "opendir": 6, "readdir": 40}
FAULTS = [Fault(call, "EIO", AT.get(call, 4)) for call in WRITES + READS] + [Fault(FILLS_A_DISK, "ENOSPC", 20)]
HARMLESS = [Fault("write", "short", 4), Fault("read", "short", 4), Fault("write,read", "EINTR", 6)]


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    return make_scenarios(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_an_error_is_said_leaves_no_half_file_and_the_same_command_finishes(scenarios, tmp_path, fault):
    scenario = scenarios[0 if fault.calls == "mkdir" else 1]  # only a run on nothing makes folders
    assert inject(scenario, fault, tmp_path / "out") == "refused"


@pytest.mark.parametrize("fault", HARMLESS, ids=str)
def test_a_call_that_is_cut_short_or_interrupted_is_made_again(scenarios, tmp_path, fault):
    assert inject(scenarios[1], fault, tmp_path / "out") == "survived"


def test_a_folder_that_cannot_be_brought_to_the_disk_is_no_success(scenarios, tmp_path):
    last = count_calls(scenarios[0], "fsync", tmp_path / "out")  # of OUTPUT itself, after _SUCCESS
    assert inject(scenarios[0], Fault("fsync", "EIO", last), tmp_path / "out") == "refused"
