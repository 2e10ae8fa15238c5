"""The short form of the soak's kills: one run killed in each stage, some of them several times."""

from cli.command import PHOTOS, start, succeed
from faults.kills import STAGES, Job, kill_many
from faults.outputs import names_in, read


def test_a_run_killed_in_any_stage_is_finished_to_the_same_bytes(tmp_path):
    job = Job(str(PHOTOS), ("-k", 10, "--images-per-part", 16, "--precision", "int8"), parts=12)
    tally = kill_many(job, str(tmp_path), count=10, seed=1)
    assert len(tally.kills) == 10
    assert sum(tally.by_stage()[stage] > 0 for stage in STAGES) >= 4, str(tally)


def test_the_next_run_says_that_a_dead_one_did_not_finish_and_only_the_next(tmp_path):
    output = tmp_path / "out"
    command = ["run", PHOTOS, output, "--images-per-part", 16, "--precision", "int8"]
    killed = start(*command)
    while ".coulis-lock" not in names_in(output) or not read(output, ".coulis-lock"):
        assert killed.poll() is None
    killed.kill()
    killed.communicate()
    sentence = f"resuming the unfinished run of process {killed.pid}"
    assert sentence in succeed(*command).stderr.splitlines()
    for flags in ([], ["-k", 3]):
        assert "resuming" not in succeed(*command, *flags).stderr
