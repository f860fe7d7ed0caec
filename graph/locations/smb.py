"""An SMB file server, reached through agents."""

from __future__ import annotations

from typing import Any, Final

from graph.locations.checks import (
    SMB_VERSIONS,
    check_agents,
    check_dollar_path,
    check_hostname,
    check_kerberos,
    check_secret,
    check_user,
    check_word,
    encoded,
    is_address,
    refuse,
    require,
    secret_config,
)
from graph.locations.kind import Creation, Home, LocationKind, Path, given, named, of_server
from graph.model.errors import Invalid
from graph.model.location import MOST_ITEMS
from graph.model.location_specs import SmbSpec

_OF_NTLM: Final = ("user", "domain")
_OF_KERBEROS: Final = ("kerberos_principal", "kerberos_krb5_conf", "dns_ip_addresses")


def _check(spec: SmbSpec, home: Home, path: Path) -> None:
    check_word(spec.authentication_type, ("NTLM", "KERBEROS"), (*path, "authenticationType"))
    check_hostname(spec.server_hostname, (*path, "serverHostname"))
    if spec.authentication_type == "KERBEROS":
        _check_kerberos(spec, path)
    else:
        require(spec, ("user",), "with NTLM authentication", path)
        refuse(spec, _OF_KERBEROS, "with NTLM authentication", path)
    check_dollar_path(spec.subdirectory, (*path, "subdirectory"))
    check_agents(spec.agent_arns, home, path)
    check_user(spec, path)
    check_secret(spec.secret, home, path)
    check_word(spec.version, SMB_VERSIONS, (*path, "version"))


def _check_kerberos(spec: SmbSpec, path: Path) -> None:
    require(
        spec, ("kerberos_principal", "kerberos_krb5_conf"), "with KERBEROS authentication", path
    )
    refuse(spec, _OF_NTLM, "with KERBEROS authentication", path)
    check_kerberos(spec, path)
    if is_address(spec.server_hostname):
        raise Invalid(
            "KERBEROS authentication requires the server's domain name instead of its address.",
            path=(*path, "serverHostname"),
        )
    where, most = (*path, "dnsIpAddresses"), MOST_ITEMS["dns_ip_addresses"]
    if len(spec.dns_ip_addresses) > most:
        raise Invalid(f"At most {most} DNS servers are allowed.", path=where)
    for index, address in enumerate(spec.dns_ip_addresses):
        if not is_address(address):
            raise Invalid(f"'{address[:80]}' is not an IP address.", path=(*where, str(index)))


def _params(spec: SmbSpec, _role_arn: str | None) -> dict[str, Any]:
    return given(
        ServerHostname=spec.server_hostname,
        AgentArns=list(spec.agent_arns),
        AuthenticationType=spec.authentication_type,
        User=spec.user,
        Domain=spec.domain,
        KerberosPrincipal=spec.kerberos_principal,
        KerberosKrb5Conf=encoded(spec.kerberos_krb5_conf),
        DnsIpAddresses=list(spec.dns_ip_addresses),
        CustomSecretConfig=secret_config(spec.secret),
        MountOptions=given(Version=spec.version),
    )


KIND: Final = LocationKind(
    name="SMB",
    scheme="smb",
    operation="smb",
    members=named(
        "AgentArns CreationTime Domain LocationArn LocationUri MountOptions User",
        MountOptions=named("Version"),
    ),
    creation=Creation(
        spec=SmbSpec,
        check=_check,
        params=_params,
        target=lambda spec: f"smb://{spec.server_hostname}",
    ),
    resources_at=of_server,
)
