"""Checks that several kinds of locations share: servers, agents, networks and secrets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from graph.locations.arns import ROLE, SPACES, check_arn, same
from graph.locations.kind import Home, Path, camel
from graph.model import names
from graph.model.errors import Invalid, InvalidReason
from graph.model.location import MOST_AGENTS, MOST_SECURITY_GROUPS
from graph.model.location_specs import SecretSpec

NFS_VERSIONS: Final = ("AUTOMATIC", "NFS3", "NFS4_0", "NFS4_1", "NFS4_2")
SMB_VERSIONS: Final = ("AUTOMATIC", "SMB1", "SMB2_0", "SMB2", "SMB3")
FSX_FILE_SYSTEM: Final = r"file-system/fs-[0-9a-f]+"
KRB5_BYTES: Final = 131_072
_HOSTNAME: Final = re.compile(r"(([a-zA-Z0-9-]*[a-zA-Z0-9])\.)*([A-Za-z0-9:-]*[A-Za-z0-9])")
_LONGEST_HOSTNAME: Final = 255
_USER: Final = re.compile(r"[^\"\[\]/\\:;|=,+*?<>]{1,104}")
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]((\.|-+)?[A-Za-z0-9])*")
_PRINCIPAL: Final = re.compile(r".{1,256}")
_DOLLAR_PATH: Final = re.compile(rf"[a-zA-Z0-9_+./()${SPACES}-]{{1,4096}}")
_SECRET: Final = re.compile(r"secret:[^:]+")


def check_word(value: str | None, allowed: Sequence[str], path: Path) -> None:
    """Raises Invalid unless the value is absent or one of the words."""
    if value is not None and value not in allowed:
        raise Invalid(f"'{value[:40]}' is not one of {', '.join(allowed)}.", path=path)


def check_form(value: str | None, form: re.Pattern[str], sentence: str, path: Path) -> None:
    """Raises Invalid with the sentence unless the value is absent or has the form."""
    if value is not None and not form.fullmatch(value):
        raise Invalid(sentence, path=path)


def check_number(value: int | None, low: int, high: int, path: Path) -> None:
    """Raises Invalid unless the value is absent or within the bounds."""
    if value is not None and not low <= value <= high:
        raise Invalid(f"{value} is not between {low} and {high}.", path=path)


def require(spec: object, wanted: Iterable[str], because: str, path: Path) -> None:
    """Raises Invalid for a field that is absent."""
    for name in wanted:
        if not getattr(spec, name):
            raise Invalid(
                f"'{camel(name)}' is required {because}.",
                path=(*path, camel(name)),
                reason=InvalidReason.MISSING,
            )


def refuse(spec: object, unwanted: Iterable[str], because: str, path: Path) -> None:
    """Raises Invalid for a field that is present."""
    for name in unwanted:
        if getattr(spec, name) not in (None, ()):
            raise Invalid(f"'{camel(name)}' is not allowed {because}.", path=(*path, camel(name)))


def check_hostname(value: str, path: Path) -> None:
    """Raises Invalid unless it is a host name or an address, without a port or a scheme."""
    if len(value) > _LONGEST_HOSTNAME or not _HOSTNAME.fullmatch(value):
        raise Invalid(f"'{value[:80]}' is not a host name or an IP address.", path=path)


def is_address(value: str) -> bool:
    """Whether it is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def check_dollar_path(value: str | None, path: Path) -> None:
    """Raises Invalid for a path that DataSync does not allow where names may have a ``$``."""
    check_form(
        value,
        _DOLLAR_PATH,
        "A subdirectory has 1 to 4096 letters, digits, spaces and _ - + . / ( ) $.",
        path,
    )


def check_agents(arns: Sequence[str], home: Home, path: Path, *, least: int = 1) -> None:
    """Raises Invalid unless these are agents in the mover's account and region."""
    path = (*path, "agentArns")
    if not least <= len(arns) <= MOST_AGENTS:
        raise Invalid(f"A location has {least} to {MOST_AGENTS} agents.", path=path)
    for index, arn in enumerate(arns):
        check_arn(arn, "datasync", r"agent/agent-[0-9a-z]{17}", home, (*path, str(index)))


def check_security_groups(arns: Sequence[str], home: Home, path: Path) -> None:
    """Raises Invalid unless these are security groups in the mover's region."""
    path = (*path, "securityGroupArns")
    if not 1 <= len(arns) <= MOST_SECURITY_GROUPS:
        raise Invalid(
            f"A location requires 1 to {MOST_SECURITY_GROUPS} security groups.", path=path
        )
    form = r"security-group/sg-[0-9a-f]+"
    for index, arn in enumerate(arns):
        check_arn(arn, "ec2", form, home, (*path, str(index)), shared=True)


def check_role(arn: str, home: Home, path: Path) -> None:
    """Raises Invalid unless it is a role of the mover's account."""
    found = names.arn(arn, path=path)
    if found.service != "iam" or found.region or not re.fullmatch(ROLE, found.resource):
        raise Invalid(f"'{arn}' is not the ARN of a role.", path=path)
    same("partition", found.partition, home.partition, arn, path)
    same("account", found.account, home.account_id, arn, path)


def check_secret(secret: SecretSpec | None, home: Home, path: Path) -> None:
    """Raises Invalid unless it is a secret of Secrets Manager and a role, or absent."""
    if secret is None:
        return
    where = (*path, "secret", "secretArn")
    found = names.arn(secret.secret_arn, path=where)
    if (
        found.service != "secretsmanager"
        or not found.account
        or not _SECRET.fullmatch(found.resource)
    ):
        raise Invalid(f"'{secret.secret_arn}' is not the ARN of a secret.", path=where)
    same("partition", found.partition, home.partition, secret.secret_arn, where)
    check_role(secret.access_role_arn, home, (*path, "secret", "accessRoleArn"))


def check_user(spec: Any, path: Path) -> None:  # noqa: ANN401 - of any kind with a Windows user
    """Raises Invalid for a user or a domain that DataSync does not allow."""
    check_form(
        spec.user,
        _USER,
        'A user has 1 to 104 characters, without " [ ] / \\ : ; | = , + * ? < >.',
        (*path, "user"),
    )
    check_form(
        spec.domain,
        _DOMAIN,
        "A domain has letters, digits, dots and hyphens, such as corp.example.com.",
        (*path, "domain"),
    )


def check_kerberos(spec: Any, path: Path) -> None:  # noqa: ANN401 - SMB or HDFS
    """Raises Invalid for a principal or a krb5.conf that DataSync does not allow."""
    check_form(
        spec.kerberos_principal,
        _PRINCIPAL,
        "A Kerberos principal has 1 to 256 characters, such as datasync/host@EXAMPLE.COM.",
        (*path, "kerberosPrincipal"),
    )
    if len((spec.kerberos_krb5_conf or "").encode()) > KRB5_BYTES:
        raise Invalid(
            f"The file krb5.conf has at most {KRB5_BYTES} bytes.",
            path=(*path, "kerberosKrb5Conf"),
            reason=InvalidReason.TOO_LONG,
        )


def secret_config(secret: SecretSpec | None) -> dict[str, str] | None:
    """``CustomSecretConfig`` of a request."""
    if secret is None:
        return None
    return {"SecretArn": secret.secret_arn, "SecretAccessRoleArn": secret.access_role_arn}


def encoded(text: str | None) -> bytes | None:
    """A text that DataSync takes as bytes."""
    return None if text is None else text.encode()
