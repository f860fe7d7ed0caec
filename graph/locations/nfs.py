"""An NFS file server, reached through agents."""

from __future__ import annotations

from typing import Any, Final

from graph.locations.arns import check_subdirectory
from graph.locations.checks import NFS_VERSIONS, check_agents, check_hostname, check_word, require
from graph.locations.kind import Creation, Home, LocationKind, Path, given, named, of_server
from graph.model.location_specs import NfsSpec


def _check(spec: NfsSpec, home: Home, path: Path) -> None:
    check_hostname(spec.server_hostname, (*path, "serverHostname"))
    require(spec, ("subdirectory",), "for an NFS server: the path that it exports", path)
    check_subdirectory(spec.subdirectory, (*path, "subdirectory"))
    check_agents(spec.agent_arns, home, path)
    check_word(spec.version, NFS_VERSIONS, (*path, "version"))


def _params(spec: NfsSpec, _role_arn: str | None) -> dict[str, Any]:
    return given(
        ServerHostname=spec.server_hostname,
        OnPremConfig={"AgentArns": list(spec.agent_arns)},
        MountOptions=given(Version=spec.version),
    )


KIND: Final = LocationKind(
    name="NFS",
    scheme="nfs",
    operation="nfs",
    members=named(
        "CreationTime LocationArn LocationUri MountOptions OnPremConfig",
        MountOptions=named("Version"),
        OnPremConfig=named("AgentArns"),
    ),
    creation=Creation(
        spec=NfsSpec,
        check=_check,
        params=_params,
        target=lambda spec: f"nfs://{spec.server_hostname}",
    ),
    resources_at=of_server,
)
