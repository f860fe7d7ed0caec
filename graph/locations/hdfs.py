"""A Hadoop cluster, reached through agents."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.checks import (
    check_agents,
    check_dollar_path,
    check_form,
    check_kerberos,
    check_number,
    check_secret,
    check_word,
    encoded,
    refuse,
    require,
    secret_config,
)
from graph.locations.kind import Creation, Home, LocationKind, Path, given, of_server
from graph.model.errors import Invalid
from graph.model.location import MOST_ITEMS
from graph.model.location_specs import HdfsSpec, NameNodeSpec

_PROTECTIONS: Final = ("DISABLED", "AUTHENTICATION", "INTEGRITY", "PRIVACY")
_USER: Final = re.compile(r"[_.A-Za-z0-9][-_.A-Za-z0-9]{0,255}")
_NODE: Final = re.compile(r"[a-zA-Z0-9_.-]{1,255}")
_KEY_PROVIDER: Final = re.compile(
    r"(?=.{1,255}$)kms://https?@[a-zA-Z0-9.-]+(;[a-zA-Z0-9.-]+)*:[0-9]{1,5}/kms"
)
_BLOCKS: Final = (1_048_576, 1_073_741_824)
_SECTOR: Final = 512
_OF_KERBEROS: Final = ("kerberos_principal", "kerberos_krb5_conf", "secret")


def _check(spec: HdfsSpec, home: Home, path: Path) -> None:
    kinds = ("SIMPLE", "KERBEROS")
    check_word(spec.authentication_type, kinds, (*path, "authenticationType"))
    if spec.authentication_type == "SIMPLE":
        require(spec, ("simple_user",), "with SIMPLE authentication", path)
        refuse(spec, _OF_KERBEROS, "with SIMPLE authentication", path)
    else:
        require(spec, _OF_KERBEROS, "with KERBEROS authentication", path)
        refuse(spec, ("simple_user",), "with KERBEROS authentication", path)
    _check_nodes(spec.name_nodes, (*path, "nameNodes"))
    check_agents(spec.agent_arns, home, path)
    sentence = "A user has 1 to 256 letters, digits and _ . -, and does not begin with a hyphen."
    check_form(spec.simple_user, _USER, sentence, (*path, "simpleUser"))
    check_kerberos(spec, path)
    check_secret(spec.secret, home, path)
    check_dollar_path(spec.subdirectory, (*path, "subdirectory"))
    _check_cluster(spec, path)


def _check_nodes(nodes: tuple[NameNodeSpec, ...], path: Path) -> None:
    most = MOST_ITEMS["name_nodes"]
    if not 1 <= len(nodes) <= most:
        raise Invalid(f"An HDFS location has 1 to {most} NameNodes.", path=path)
    for index, node in enumerate(nodes):
        where = (*path, str(index))
        sentence = f"'{node.hostname[:80]}' is not a host name or an IPv4 address."
        check_form(node.hostname, _NODE, sentence, (*where, "hostname"))
        check_number(node.port, 1, 65_535, (*where, "port"))


def _check_cluster(spec: HdfsSpec, path: Path) -> None:
    check_number(spec.block_size, *_BLOCKS, (*path, "blockSize"))
    if (spec.block_size or 0) % _SECTOR:
        raise Invalid(
            f"{spec.block_size} is not a multiple of {_SECTOR}.", path=(*path, "blockSize")
        )
    check_number(spec.replication_factor, 1, 512, (*path, "replicationFactor"))
    check_form(
        spec.kms_key_provider_uri,
        _KEY_PROVIDER,
        "The URI of a key provider is kms://http@HOST:PORT/kms or kms://https@HOST:PORT/kms, "
        "with further hosts after semicolons.",
        (*path, "kmsKeyProviderUri"),
    )
    check_word(spec.rpc_protection, _PROTECTIONS, (*path, "rpcProtection"))
    check_word(spec.data_transfer_protection, _PROTECTIONS, (*path, "dataTransferProtection"))


def _params(spec: HdfsSpec, _role_arn: str | None) -> dict[str, Any]:
    return given(
        NameNodes=[{"Hostname": node.hostname, "Port": node.port} for node in spec.name_nodes],
        AuthenticationType=spec.authentication_type,
        AgentArns=list(spec.agent_arns),
        SimpleUser=spec.simple_user,
        KerberosPrincipal=spec.kerberos_principal,
        KerberosKrb5Conf=encoded(spec.kerberos_krb5_conf),
        CustomSecretConfig=secret_config(spec.secret),
        BlockSize=spec.block_size,
        ReplicationFactor=spec.replication_factor,
        KmsKeyProviderUri=spec.kms_key_provider_uri,
        QopConfiguration=given(
            RpcProtection=spec.rpc_protection,
            DataTransferProtection=spec.data_transfer_protection,
        ),
    )


KIND: Final = LocationKind(
    name="HDFS",
    scheme="hdfs",
    operation="hdfs",
    creation=Creation(
        spec=HdfsSpec,
        check=_check,
        params=_params,
        target=lambda spec: f"hdfs://{spec.name_nodes[0].hostname}",
    ),
    resources_at=of_server,
)
