"""The tagging API, with pages of the requested size."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

import moto.resourcegroupstaggingapi.urls
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

_NO_LIMIT: Final = 1_000_000
_MOTOS_DEFAULT: Final = 100


class PagingTaggingBackend(ResourceGroupsTaggingAPIBackend):  # type: ignore[misc]  # untyped
    """moto also ends a page after 100 tags, which AWS does only on request."""

    @property
    def _url_module(self) -> ModuleType:
        return moto.resourcegroupstaggingapi.urls  # type: ignore[no-any-return]

    def get_resources(self, tags_per_page: int = _MOTOS_DEFAULT, **kwargs: Any) -> Any:
        limit = _NO_LIMIT if tags_per_page == _MOTOS_DEFAULT else tags_per_page
        return super().get_resources(tags_per_page=limit, **kwargs)
