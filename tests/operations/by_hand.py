"""Movers as the original server makes them, put straight into the sandbox's state."""

from __future__ import annotations

from typing import Any, Final

from tests.world import LAB, ORG

S3: Final = ("S3", "S3")


def backend(account: str = LAB) -> Any:
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    return datasync_backends[account]["us-east-1"]


def by_hand(
    group: str,
    roles: tuple[str, str],
    kinds: tuple[str, str] = S3,
    account: str = LAB,
    name: str = "one",
) -> Any:
    """The task of a mover whose ends are read with those roles, as far as they are buckets."""
    ends = [_location(*end, account) for end in zip(kinds, roles, strict=True)]
    tags = {"org": ORG, "spaceid": group, "type": "storage", "flavor": "datamover"}
    return backend(account).create_task(
        {
            "SourceLocationArn": ends[0],
            "DestinationLocationArn": ends[1],
            "Name": name,
            "Tags": [{"Key": f"spinup:{key}", "Value": value} for key, value in tags.items()],
        }
    )


def _location(kind: str, role: str, account: str) -> str:
    params: dict[str, dict[str, Any]] = {
        "S3": {
            "S3BucketArn": f"arn:aws:s3:::from-{account}",
            "S3Config": {"BucketAccessRoleArn": role},
        },
        "NFS": {"ServerHostname": "nfs.example", "Subdirectory": "/a", "OnPremConfig": {}},
        "SMB": {"ServerHostname": "smb.example", "Subdirectory": "/a", "User": "u"},
        "HDFS": {"NameNodes": [{"Hostname": "h", "Port": 8020}], "AgentArns": []},
    }
    return str(backend(account).create_location(kind, None, params[kind]).arn)


def tag_role(account: str, name: str, tags: dict[str, str]) -> None:
    """Adds tags to a role."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    given = [{"Key": key, "Value": value} for key, value in tags.items()]
    iam_backends[account]["aws"].tag_role(name, given)


def tags_of_roles(account: str = LAB) -> list[dict[str, str]]:
    """The tags of each role of the movers."""
    from moto.iam.models import iam_backends  # noqa: PLC0415

    return [
        {tag["Key"]: tag["Value"] for tag in role.tags}
        for role in iam_backends[account]["aws"].roles.values()
        if role.path.startswith(f"/spinup/{ORG}/")
    ]
