"""Lists for forms: in pages, or null with advice where the management role lacks a permission."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Fault, Sandbox
from tests.world import ask, furnish, serving, tell

PAGE = """query($after: String, $vpc: String) {
  choices(account: "222222222222", group: "g", kind: SUBNETS, vpc: $vpc, first: 2, after: $after) {
    advice complete connection {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { arn name detail vpcId availabilityZone prefixes } } } }"""
DENIED = """query($kind: ChoiceKind!, $tag: ChoiceTag) {
  choices(account: "222222222222", group: "g", kind: $kind, tag: $tag) {
    advice complete connection { totalCount } } }"""


async def test_pages_continue_and_a_missing_permission_is_advice_and_no_error(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        denied = {
            "BUCKETS": ("s3.GET", "s3:ListAllMyBuckets"),
            "EFS_FILE_SYSTEMS": ("elasticfilesystem.GET", "elasticfilesystem:DescribeFileSystems"),
            "FSX_STORAGE_VIRTUAL_MACHINES": (
                "fsx.DescribeStorageVirtualMachines",
                "fsx:DescribeStorageVirtualMachines",
            ),
            "SUBNETS": ("ec2.DescribeSubnets", "ec2:DescribeSubnets"),
            "SECRETS": ("secretsmanager.ListSecrets", "secretsmanager:ListSecrets"),
        }
        for kind, (call, action) in denied.items():
            aws.interceptor.add(Fault(call, "denied"))
            tag = {"key": "use"} if kind == "SECRETS" else None
            found = (await ask(client, DENIED, kind=kind, tag=tag))["choices"]
            assert (found["connection"], found["complete"]) == (None, False)
            assert action in found["advice"]
        first = (await ask(client, PAGE))["choices"]["connection"]
        cursor = first["pageInfo"]["endCursor"]
        rest = (await ask(client, PAGE, after=cursor))["choices"]["connection"]
        arns = [node["arn"] for page in (first, rest) for node in page["nodes"]]
        assert len(set(arns)) == 4
        assert first["totalCount"] > 4
        assert all(node["vpcId"].startswith("vpc-") for node in first["nodes"])
        vpc = first["nodes"][0]["vpcId"]
        assert (await ask(client, PAGE, vpc=vpc))["choices"]["connection"]["totalCount"]
        assert (await ask(client, PAGE, vpc="vpc-0"))["choices"]["connection"]["nodes"] == []
        answer = await tell(client, PAGE, after=cursor, vpc=vpc)
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"
        assert aws.interceptor.counts()["ec2.DescribeSubnets"] == 2
        assert aws.interceptor.counts()["s3.GET"] == 1
