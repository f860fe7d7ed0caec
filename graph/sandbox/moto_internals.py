"""The private members of moto that the sandbox needs."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

from botocore.utils import deep_merge
from moto.core.utils import get_service_model


class MotosUrls:
    """A mixin for backends: moto looks for the URLs of a backend beside the module of its class."""

    urls: ClassVar[ModuleType]

    @property
    def _url_module(self) -> ModuleType:
        return self.urls


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
