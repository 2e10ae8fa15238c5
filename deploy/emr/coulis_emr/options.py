"""What a person may ask for, checked before anything is asked of AWS."""

from __future__ import annotations

from dataclasses import dataclass, replace


class UsageError(Exception):
    """One sentence for the person at the terminal; exit status 2."""


@dataclass(frozen=True)
class Release:
    label: str
    applications: tuple[str, ...]
    has_jupyter_hub: bool


# Livy and JupyterEnterpriseGateway are what EMR Studio's notebooks talk to.
RELEASES = {
    "7": Release("emr-7.13.0", ("Hadoop", "Spark", "Livy", "JupyterHub", "JupyterEnterpriseGateway"), True),
    "8": Release("emr-spark-8.0.0", ("Spark", "Livy", "JupyterEnterpriseGateway"), False),
}
LABEL_STARTS = {"emr-7.": "7", "emr-spark-8.": "8"}


@dataclass(frozen=True)
class Deployment:
    """A cluster, or a serverless application, to be made."""

    kit: str  # s3://bucket/prefix with wheels, bootstrap.sh, coulis_job.py; logs/ and events/ are written below it
    name: str = "coulis"
    release: str = "7"  # 7, 8, or a label of theirs
    instance_type: str | None = None
    graviton: bool = False
    workers: int = 2
    max_workers: int | None = None  # managed scaling, up to that many
    spot: bool = False
    idle_minutes: int = 60
    notebooks_bucket: str | None = None
    subnet: str | None = None
    key_pair: str | None = None  # none: no SSH
    service_role: str = "coulis-emr-service"
    instance_profile: str = "coulis-emr-nodes"


def find_release(name: str) -> Release:
    if name in RELEASES:
        return RELEASES[name]
    for start, family in LABEL_STARTS.items():
        if name.startswith(start):
            return replace(RELEASES[family], label=name)
    raise UsageError(f"release {name}: coulis knows 7, 8 and labels such as {RELEASES['7'].label}")


def instance_type_of(deployment: Deployment) -> str:
    return deployment.instance_type or ("m7g.xlarge" if deployment.graviton else "m5.xlarge")


def split_s3(uri: str) -> tuple[str, str]:
    """Bucket and key, the key without slashes around it. EMR itself reports log folders as s3n://."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in ("s3", "s3n") or not bucket:
        raise UsageError(f"{uri}: say s3://BUCKET/PREFIX")
    return bucket, key.strip("/")


def check(deployment: Deployment) -> None:
    """Refuses what AWS would refuse later, or bill for nothing."""
    release = find_release(deployment.release)
    if not split_s3(deployment.kit)[1] or deployment.kit.endswith("/"):
        raise UsageError(f"--kit {deployment.kit}: say s3://BUCKET/PREFIX, without a slash at the end")
    if deployment.workers < 1:
        raise UsageError("--workers: at least 1")
    if deployment.spot and deployment.workers < 2:
        raise UsageError("--spot needs --workers 2 or more: the first worker keeps HDFS and is never a spot instance")
    if deployment.max_workers is not None and deployment.max_workers < deployment.workers:
        raise UsageError("--max-workers: not fewer than --workers")
    if not 1 <= deployment.idle_minutes <= 7 * 24 * 60:
        raise UsageError("--idle-minutes: 1 minute to 7 days")
    if deployment.notebooks_bucket and not release.has_jupyter_hub:
        raise UsageError(f"--notebooks-bucket: {release.label} has no JupyterHub; EMR Studio keeps its notebooks on S3")
    if deployment.graviton and deployment.instance_type and "g." not in deployment.instance_type:
        raise UsageError(f"--graviton: {deployment.instance_type} is not a Graviton type")
