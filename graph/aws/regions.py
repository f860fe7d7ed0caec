"""Which regions there are."""

from __future__ import annotations

import botocore.session
from botocore.exceptions import UnknownRegionError


def is_region(name: str) -> bool:
    """Also one that is newer than the SDK, where its name is like those of a known partition."""
    try:
        botocore.session.get_session().get_partition_for_region(name)
    except UnknownRegionError:
        return False
    return True
