"""What a cluster or a job costs: estimates from a small table of list prices. The bill is what AWS says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from coulis_emr.options import UsageError

TABLE = Path(__file__).parent / "prices.json"
MIN_BILLED_S = 60.0


@dataclass(frozen=True)
class Prices:
    collected: str
    region: str
    currency: str
    instance_hour: dict[str, float]  # EC2 and EMR together
    serverless: dict[str, tuple[float, float]]  # architecture -> vCPU hour, GB hour

    def of_hour(self, instance_type: str) -> float:
        return self.instance_hour.get(instance_type, 0.0)

    def describe_gaps(self, instance_types: set[str]) -> str:
        unknown = ", ".join(sorted(instance_types - set(self.instance_hour)))
        return f", without {unknown}, whose price is not known (--prices FILE)" if unknown else ""


@dataclass(frozen=True)
class InstanceRun:
    instance_type: str
    market: str
    seconds: float


def read_prices(file: Path | None) -> Prices:
    try:
        table = json.loads((file or TABLE).read_text())
        return Prices(
            table["collected"],
            table["region"],
            table["currency"],
            {name: price["ec2"] + price["emr"] for name, price in table["instance_hour"].items()},
            {name: (price["vcpu_hour"], price["gb_hour"]) for name, price in table["serverless"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--prices {file}: not a table of prices like {TABLE.name} ({error!r})") from error


def describe_provenance(prices: Prices, region: str | None) -> str:
    other = f"; {region} may differ" if region and region != prices.region else ""
    return (
        f"list prices of {prices.region} collected {prices.collected}{other}. "
        "An estimate: disks, S3 and traffic are not in it, and the bill is what AWS says."
    )


def estimate_cluster(request: dict[str, Any], prices: Prices, region: str | None) -> str:
    groups = request["Instances"]["InstanceGroups"]
    count = sum(group["InstanceCount"] for group in groups)
    hour = sum(group["InstanceCount"] * prices.of_hour(group["InstanceType"]) for group in groups)
    types = {group["InstanceType"] for group in groups}
    text = f"About {hour:.2f} {prices.currency} an hour for {count} instances ({', '.join(sorted(types))})"
    limits = request.get("ManagedScalingPolicy", {}).get("ComputeLimits")
    if limits:
        worker_type = groups[-1]["InstanceType"]
        more = limits["MaximumCapacityUnits"] - (count - 1)
        text += f", up to {hour + more * prices.of_hour(worker_type):.2f} when scaled to {count + more}"
    if any(group["Market"] == "SPOT" for group in groups):
        text += ", spot instances counted at the full price"
    return f"{text}{prices.describe_gaps(types)}: {describe_provenance(prices, region)}"


def describe_cluster_cost(runs: list[InstanceRun], prices: Prices, region: str | None) -> str:
    hours = sum(run.seconds for run in runs) / 3600
    total = sum(max(run.seconds, MIN_BILLED_S) / 3600 * prices.of_hour(run.instance_type) for run in runs)
    spot = " (spot counted at the full price)" if any(run.market == "SPOT" for run in runs) else ""
    gaps = prices.describe_gaps({run.instance_type for run in runs})
    return (
        f"About {total:.2f} {prices.currency} for {hours:.2f} hours of {len(runs)} instances{spot}{gaps}: "
        f"{describe_provenance(prices, region)}"
    )


def measure_runs(instances: list[dict[str, Any]], cluster_end: datetime | None, now: datetime) -> list[InstanceRun]:
    """From ListInstances: each from its creation to its end, the cluster's end, or now."""
    runs = []
    for instance in instances:
        timeline = instance["Status"]["Timeline"]
        end = timeline.get("EndDateTime") or cluster_end or now
        seconds = max(0.0, (end - timeline["CreationDateTime"]).total_seconds())
        runs.append(InstanceRun(instance["InstanceType"], instance.get("Market", "ON_DEMAND"), seconds))
    return runs


def estimate_application(request: dict[str, Any], prices: Prices, region: str | None) -> str:
    vcpu_hour, gb_hour = prices.serverless[request.get("architecture", "X86_64")]
    limit = request["maximumCapacity"]
    vcpus, gigabytes = int(limit["cpu"].split()[0]), int(limit["memory"].split()[0])
    hour = vcpus * vcpu_hour + gigabytes * gb_hour
    return (
        f"Nothing while no job runs; at most {hour:.2f} {prices.currency} an hour, for {vcpus} vCPUs and "
        f"{gigabytes} GB: {describe_provenance(prices, region)}"
    )


def describe_job_cost(billed: list[dict[str, float]], architecture: str, prices: Prices, region: str | None) -> str:
    """From the billedResourceUtilization of job runs."""
    vcpu_hour, gb_hour = prices.serverless[architecture]
    vcpus = sum(job.get("vCPUHour", 0.0) for job in billed)
    gigabytes = sum(job.get("memoryGBHour", 0.0) for job in billed)
    return (
        f"About {vcpus * vcpu_hour + gigabytes * gb_hour:.2f} {prices.currency} for {vcpus:.2f} vCPU hours and "
        f"{gigabytes:.2f} GB hours of {len(billed)} jobs: {describe_provenance(prices, region)}"
    )
