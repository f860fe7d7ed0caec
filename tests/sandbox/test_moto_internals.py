"""Our backends serve the URLs of moto's."""

from __future__ import annotations

import moto.iam.urls
import moto.resourcegroupstaggingapi.urls
import moto.sts.urls
import pytest
from moto.core.base_backend import BaseBackend

from graph.sandbox.roles import PropagatingIAMBackend, TrustingSTSBackend
from graph.sandbox.tagging import PagingTaggingBackend


@pytest.mark.parametrize(
    ("backend", "urls"),
    [
        (PropagatingIAMBackend, moto.iam.urls),
        (TrustingSTSBackend, moto.sts.urls),
        (PagingTaggingBackend, moto.resourcegroupstaggingapi.urls),
    ],
)
def test_a_backend_has_the_urls_of_the_service_that_it_extends(
    backend: type[BaseBackend], urls: object
) -> None:
    assert backend("us-east-1", "222222222222").urls is urls
    assert backend("us-east-1", "222222222222")._url_module is urls
