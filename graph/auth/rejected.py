"""Why credentials are rejected: the caller learns nothing, the log learns the reason."""

from __future__ import annotations

from typing import Final

from graph.model.errors import Unauthenticated

_MESSAGE: Final = "A valid token is required."


class Rejected(Unauthenticated):
    """The same answer for everybody. ``reason`` is for the log only, and holds no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(_MESSAGE)
        self.reason = reason
