"""Connections: shared, and through the proxy that the environment names."""

from __future__ import annotations

import pytest

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.model.errors import Upstream
from graph.sandbox import Sandbox
from tests.aws.calls import list_tasks
from tests.world import LAB, ORG, ROLE


@pytest.mark.parametrize(("exempt", "reached"), [("", False), ("127.0.0.1", True)])
async def test_a_proxy_of_the_environment_is_used_but_for_its_exceptions(
    aws: Sandbox, monkeypatch: pytest.MonkeyPatch, clients: Clients, exempt: str, *, reached: bool
) -> None:
    aws.role(LAB, ROLE, external_id="x-1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", exempt)
    async with Gateway(clients, org=ORG) as gateway:
        if reached:
            assert (await list_tasks(gateway))["Tasks"] == []
        else:
            with pytest.raises(Upstream, match="could not be reached"):
                await list_tasks(gateway)
