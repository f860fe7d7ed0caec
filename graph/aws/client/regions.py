"""Validates names of regions."""

from __future__ import annotations

import botocore.session
from botocore.exceptions import BotoCoreError, UnknownRegionError

from graph.model.errors import Invalid


def is_region(name: str) -> bool:
    """Whether a region exists, by its name; it may be newer than the SDK.

    Raises Invalid if the SDK's own configuration (its files or AWS_PROFILE) is wrong.
    """
    try:
        botocore.session.get_session().get_partition_for_region(name)
    except UnknownRegionError:
        return False
    except BotoCoreError as error:
        raise Invalid(f"The AWS SDK's own configuration is wrong: {error}") from error
    return True
