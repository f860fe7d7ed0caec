"""Reads the inputs that the first release stored as pickles, and nothing else.

Operations which that release accepted and did not end are finished by this one. The release after
this one can do without this module.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, Final, NoReturn

_PROTOCOL_2: Final = b"\x80"
"""How a pickle of protocol 2 or later begins. JSON cannot."""


def is_pickle(stored: bytes) -> bool:
    return stored.startswith(_PROTOCOL_2)


def read(stored: bytes) -> tuple[Any, ...]:
    """The arguments, with a dictionary in place of each object. Raises ValueError."""
    try:
        args = _Reader(io.BytesIO(stored)).load()
    except Exception as error:
        raise ValueError(f"not an input of the first release: {error!r}") from error
    if not isinstance(args, tuple):
        raise ValueError("not an input of the first release: no arguments")  # noqa: TRY004
    return tuple(_plain(arg) for arg in args)


class _Stored:
    """Stands for a class of the first release. It only keeps the state that it is given."""

    members: tuple[str, ...] = ()

    def __setstate__(self, state: list[Any]) -> None:
        self.state = dict(zip(self.members, state, strict=True))


class _NewMover(_Stored):
    members = ("account_id", "group", "name", "source", "destination", "tags")


class _S3Spec(_Stored):
    members = ("bucket_arn", "subdirectory", "storage_class")


class _EfsSpec(_Stored):
    members = ("filesystem_arn", "subnet_arn", "security_group_arns", "subdirectory")


class _Tag(_Stored):
    members = ("key", "value")


_CLASSES: Final[dict[tuple[str, str], type[_Stored]]] = {
    ("graph.model.operation", "NewMover"): _NewMover,
    ("graph.model.location", "S3Spec"): _S3Spec,
    ("graph.model.location", "EfsSpec"): _EfsSpec,
    ("graph.model.mover", "Tag"): _Tag,
}
"""All that a pickle may name, and what it gets instead: no code of this program is reachable."""


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[_Stored]:
        try:
            return _CLASSES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not admitted") from None

    def persistent_load(self, _pid: object) -> NoReturn:
        raise pickle.UnpicklingError("persistent ids are not admitted")


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a pickle holds
    """The value in the form that version 1 of the JSON has."""
    if isinstance(value, _NewMover):
        mover = {name: _plain(part) for name, part in value.state.items()}
        return mover | {"key_name": None}
    if isinstance(value, _S3Spec | _EfsSpec):
        kind = "S3" if isinstance(value, _S3Spec) else "EFS"
        return {"kind": kind} | value.state
    if isinstance(value, _Tag):
        return (value.state["key"], value.state["value"])
    if isinstance(value, tuple):
        return tuple(_plain(part) for part in value)
    return value
