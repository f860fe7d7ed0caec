"""The private members of moto that the sandbox needs."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import Any, ClassVar, Final

from botocore.utils import deep_merge
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

_HOSTS: Final = 200
"""Names of services and regions that are remembered."""


class MotosUrls:
    """A mixin for backends: moto looks for the URLs of a backend beside the module of its class."""

    urls: ClassVar[ModuleType]

    @property
    def _url_module(self) -> ModuleType:
        return self.urls


class Dispatcher(DomainDispatcherApplication):  # type: ignore[misc]  # moto is not typed
    """Passes each request to the backend of its service.

    moto's own lists the folders of its package twice per request: as much work as many calls are.
    """

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        # An instance attribute, as a cache of the method would keep the instance.
        self.get_backend_for_host = lru_cache(_HOSTS)(super().get_backend_for_host)


def action_of(response: Any) -> str:
    """The operation that a request asks for, such as ``ListTasks``."""
    action: str = response._get_action()  # noqa: SLF001 - there is no public one
    return action


def extend_model(service: str, additions: dict[str, Any]) -> None:
    """Adds to the service model by which moto parses requests and serialises answers.

    moto keeps one model per service and process, and its loader reads no files but its own. Has no
    effect on shapes that were used before.
    """
    deep_merge(get_service_model(service)._service_description, additions)  # noqa: SLF001 - the same
