"""Why a database does not answer, in one line without passwords and stored values."""

from __future__ import annotations

import sqlalchemy as sa


def cause_of(error: BaseException, url: sa.URL | str) -> str:
    """The driver's own words, such as ``Connection refused`` or ``database or disk is full``."""
    if isinstance(error, sa.exc.DBAPIError):
        text = str(error.orig)
    elif isinstance(error, TimeoutError):
        text = str(error) or "no response in time"
    else:
        text = str(error)
    return _without_password(" ".join(text.split()) or type(error).__name__, url)


def _without_password(text: str, url: sa.URL | str) -> str:
    try:
        password = sa.make_url(url).password
    except (sa.exc.ArgumentError, ValueError):
        return text
    return text.replace(str(password), "***") if password else text
