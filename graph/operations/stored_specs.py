"""Specifications of locations as stored operations have them. Names and members are the format."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from graph.locations import CREATABLE
from graph.model.location_specs import ExistingSpec, LocationSpec

_BY_NAME: Final[Mapping[str, type[LocationSpec]]] = {
    **{name: creation.spec for name, creation in CREATABLE.items()},
    "EXISTING": ExistingSpec,
}
_NAMES: Final = {made: name for name, made in _BY_NAME.items()}
_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "S3": ("bucket_arn", "subdirectory", "storage_class"),
    "EFS": ("filesystem_arn", "subnet_arn", "security_group_arns", "subdirectory"),
}
"""What version 1 has, and every release reads."""


def in_first_version(spec: LocationSpec) -> bool:
    """Whether servers that know only version 1 create exactly this location."""
    known = _FIRST.get(_NAMES[type(spec)])
    return known is not None and all(field.name in known for field in _given(spec))


def plain(spec: LocationSpec) -> dict[str, Any]:
    """As JSON. Fields that have their default are left out, but for those of version 1."""
    name = _NAMES[type(spec)]
    always = {field: getattr(spec, field) for field in _FIRST.get(name, ())}
    values: dict[str, Any] = _plain(spec)
    return {"kind": name} | always | values


def read(given: Mapping[str, Any]) -> LocationSpec:
    """Raises KeyError or TypeError for what no release has written."""
    made: LocationSpec = _read(_BY_NAME[given["kind"]], given)
    return made


def shown(spec: LocationSpec) -> str:
    """As the first release showed it, with the fields that were added since if they are set."""
    first = _FIRST.get(_NAMES[type(spec)], ())
    names = (*first, *(field.name for field in _given(spec) if field.name not in first))
    values = ", ".join(f"{name}={getattr(spec, name)!r}" for name in names)
    return f"{type(spec).__name__}({values})"


def _given(spec: Any) -> list[Field[Any]]:  # noqa: ANN401 - a specification or a part of one
    return [
        field
        for field in fields(spec)
        if field.default is MISSING or getattr(spec, field.name) != field.default
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - of any type that a field may have
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in _given(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(made: Hashable) -> dict[str, Any]:
    return get_type_hints(made)


def _read(made: type[Any], given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what was asked for
    # A field that was added since the input was stored has its default.
    hints = _hints(made)  # type: ignore[arg-type]  # types are hashable
    return made(
        **{name: _value(hint, given[name]) for name, hint in hints.items() if name in given}
    )


def _value(hint: Any, given: Any) -> Any:  # noqa: ANN401 - of any type that a field may have
    """A stored value as the type hint wants it: a list as a tuple, an object as a dataclass."""
    if given is None:
        return None
    (hint,) = [each for each in get_args(hint) or (hint,) if each not in (NoneType, Ellipsis)]
    if isinstance(given, list | tuple):
        return tuple(_value(hint, item) for item in given)
    if is_dataclass(hint) and isinstance(hint, type):
        return _read(hint, given)
    return given
