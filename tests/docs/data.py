"""What blocks of settings, policies and scalars are compared with: what reads them."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from graphql import GraphQLScalarType

from graph.app import graphql_schema
from graph.auth import read_groups_file, read_issuers_file, read_keys, read_keys_file
from graph.config import sources
from graph.model.resources import ArnPattern, Resource
from graph.sandbox.policies import admits, trusts
from tests.world import LAB


def check_toml(text: str, folder: Path) -> None:
    """Reads a block as the server would read the file that it shows."""
    file = folder / "example.toml"
    file.write_text(text)
    given = tomllib.loads(text)
    if "org" in given:
        settings = _found(file, text).settings
        shown = {name: value for name, value in given.items() if isinstance(value, str)}
        assert {name: _joined(getattr(settings, name)) for name in shown} == shown
        assert [key.name for key in settings.keys] == [key["name"] for key in given["keys"]]
    elif "issuers" in given:
        assert [issuer.name for issuer in read_issuers_file(str(file))] == [
            issuer["name"] for issuer in given["issuers"]
        ]
    elif "keys" in given:
        assert [key.name for key in read_keys_file(str(file))] == [
            key["name"] for key in given["keys"]
        ]
    elif isinstance(given["groups"], dict):
        (key,) = read_keys([given | {"name": "x", "key": "x"}])
        assert {group for group, _ in key.rights.in_groups} <= set(given["groups"])
    else:
        assert len(read_groups_file(str(file))) == sum(
            len(group["resources"]) for group in given["groups"]
        )


def _found(file: Path, text: str) -> sources.LoadedSettings:
    """What the server reads from a settings file, with no other settings."""
    file.write_text(text)
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("DATASYNC_API_")]:
            environment.delenv(name)
        return sources.find(str(file))


def _joined(value: object) -> object:
    return ",".join(value) if isinstance(value, tuple) else value


def _has_every_scalar(text: str, _folder: Path) -> None:
    kinds = graphql_schema().core.type_map
    custom = {n for n, kind in kinds.items() if isinstance(kind, GraphQLScalarType)} - {
        *("Boolean", "Float", "ID", "Int", "String")
    }
    assert set(json.loads(text)) == custom


def _is_understood(text: str, folder: Path) -> None:
    found = _found(folder / "config.json", text)
    assert len(found.understood) == 8
    assert not [line for line in found.understood if "unknown" in line or "null" in line]
    given, settings = json.loads(text), found.settings
    assert settings.token is not None
    assert settings.external_id is not None
    account = {
        "region": settings.region,
        "role": settings.role,
        "externalId": settings.external_id.get_secret_value(),
    }
    assert given == {
        "listenAddress": settings.listen,
        "org": settings.org,
        "token": settings.token.get_secret_value(),
        "logLevel": settings.log_level,
        "account": account,
        "flywheel": {"ttl": f"{settings.operation_minutes:.0f}m"},
    }


def _lets_the_server_in(policy: str, _folder: Path) -> None:
    assert trusts(policy, "AWS", "111111111111", externalid="choose-a-secret")
    assert not trusts(policy, "AWS", "111111111111", externalid="another")
    assert not trusts(policy, "AWS", "111111111111")
    assert not trusts(policy, "AWS", "999999999999", externalid="choose-a-secret")


def _lets_the_roles_of_movers_in(policy: str, _folder: Path) -> None:
    role = f"arn:aws:iam::{LAB}:role/spinup/acme/imaging/one-source-1"
    bucket = "arn:aws:s3:::shop-archive"
    for action in json.loads(policy)["Statement"][0]["Action"]:
        resource = f"{bucket}/key" if "Object" in action else bucket
        assert admits(policy, role, action, resource), action
        assert not admits(policy, role.replace("/spinup", ""), action, resource), action
    assert not admits(policy, role, "s3:PutBucketPolicy", bucket)


def _reads_secrets(text: str, _folder: Path) -> None:
    (statement,) = json.loads(text)["Statement"]
    assert statement["Effect"] == "Allow"
    assert set(statement["Action"]) == {
        "secretsmanager:GetSecretValue",
        "secretsmanager:DescribeSecret",
    }
    assert ArnPattern.parse(statement["Resource"]).matches(
        Resource(f"arn:aws:secretsmanager:us-east-1:{LAB}:secret:lab/nas-AbCdEf")
    )


CHECKS: Final[Mapping[str, Callable[[str, Path], None]]] = {
    "the custom scalars of the schema": _has_every_scalar,
    "a configuration of the original server": _is_understood,
    "a trust policy for the server": _lets_the_server_in,
    "a policy of the bucket": _lets_the_roles_of_movers_in,
    "the policy of a role that reads secrets": _reads_secrets,
}
"""By the comment above a block of JSON."""
