"""The tagging API, with pages of the requested size."""

from __future__ import annotations

from typing import Any, Final

import moto.resourcegroupstaggingapi.urls
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from graph.sandbox.moto_internals import MotosUrls

_NO_LIMIT: Final = 1_000_000
_MOTOS_DEFAULT: Final = 100


class PagingTaggingBackend(MotosUrls, ResourceGroupsTaggingAPIBackend):  # type: ignore[misc]  # untyped
    """moto also ends a page after 100 tags, which AWS does only on request."""

    urls = moto.resourcegroupstaggingapi.urls

    def get_resources(self, tags_per_page: int = _MOTOS_DEFAULT, **kwargs: Any) -> Any:
        limit = _NO_LIMIT if tags_per_page == _MOTOS_DEFAULT else tags_per_page
        return super().get_resources(tags_per_page=limit, **kwargs)
