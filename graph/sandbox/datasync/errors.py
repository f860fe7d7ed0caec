"""The errors of DataSync."""

from __future__ import annotations

from typing import Final

from moto.core.exceptions import ServiceException

INVALID_PARAMETER: Final = "InvalidParameter"


class InvalidRequestException(ServiceException):  # type: ignore[misc]  # moto is not typed
    """Bad input, a state that forbids the request, and a missing resource alike: the text tells.

    ``error_code`` is the member ``errorCode`` of the body. It is given where a real answer of the
    service is known to have it.
    """

    code = "InvalidRequestException"

    def __init__(self, message: str, error_code: str | None = None) -> None:
        super().__init__(message)
        self.error_code = error_code


class UnknownOperationException(ServiceException):  # type: ignore[misc]  # moto is not typed
    """The operation does not exist, or the sandbox does not implement it."""

    code = "UnknownOperationException"
