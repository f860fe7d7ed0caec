"""The one SDK session: whose credentials a client gets, and how answers are checked."""

from __future__ import annotations

from typing import Any

import pytest
from aiobotocore.credentials import AioCredentials
from aiobotocore.session import AioSession

from graph.aws.client.session import SERVICES, RoleSession
from graph.sandbox import Sandbox

ROLE = AioCredentials("role-key", "role-secret", "role-token")


async def key_of(client: Any) -> str:
    credentials = client._request_signer._credentials
    return str((await credentials.get_frozen_credentials()).access_key)


async def own_key(session: RoleSession) -> str:
    async with session.create_client("datasync", region_name="us-east-1") as client:
        return await key_of(client)


async def test_a_client_keeps_the_credentials_of_the_role_that_it_was_made_for(
    aws: Sandbox,
) -> None:
    session = RoleSession()
    own = await own_key(session)
    session.role = ROLE
    async with session.create_client("datasync", region_name="us-east-1") as client:
        session.role = None
        assert await key_of(client) == "role-key"
    assert await own_key(session) == own != "role-key"


async def test_the_session_checks_the_answers_of_its_clients(aws: Sandbox) -> None:
    async with RoleSession().create_client("iam", region_name="us-east-1") as client:
        with pytest.raises(KeyError, match="ListUsers"):
            await client.list_users()


@pytest.mark.parametrize("service", SERVICES)
async def test_warming_up_loads_what_a_client_of_each_service_needs(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    create = AioSession.create_client

    def counted(self: Any, name: Any, *more: Any, **others: Any) -> Any:
        made.append(name)
        return create(self, name, *more, **others)

    monkeypatch.setattr(AioSession, "create_client", counted)
    await RoleSession().warm_up("us-east-1")
    assert service in made


async def test_other_services_are_loaded_once_when_they_are_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    create = AioSession.create_client

    def counted(self: Any, name: Any, *more: Any, **others: Any) -> Any:
        made.append(name)
        return create(self, name, *more, **others)

    monkeypatch.setattr(AioSession, "create_client", counted)
    session = RoleSession(())
    await session.warm_up("us-east-1")
    for service in ("kms", "efs", "kms"):
        await session.load(service, "us-east-1")
    assert made == ["kms", "efs"]
