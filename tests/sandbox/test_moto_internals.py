"""Our backends serve the URLs of moto's, and each request reaches its backend."""

from __future__ import annotations

import moto.backends
import moto.iam.urls
import moto.resourcegroupstaggingapi.urls
import moto.sts.urls
import pytest
from moto.core.base_backend import BaseBackend

from graph.sandbox.moto_internals import Dispatcher
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


def test_a_host_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dispatcher, listed = Dispatcher(), list[str]()

    def listing() -> list[str]:
        listed.append("")
        return []

    monkeypatch.setattr(moto.backends, "list_of_moto_modules", listing)
    hosts = ("datasync.us-east-1.amazonaws.com", "iam.us-east-1.amazonaws.com")
    assert [dispatcher.get_backend_for_host(host) for host in hosts * 3] == ["datasync", "iam"] * 3
    assert len(listed) == len(hosts)
