"""Which regions there are."""

from __future__ import annotations

import botocore.session
from botocore.exceptions import BotoCoreError, UnknownRegionError

from graph.model.errors import Invalid


def is_region(name: str) -> bool:
    """Also one that is newer than the SDK, where its name is like those of a known partition.

    Raises Invalid where the SDK's own configuration, its files and AWS_PROFILE, is wrong.
    """
    try:
        botocore.session.get_session().get_partition_for_region(name)
    except UnknownRegionError:
        return False
    except BotoCoreError as error:
        raise Invalid(f"the AWS SDK's own configuration is wrong: {error}") from error
    return True
