"""Costs are hours times prices, said to be estimates."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from coulis_emr.cluster_request import make_cluster_request
from coulis_emr.cost import (
    InstanceRun,
    describe_cluster_cost,
    describe_job_cost,
    estimate_cluster,
    measure_runs,
    read_prices,
)
from coulis_emr.options import Deployment, UsageError
from deploy.deployments import KIT

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def instance(hours: float | None, market: str = "ON_DEMAND") -> dict[str, object]:
    end = {"EndDateTime": NOON + timedelta(hours=hours)} if hours is not None else {}
    return {"InstanceType": "m5.xlarge", "Market": market, "Status": {"Timeline": {"CreationDateTime": NOON, **end}}}


def test_each_instance_counts_from_its_creation_to_its_end() -> None:
    runs = measure_runs([instance(2), instance(0.5)], None, NOON + timedelta(hours=9))
    assert [run.seconds for run in runs] == [7200, 1800]


def test_an_instance_without_an_end_counts_to_the_cluster_s_end_or_to_now() -> None:
    later = NOON + timedelta(hours=9)
    assert measure_runs([instance(None)], NOON + timedelta(hours=1), later)[0].seconds == 3600
    assert measure_runs([instance(None)], None, later)[0].seconds == 9 * 3600


def test_two_and_a_half_hours_of_m5_xlarge_cost_sixty_cents() -> None:
    runs = measure_runs([instance(2), instance(0.5, "SPOT")], None, NOON)
    said = describe_cluster_cost(runs, read_prices(None), "us-east-1")  # 2.5 * (0.192 + 0.048)
    assert said.startswith("About 0.60 USD for 2.50 hours of 2 instances (spot counted at the full price)")
    assert "An estimate" in said


def test_less_than_a_minute_is_billed_as_one() -> None:
    prices = read_prices(None)
    runs = [InstanceRun("m5.xlarge", "ON_DEMAND", 1.0)] * 300  # 300 minutes of 0.24
    assert describe_cluster_cost(runs, prices, None).startswith("About 1.20 USD")


def test_the_estimate_with_scaling_says_both_ends() -> None:
    request = make_cluster_request(Deployment(KIT, max_workers=9))
    assert estimate_cluster(request, read_prices(None), None).startswith(
        "About 0.72 USD an hour for 3 instances (m5.xlarge), up to 2.40 when scaled to 10"
    )


def test_serverless_jobs_cost_what_was_billed() -> None:
    said = describe_job_cost([{"vCPUHour": 10.0, "memoryGBHour": 40.0}], "X86_64", read_prices(None), None)
    assert said.startswith("About 0.76 USD for 10.00 vCPU hours and 40.00 GB hours of 1 jobs")


def test_a_table_of_one_s_own_replaces_ours(tmp_path: Path) -> None:
    table = {
        "collected": "2027-01-01",
        "region": "eu-west-1",
        "currency": "EUR",
        "instance_hour": {"c9.xlarge": {"ec2": 1.0, "emr": 0.5}},
        "serverless": {},
    }
    file = tmp_path / "prices.json"
    file.write_text(json.dumps(table))
    request = make_cluster_request(Deployment(KIT, instance_type="c9.xlarge"))
    said = estimate_cluster(request, read_prices(file), "eu-west-1")
    assert said.startswith("About 4.50 EUR an hour")
    assert "collected 2027-01-01" in said


def test_a_type_without_a_price_is_named_and_not_guessed() -> None:
    request = make_cluster_request(Deployment(KIT, instance_type="c9.xlarge"))
    said = estimate_cluster(request, read_prices(None), None)
    assert said.startswith("About 0.00 USD an hour for 3 instances (c9.xlarge), without c9.xlarge, whose price is not")
    runs = [InstanceRun("c9.xlarge", "ON_DEMAND", 3600.0), InstanceRun("m5.xlarge", "ON_DEMAND", 3600.0)]
    said = describe_cluster_cost(runs, read_prices(None), None)
    assert said.startswith("About 0.24 USD for 2.00 hours of 2 instances, without c9.xlarge, whose price is not known")


@pytest.mark.parametrize("text", ["", "[]", '{"collected": "now"}'])
def test_a_damaged_table_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="not a table of prices"):
        read_prices(file)
