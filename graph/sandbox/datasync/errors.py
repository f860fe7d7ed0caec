"""The one error that DataSync answers with."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class InvalidRequestException(ServiceException):  # type: ignore[misc]  # moto is not typed
    """Also for what is not found: the text tells."""

    code = "InvalidRequestException"
