"""The sample data of the sandbox: two accounts with roles, buckets, objects and movers."""

from __future__ import annotations

import random
from typing import Final, NamedTuple

from moto.datasync.models import datasync_backends

from graph.model.mover import GROUP_TAG, own_tags
from graph.sandbox.roles import DATASYNC
from graph.sandbox.sandbox import REGION, Sandbox

LAB: Final = "222222222222"
SHOP: Final = "333333333333"
ORG: Final = "sandbox"
ROLE: Final = "datasync-management"
EXTERNAL_ID: Final = "demo-external-id"
OBJECTS: Final = 300


class _Mover(NamedTuple):
    account: str
    group: str
    name: str
    source: str
    """The name of a bucket, as is ``destination``."""
    destination: str


_MOVERS: Final = (
    _Mover(LAB, "imaging", "photos-to-archive", "lab-photos", "shop-archive"),
    _Mover(LAB, "imaging", "archive-to-photos", "shop-archive", "lab-photos"),
    _Mover(SHOP, "sales", "catalogue", "lab-photos", "shop-archive"),
)


def seed(aws: Sandbox) -> None:
    """Creates the sample data. LAB has the source bucket, SHOP the destination bucket."""
    random_bytes = random.Random(7)  # noqa: S311 - the same objects each time
    for account in (LAB, SHOP):
        aws.role(account, ROLE, external_id=EXTERNAL_ID)
    objects = {
        f"photos/{index // 50:02}/{index:04}.jpg": random_bytes.randbytes(
            random_bytes.randint(10, 60) * 1024
        )
        for index in range(OBJECTS)
    }
    aws.bucket(LAB, "lab-photos", objects)
    aws.bucket(SHOP, "shop-archive")
    # Each account's roles reach the other's bucket only by that bucket's policy.
    aws.share("lab-photos", SHOP, f"spinup/{ORG}/*")
    aws.share("shop-archive", LAB, f"spinup/{ORG}/*")
    for mover in _MOVERS:
        _create(aws, mover)


def _create(aws: Sandbox, mover: _Mover) -> None:
    given = own_tags(ORG) | {GROUP_TAG: mover.group}
    tags = [{"Key": key, "Value": value} for key, value in given.items()]
    datasync = datasync_backends[mover.account][REGION]
    ends = []
    for side, bucket in (("source", mover.source), ("destination", mover.destination)):
        role = aws.role(
            mover.account,
            f"{mover.name}-{side}",
            service=DATASYNC,
            bucket=bucket,
            path=f"/spinup/{ORG}/{mover.group}/",
        )
        s3 = {
            "S3BucketArn": f"arn:aws:s3:::{bucket}",
            "Subdirectory": f"/{mover.name}" if side == "destination" else "/",
            "S3Config": {"BucketAccessRoleArn": role},
        }
        ends.append(datasync.create_location("S3", list(tags), s3).arn)
    datasync.create_task(
        {
            "Name": mover.name,
            "SourceLocationArn": ends[0],
            "DestinationLocationArn": ends[1],
            "Tags": list(tags),
        }
    )
