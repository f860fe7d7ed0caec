"""Secrets of locations: given in a request or read with a role, and refused if they are wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph.sandbox import Sandbox
from tests.sandbox.datasync.test_files import run
from tests.sandbox.lab import LAB, LOCATIONS, client, control, make_location

READS = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
KINDS = {"SMB": "Password", "FSX_WINDOWS": "Password", "AZURE_BLOB": "SasConfiguration"}
SHARE = "smb://win.example/share/"


def secret(value: str = "right", actions: tuple[str, ...] = tuple(READS)) -> dict[str, str]:
    """A secret of Secrets Manager, and a role that may read it."""
    arn = client("secretsmanager").create_secret(Name="lab/nas", SecretString=value)["ARN"]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust |= {"Principal": {"Service": "datasync.amazonaws.com"}}  # type: ignore[dict-item]
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": arn}
    iam = client("iam")
    made = iam.create_role(RoleName="reads", AssumeRolePolicyDocument=document(trust))
    if actions:
        iam.put_role_policy(RoleName="reads", PolicyName="p", PolicyDocument=document(allowed))
    return {"SecretArn": arn, "SecretAccessRoleArn": made["Role"]["Arn"]}


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def ended(lab: Sandbox, kind: str, config: dict[str, str] | None) -> dict[str, Any]:
    """A run from a location of a kind with that secret, or with the usual one."""
    params = dict(LOCATIONS[kind])
    if config is not None:
        del params[KINDS[kind]]
        params["CustomSecretConfig"] = config
    datasync = client("datasync")
    arn = getattr(datasync, f"create_location_{kind.lower()}")(**params)["LocationArn"]
    return run(lab, arn, make_location(datasync, "to"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_secret_that_storage_wants_is_read_with_a_role(lab: Sandbox, kind: str) -> None:
    uri = {"SMB": SHARE, "FSX_WINDOWS": f"fsxw://fs-{'1' * 17}/"}.get(
        kind, "azure-blob://a.blob.core.windows.net/box/"
    )
    control(lab, "POST", "files", {"uri": uri, "files": {"a": "1"}, "secret": "right"})
    assert ended(lab, kind, secret())["Status"] == "SUCCESS"
    refused = ended(lab, kind, None)
    assert refused["Status"] == "ERROR"
    wanted = "Unable to list Azure Blobs" if kind == "AZURE_BLOB" else "x40016"
    assert wanted in refused["Result"]["ErrorDetail"]


def test_a_secret_that_is_gone_or_may_not_be_read_fails_the_run(lab: Sandbox) -> None:
    config = secret(actions=(READS[0],))
    assert READS[1] in ended(lab, "SMB", config)["Result"]["ErrorDetail"]
    gone = config | {"SecretArn": config["SecretArn"][:-6] + "000000"}
    assert "does not allow" in ended(lab, "SMB", gone)["Result"]["ErrorDetail"]
    nobody = config | {"SecretAccessRoleArn": f"arn:aws:iam::{LAB}:role/nobody"}
    assert "Unable to assume role" in ended(lab, "SMB", nobody)["Result"]["ErrorDetail"]
    client("secretsmanager").delete_secret(
        SecretId=config["SecretArn"], ForceDeleteWithoutRecovery=True
    )
    allowed = {"Effect": "Allow", "Action": READS, "Resource": config["SecretArn"]}
    client("iam").put_role_policy(
        RoleName="reads", PolicyName="p", PolicyDocument=document(allowed)
    )
    assert "does not exist" in ended(lab, "SMB", config)["Result"]["ErrorDetail"]
