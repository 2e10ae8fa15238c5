"""The driver of a run by tasks, measured as tests/soak/check_driver.py does at ten million photos."""

from soak.check_driver import AFTER, drive


def test_a_run_by_tasks_is_measured_by_stage_and_gives_the_matrix_of_the_command(tmp_path):
    driven = drive(tmp_path / "run", 3_000, 64)
    assert {"listing", "planning", "features", *AFTER} == set(driven.cpu_s)
    assert all(seconds >= 0 for seconds in driven.cpu_s.values())
    assert 0 < sum(driven.cpu_s.values()) < 30
    assert 10 < driven.peak_mb < 1000
    assert 10 < driven.whole_run_peak_mb < 1000
