"""Existing locations, as their describe calls return them."""

from __future__ import annotations

from typing import Any

from graph.locations import resources_at
from graph.model.location import Location
from graph.model.resources import Resource
from tests.world import LAB

ARN = f"arn:aws:datasync:us-east-1:{LAB}:location/loc-{'0' * 17}"
SUBNET = f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-0a"
GROUPS = [f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-0{n}" for n in range(2)]
NETWORK: dict[str, Any] = {"Ec2Config": {"SubnetArn": SUBNET, "SecurityGroupArns": GROUPS}}


def at(uri: str, kind: str = "S3", arn: str = ARN, **described: Any) -> list[Resource]:
    location = Location(arn=arn, kind=kind, uri=uri, created_at=None, described=described)
    return resources_at(arn, location)
