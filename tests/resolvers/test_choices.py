"""What forms offer to a key: what it may use for movers of the group, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from moto.s3.models import s3_backends

from graph.sandbox import Sandbox
from tests.rights.lab import HEADERS, served_by
from tests.world import LAB, ROLE, ask, furnish, serving, tell

CHOICES = """query($group: String!, $kind: ChoiceKind!, $tag: ChoiceTag, $search: String) {
  choices(account: "222222222222", group: $group, kind: $kind, tag: $tag, search: $search) {
    advice complete connection { nodes { arn name detail prefixes } } } }"""
BUCKETS = ("lab-in", "lab-out", "shop-payroll", "shared")


async def offered(
    client: httpx.AsyncClient, kind: str = "BUCKETS", group: str = "lab", **more: Any
) -> list[Any]:
    found = (await ask(client, CHOICES, kind=kind, group=group, **more))["choices"]
    assert (found["advice"], found["complete"]) == (None, True)
    nodes: list[Any] = found["connection"]["nodes"]
    return nodes


def names(nodes: list[Any]) -> list[str]:
    return [node["name"] for node in nodes]


async def test_a_limited_key_is_offered_what_rules_and_tags_allow(
    aws: Sandbox, tmp_path: Path
) -> None:
    aws.role(LAB, ROLE, external_id="x-1")
    for bucket in (*BUCKETS, "tagged"):
        aws.bucket(LAB, bucket)
    s3_backends[LAB]["aws"].put_bucket_tagging("tagged", {"spinup:spaceid": "lab"})
    for check, more in (("list", []), ("tag", ["tagged"]), ("none", ["shop-payroll", "tagged"])):
        folder = tmp_path / check
        folder.mkdir()
        async with served_by(folder, resource_check=check) as client:
            nodes = await offered(client)
            assert names(nodes) == ["lab-in", "lab-out", "shared", *more]
            prefixes = {node["name"]: node["prefixes"] for node in nodes}
            assert prefixes["lab-in"] is None
            assert prefixes["shared"] == (None if check == "none" else ["lab/"])
            if check == "none":
                continue
            assert await offered(client, "SUBNETS") == []
            client.headers.update(HEADERS["of-key"])
            assert names(await offered(client, group="shop")) == ["lab-in", "lab-out"]
            client.headers.update(HEADERS["everything"])
            assert names(await offered(client)) == sorted([*BUCKETS, "tagged"])
            assert await offered(client, "SUBNETS")


async def test_who_may_not_create_in_the_group_is_refused_before_anything_is_listed(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    async with served_by(tmp_path) as client:
        aws.interceptor.forget_calls()
        answer = await tell(client, CHOICES, kind="BUCKETS", group="shop")
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        for kind, tag in (("SECRETS", None), ("BUCKETS", {"key": "x"})):
            answer = await tell(client, CHOICES, kind=kind, group="lab", tag=tag)
            assert answer["errors"][0]["extensions"]["code"] == "INVALID"
        assert aws.interceptor.counts() == {}


async def test_a_search_finds_parts_of_names_details_and_ids(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        assert names(await offered(client, search="FROM-")) == [f"from-{LAB}"]
        assert await offered(client, "SUBNETS", search="172.31.")
        assert await offered(client, search="nothing") == []
        subnets = await offered(client, "SUBNETS", search="subnet-")
        assert len(subnets) == len(await offered(client, "SUBNETS"))
