"""Access points of S3, which moto keeps and does not use."""

from __future__ import annotations

import re
from typing import Final

from moto.s3control.models import AccessPoint, s3control_backends

_ARN: Final = re.compile(r"arn:([^:]+):s3:[^:]+:(\d{12}):accesspoint[/:](.+)")


def make_access_point(account: str, name: str, bucket: str, vpc_id: str | None = None) -> str:
    """Creates or replaces an access point, for all networks or for one VPC. Returns its ARN."""
    control = s3control_backends[account]["aws"]
    vpc = {"VpcId": vpc_id} if vpc_id else {}
    return str(control.create_access_point(account, name, bucket, vpc, {}, []).arn)


def find_access_point(arn: str) -> AccessPoint | None:
    """The access point with an ARN; None for a bucket, and where there is none."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    partition, account, name = found.groups()
    points = s3control_backends[account][partition].access_points.get(account, {})
    return points.get(name)
