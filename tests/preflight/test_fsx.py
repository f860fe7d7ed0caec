"""File systems of FSx, and the way to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from moto.fsx.models import fsx_backends

from graph.model.advice import RunSide
from graph.model.location_specs import (
    FsxLustreSpec,
    FsxOntapSpec,
    FsxOpenZfsSpec,
    FsxWindowsSpec,
    OntapSmbSpec,
)
from graph.preflight.fsx import FsxSpec, examine_fsx
from graph.preflight.probe import Probe
from graph.preflight.results import MoverEnd
from graph.sandbox import Fault, Sandbox
from tests.aws.test_choices import client
from tests.locations.samples import SECRET
from tests.preflight.test_networks import told
from tests.test_call_counts import spent
from tests.world import LAB

END = MoverEnd(RunSide.SOURCE, ("source", "x"))
PORTS = {
    "LUSTRE": 988,
    "OPENZFS": 2049,
    "WINDOWS": 445,
    "ONTAP": 2049,
    "ONTAP with SMB": 445,
}


def furnish(kind: str) -> tuple[FsxSpec, list[str]]:
    """A file system. Returns its location, and the ids of DataSync's security group and its own."""
    ec2, fsx = client("ec2"), client("fsx")
    subnet = ec2.describe_subnets()["Subnets"][0]
    ids = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=subnet["VpcId"])[
            "GroupId"
        ]
        for name in ("datasync", "fsx")
    ]
    made = fsx.create_file_system(
        FileSystemType=kind.split(maxsplit=1)[0],
        StorageCapacity=1200,
        SubnetIds=[subnet["SubnetId"]],
        SecurityGroupIds=ids[1:],
    )["FileSystem"]
    groups = (f"arn:aws:ec2:us-east-1:{LAB}:security-group/{ids[0]}",)
    if kind.startswith("ONTAP"):
        machine = fsx.create_storage_virtual_machine(FileSystemId=made["FileSystemId"], Name="a")
        arn = machine["StorageVirtualMachine"]["ResourceARN"]
        smb = OntapSmbSpec(user="u", secret=SECRET) if "SMB" in kind else None
        return (
            FsxOntapSpec(storage_virtual_machine_arn=arn, security_group_arns=groups, smb=smb),
            ids,
        )
    given: dict[str, Any] = {"filesystem_arn": made["ResourceARN"], "security_group_arns": groups}
    if kind == "WINDOWS":
        return FsxWindowsSpec(**given, user="u", secret=SECRET), ids
    return (FsxLustreSpec if kind == "LUSTRE" else FsxOpenZfsSpec)(**given), ids


def allow(ids: list[str], port: int) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    client("ec2").authorize_security_group_ingress(
        GroupId=ids[1], IpPermissions=[rule | {"UserIdGroupPairs": [{"GroupId": ids[0]}]}]
    )


@pytest.mark.parametrize("kind", PORTS)
async def test_the_security_groups_have_to_let_the_protocol_through(
    aws: Sandbox, probe: Probe, kind: str
) -> None:
    spec, ids = furnish(kind)
    for port, expected in ((PORTS[kind] + 1, "FAIL"), (PORTS[kind], "PASS")):
        allow(ids, port)
        aws.interceptor.forget_calls()
        found = await examine_fsx(Probe(probe.aws), spec, END)
        assert sum(spent(aws).values()) == (4 if kind.startswith("ONTAP") else 3)
        assert told(found) == {"file-system-exists": "PASS", "fsx-network": expected}
        assert found[1].path == (*END.path, "securityGroupArns")
        assert f"TCP {PORTS[kind]} " in found[1].message


async def test_a_file_system_has_to_be_there(probe: Probe) -> None:
    spec, _ = furnish("LUSTRE")
    assert isinstance(spec, FsxLustreSpec)
    gone = replace(spec, filesystem_arn=f"{spec.filesystem_arn[:-4]}0000")
    assert told(await examine_fsx(probe, gone, END)) == {"file-system-exists": "FAIL"}
    nowhere = replace(spec, security_group_arns=(f"{spec.security_group_arns[0][:-4]}0000",))
    assert told(await examine_fsx(probe, nowhere, END))["fsx-network"] == "FAIL"


async def test_what_aws_does_not_show_is_unknown_with_advice(aws: Sandbox, probe: Probe) -> None:
    spec, _ = furnish("WINDOWS")
    for denied in ("ec2.DescribeNetworkInterfaces", "ec2.DescribeSecurityGroups"):
        aws.interceptor.add(Fault(denied, "denied"))
        _, check = await examine_fsx(Probe(probe.aws), spec, END)
        assert check.status.value == "UNKNOWN"
        assert check.fix is not None
        assert denied.replace(".", ":") in check.fix.text
    fsx_backends[LAB]["us-east-1"].interfaces.clear()
    _, check = await examine_fsx(Probe(probe.aws), spec, END)
    assert (check.status.value, check.fix is None) == ("UNKNOWN", False)


async def test_a_storage_virtual_machine_has_to_be_there(probe: Probe) -> None:
    spec, _ = furnish("ONTAP")
    assert isinstance(spec, FsxOntapSpec)
    arn = spec.storage_virtual_machine_arn
    kept = fsx_backends[LAB]["us-east-1"].machines[arn.rpartition("/")[2]]
    for state, named, expected in (
        ("MISCONFIGURED", arn, ("WARN", "is MISCONFIGURED")),
        ("CREATED", f"{arn[:-4]}0000", ("FAIL", "no such storage virtual machine")),
    ):
        kept["Lifecycle"] = state
        given = replace(spec, storage_virtual_machine_arn=named)
        (check,) = await examine_fsx(Probe(probe.aws), given, END)
        assert (check.status.value, expected[1] in check.message) == (expected[0], True)
        assert check.path == (*END.path, "storageVirtualMachineArn")
