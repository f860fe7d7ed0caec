"""Lists are read page by page, and a list that does not end is given up."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.model.errors import Upstream, UpstreamTimeout
from tests.world import LAB, ORG


class Endless:
    """Clients whose every list has one more page."""

    region = "us-east-1"

    def __init__(self, *tokens: str) -> None:
        self._tokens, self.asked = tokens, 0

    async def get(self, *_: object) -> Endless:
        return self

    def class_of(self, account_id: str) -> str:
        return account_id

    async def list_tasks(self, **_: object) -> dict[str, Any]:
        self.asked += 1
        token = self._tokens[self.asked % len(self._tokens)] if self._tokens else str(self.asked)
        return {"Tasks": [{}], "NextToken": token}


@pytest.mark.parametrize(
    ("tokens", "asked", "message"),
    [
        (("a",), 2, "AWS's list of Tasks repeats itself. Try again."),
        (("a", "b"), 3, "AWS's list of Tasks repeats itself. Try again."),
        (("a", "b", "c"), 4, "AWS's list of Tasks repeats itself. Try again."),
        (
            (),
            200,
            "AWS's list of Tasks has more than 200 pages of 100: too many for this server.",
        ),
    ],
)
async def test_a_list_without_an_end_is_an_error(
    tokens: tuple[str, ...], asked: int, message: str
) -> None:
    endless = Endless(*tokens)
    gateway = Gateway(cast("Clients", endless), org=ORG)
    with pytest.raises(Upstream) as error:
        [page async for page in gateway.bind(LAB).pages("datasync", "list_tasks", "Tasks")]
    assert (endless.asked, error.value.message) == (asked, message)


@pytest.mark.parametrize("pages", [1, 199, 200])
async def test_a_list_may_have_200_pages(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    async def page(*given: Any, **_: object) -> dict[str, Any]:
        number = int(given[-1].get("NextToken", "1"))
        return {"Tasks": [{"at": number}], "NextToken": str(number + 1) if number < pages else None}

    monkeypatch.setattr(gateway, "send", page)
    read = [page async for page in gateway.bind(LAB).pages("datasync", "list_tasks", "Tasks")]
    assert read == [[{"at": number}] for number in range(1, pages + 1)]


async def test_the_first_pages_of_a_list_can_be_enough() -> None:
    gateway = Gateway(cast("Clients", Endless()), org=ORG)
    pages = gateway.bind(LAB).pages("datasync", "list_tasks", "Tasks", most=3)
    assert len([page async for page in pages]) == 3


async def test_the_pages_of_a_list_have_one_deadline_together(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is quick enough by itself, and there is always one more."""
    loop, calls = asyncio.get_running_loop(), 0
    began = loop.time()
    # Time is the test's: it jumps by 19 seconds with each page.
    monkeypatch.setattr(loop, "time", lambda: began + 19 * calls)

    async def page(*_: object, **__: object) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return {"Tasks": [], "NextToken": str(calls)}

    monkeypatch.setattr(gateway, "send", page)
    with pytest.raises(UpstreamTimeout, match="AWS's list of Tasks takes too long"):
        async for _ in gateway.bind(LAB).pages(
            "datasync", "list_tasks", "Tasks", access=Access.READ
        ):
            pass
    assert calls == 4
