"""The private members of moto that the sandbox needs."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar


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
