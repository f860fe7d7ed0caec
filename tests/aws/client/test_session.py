"""The one SDK session: whose credentials a client gets, and how answers are checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiobotocore.credentials import AioCredentials
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError

from graph.aws.client.session import SERVICES, RoleSession
from graph.sandbox import Sandbox
from tests.world import LAB

ROLE = AioCredentials("role-key", "role-secret", "role-token")


@pytest_asyncio.fixture(autouse=True)
async def loaded() -> None:
    """Clients are created on the event loop, which does not wait for files."""
    await RoleSession().warm_up("us-east-1")


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
    async with RoleSession().create_client("sts", region_name="us-east-1") as client:
        with pytest.raises(KeyError, match="GetSessionToken"):
            await client.get_session_token()


async def test_the_server_may_have_a_web_identity(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As service accounts of Kubernetes have. The sandbox trusts none, which is an answer, too."""
    token = tmp_path / "token"
    token.write_text("token")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{LAB}:role/server")
    async with RoleSession().create_client("sts", region_name="us-east-1") as client:
        with pytest.raises(ClientError, match=r"AccessDenied.*AssumeRoleWithWebIdentity"):
            await client.get_caller_identity()


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
