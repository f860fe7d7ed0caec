"""The private member of aiobotocore that creating clients fast needs."""

from __future__ import annotations

from typing import Any, Final

from aiobotocore.session import AioSession

_IN_EVENTS: Final = {"resourcegroupstaggingapi": "resource-groups-tagging-api"}
"""Services with another name in the SDK's events."""


class LeanSession(AioSession):
    """Omits handlers of other services, which each client would copy: a third of its cost."""

    def __init__(self, services: tuple[str, ...]) -> None:
        self.services: tuple[Any, ...] = services  # the SDK is typed for literal names
        super().__init__()

    def _register_builtin_handlers(self, events: Any) -> None:
        ours = _OfOurServices(events, self.services)
        super()._register_builtin_handlers(ours)  # type: ignore[misc]  # untyped


class _OfOurServices:
    """An emitter that accepts only handlers of our services, and none for documentation."""

    def __init__(self, events: Any, services: tuple[str, ...]) -> None:
        self._events = events
        self._names = {"*", *(_IN_EVENTS.get(name, name) for name in services)}

    def __getattr__(self, name: str) -> Any:
        register = getattr(self._events, name)

        def register_ours(event: str, handler: Any, *more: Any, **others: Any) -> None:
            kind, _, rest = event.partition(".")
            if kind != "docs" and (rest.partition(".")[0] or "*") in self._names:
                register(event, handler, *more, **others)

        return register_ours
