"""Every combination of options that is accepted, as deployments."""

from itertools import product

from coulis_emr.options import Deployment, UsageError, check

KIT = "s3://kits/coulis"


def list_deployments() -> list[Deployment]:
    """480 before those that are refused."""
    choices = product(
        ("7", "8", "emr-7.10.0"),
        (False, True),  # graviton
        ((2, None), (1, None), (2, 6), (5, 5), (1, 3)),  # workers, max_workers
        (False, True),  # spot
        (None, "notebooks"),
        ((None, None), ("subnet-0123456789abcdef0", "my-key")),
        (None, "m5.2xlarge"),
    )
    deployments = []
    for release, graviton, (workers, max_workers), spot, notebooks, (subnet, key_pair), instance_type in choices:
        deployment = Deployment(
            kit=KIT,
            release=release,
            graviton=graviton,
            workers=workers,
            max_workers=max_workers,
            spot=spot,
            notebooks_bucket=notebooks,
            subnet=subnet,
            key_pair=key_pair,
            instance_type=instance_type,
        )
        try:
            check(deployment)
        except UsageError:
            continue
        deployments.append(deployment)
    return deployments
