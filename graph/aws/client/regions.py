"""Validates names of regions."""

from __future__ import annotations

import botocore.session
from botocore.exceptions import BotoCoreError, UnknownRegionError

from graph.aws.client.service_models import extend
from graph.model.errors import Invalid


def partition_of(name: str) -> str | None:
    """The partition of a region, by its name; it may be newer than the SDK. None if none has it.

    Raises Invalid if the SDK's own configuration (its files or AWS_PROFILE) is wrong.
    """
    try:
        session = botocore.session.get_session()
        extend(session)
        partition: str = session.get_partition_for_region(name)
    except UnknownRegionError:
        return None
    except BotoCoreError as error:
        raise Invalid(f"The AWS SDK's own configuration is wrong: {error}") from error
    return partition
