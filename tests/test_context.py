"""A request has loaders and failures of its own, and shares the services."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from graph.concurrency import Work, begin_work, current_work
from graph.context import open_context, open_read_context
from graph.loaders import Loaders
from graph.model.caller import Caller, Identity, Rights
from tests.resolvers.lab import opened
from tests.world import HERE


async def test_requests_share_services_and_nothing_that_was_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as services:
        one, other = (
            open_context(services, Caller(Identity(name)), name) for name in ("one", "other")
        )
        assert (one.identity.key, one.request_id) == ("one", "one")
        assert one.services is other.services is services
        one.failures["NOT_FOUND", "mover"] += 1
        assert not other.failures
        loaders = [name for name, it in vars(Loaders).items() if isinstance(it, cached_property)]
        assert loaders
        assert all(
            getattr(one.loaders, name) is not getattr(other.loaders, name) for name in loaders
        )
        one.loaders.movers.prime((HERE, None), [])
        assert other.loaders.movers.cache_map.get((HERE, None)) is None


async def test_what_a_request_does_is_done_for_its_key_its_user_and_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as services:
        open_context(services, Caller(Identity("portal", "ada")), "1")
        assert current_work().shares == [("portal", "ada", "1")]


async def test_what_callers_of_equal_rights_follow_is_done_for_those_who_follow_at_the_time(
    tmp_path: Path,
) -> None:
    rights = Rights(may_write=False)
    async with opened(tmp_path) as services:
        followers = Work(("lab", None, "1"), ("portal", "ada", "1"))
        begin_work(followers)
        context = open_read_context(services, rights, "1")
        followers.remove(("lab", None, "1"))
        followers.add(("shop", None, "1"))
        assert current_work().shares == [("portal", "ada", "1"), ("shop", None, "1")]
        assert current_work().usage is context.usage
        assert followers.usage is not context.usage
        assert context.rights is rights
        assert not hasattr(context, "identity")
        assert not hasattr(context, "caller")
