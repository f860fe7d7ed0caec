"""A location that exists already, of any kind and in any region of the mover's account."""

from __future__ import annotations

from typing import Any, Final, NoReturn

from graph.locations.arns import same
from graph.locations.kind import Creation, Home, Path
from graph.model import names
from graph.model.errors import Invalid
from graph.model.location_specs import ExistingSpec

MEMBER: Final = "existing"
"""Of ``LocationInput``."""


def _check(spec: ExistingSpec, home: Home, path: Path) -> None:
    arn, where = spec.location_arn, (*path, "locationArn")
    found = names.datasync_arn("location", arn)
    if found is None:
        names.arn(arn, path=where)
        raise Invalid(f"'{arn}' is not the ARN of a location of DataSync.", path=where)
    same("partition", found.partition, home.partition, arn, where)
    same("account", found.account, home.account_id, arn, where)


def _params(_spec: Any, _role_arn: str | None) -> NoReturn:  # noqa: ANN401 - as for every kind
    raise TypeError("an existing location is not created")


CREATION: Final = Creation(
    spec=ExistingSpec,
    check=_check,
    params=_params,
    target=lambda spec: str(spec.location_arn),
)
