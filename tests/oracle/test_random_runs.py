"""`coulis run` on collections made at random, beside a second implementation; 500 of them in the soak."""

import pytest
from oracle.random_runs import check_seed


@pytest.mark.parametrize("seed", range(20))
def test_a_run_and_its_increments_are_those_of_the_second_implementation(tmp_path, seed):
    check_seed(tmp_path, seed)
