"""Every cache has a bound, and the table of them in the documentation is true."""

from __future__ import annotations

import ast
import gc
import re
import tracemalloc
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from cachetools import Cache

from graph.auth import authenticator
from graph.auth.fair_queue import _MAX_DEBTORS
from graph.auth.issuers import issued_tokens
from graph.aws.client import credentials, gateway, measuring, sending
from graph.aws.client.caches import Caches
from graph.aws.client.clients import MOST_ROLES
from graph.concurrency import budget
from graph.model.choice import Choice, Choices
from graph.model.location import ListedLocation, Location
from graph.model.mover import Account, Mover, Schedule, Tag, TaskFacts
from graph.model.run import Counters, Run
from graph.operations import engine_log
from graph.schema import ids, scalars
from graph.transport.execution import persisted
from graph.transport.execution.limits import QueryLimits

ROOT: Final = Path(__file__).parents[2]
ROW: Final = re.compile(r"\| `(\w+)` \|[^|]*\| ([\d,]+) \| ([\d,]+) \|")
MEASURED: Final = 400
"""Entries."""
TIGHT: Final = 3
"""The maximum ratio of a documented size to the measured one."""
ELSEWHERE: Final = {
    "right_tokens": authenticator._RIGHT[0],
    "issued_tokens": issued_tokens.VERIFIED[0],
    "wrong_tokens": authenticator._WRONG[0],
    "debts": _MAX_DEBTORS,
    "refusals": credentials._REFUSALS,
    "retries": gateway._PLACES,
    "disabled_regions": sending._DISABLED,
    "refused_reports": measuring._REPORTED,
    "engine_messages": engine_log._REMEMBERED,
    "roles": MOST_ROLES,
    "key_budgets": budget._KEYS,
    "user_budgets": budget._USERS,
    "documents": QueryLimits().kept_characters,
    "encoded_ids": ids._ENCODED,
    "written_times": scalars._WRITTEN,
    "registered": persisted._CHARACTERS,
}
"""Bounds of the caches that are not in ``Caches``."""
MADE_IN: Final = {
    "graph/auth/token_cache.py",
    "graph/aws/client/caches.py",
    "graph/aws/client/credentials.py",
    "graph/aws/client/gateway.py",
    "graph/aws/client/measuring.py",
    "graph/aws/client/sending.py",
    "graph/concurrency/budget.py",
    "graph/operations/engine_log.py",
    "graph/transport/execution/documents.py",
    "graph/transport/execution/persisted.py",
}
"""Modules that create caches; each of their caches is in the table."""


def documented() -> dict[str, tuple[int, int]]:
    """Entries and bytes of each by name."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return {
        name: (int(entries.replace(",", "")), int(size.replace(",", "")))
        for name, entries, size in ROW.findall(text)
    }


def caches() -> dict[str, Cache[Any, Any]]:
    return {name: each for name, each in vars(Caches()).items() if isinstance(each, Cache)}


def test_every_cache_is_documented_with_its_bound() -> None:
    bounds = {name: int(cache.maxsize) for name, cache in caches().items()} | ELSEWHERE
    assert {name: entries for name, (entries, _) in documented().items()} == bounds


def test_no_other_module_has_a_cache() -> None:
    made = {
        source.relative_to(ROOT).as_posix()
        for source in (ROOT / "graph").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and _imports_caches(node)
    }
    assert {name for name in made if not name.startswith("graph/sandbox/")} == MADE_IN


def _imports_caches(node: ast.ImportFrom) -> bool:
    fair = node.module == "graph.concurrency" and any(n.name == "FairCache" for n in node.names)
    return fair or node.module == "cachetools"


def arn(kind: str, number: int) -> str:
    return f"arn:aws:datasync:us-east-1:222222222222:{kind}/{kind}-{number:017x}"


def location(number: int) -> Location:
    uri = f"s3://bucket-{number}/folder/"
    described = {
        "LocationArn": arn("location", number),
        "LocationUri": f"{uri}",
        "S3StorageClass": "".join(("STANDARD", str(number))),
        "S3Config": {"BucketAccessRoleArn": f"arn:aws:iam::222222222222:role/spinup/r-{number}"},
        "CreationTime": datetime.fromtimestamp(number, UTC),
    }
    made_at = described["CreationTime"]
    assert isinstance(made_at, datetime)
    return Location(
        arn=arn("location", number), kind="S3", uri=uri, created_at=made_at, described=described
    )


def listed(number: int) -> ListedLocation:
    return ListedLocation(arn=arn("location", number), kind="S3", uri=f"s3://b-{number}/folder/")


def run(number: int) -> Run:
    run_arn = f"{arn('task', number)}/execution/exec-{number:017x}"
    figures = {f"{name}{index}": 1_000_000 + number for index, name in enumerate(["Files"] * 24)}
    moment = datetime.fromtimestamp(number, UTC)
    options = {f"Option{index}": f"VALUE_{number}" for index in range(20)}
    return Run(
        run_arn=run_arn,
        status="SUCCESS",
        mode="ENHANCED",
        requested_at=moment,
        launched_at=moment,
        ended_at=moment,
        counters=Counters(files_transferred=1_000_000 + number),
        result=None,
        options=options,
        described={"TaskExecutionArn": run_arn, "Options": options, "StartTime": moment, **figures},
    )


def facts(number: int) -> TaskFacts:
    schedule = Schedule(expression=f"cron(0 {number} * * ? *)", status=f"ENABLED-{number}")
    return TaskFacts(datetime.fromtimestamp(number, UTC), schedule)


def movers(number: int) -> list[Mover]:
    """A list of one, which is the most expensive kind."""
    tags = tuple(Tag(f"key-{index}", f"value-{number}") for index in range(6))
    account = Account("222222222222", "us-east-1")
    return [
        Mover(
            account=account,
            task_arn=arn("task", number),
            name=f"mover-{number}",
            status="AVAILABLE",
            mode="BASIC",
            tags=tags,
        )
    ]


def choices(number: int) -> Choices:
    """A list of one, which is the most expensive kind."""
    own = f"arn:aws:ec2:us-east-1:222222222222:subnet/subnet-{number:017x}"
    vpc, zone = f"vpc-{number:017x}", f"us-east-1{number}"
    return Choices((Choice(own, f"subnet-{number:017x}", f"10.0.{number}.0/24", vpc, zone),))


ENTRIES: Final[dict[str, Callable[[int], tuple[Any, Any]]]] = {
    "location_kinds": lambda n: (arn("location", n), "S3"),
    "locations": lambda n: (arn("location", n), location(n)),
    "listed_locations": lambda n: (arn("location", n), listed(n)),
    "bucket_roles": lambda n: (arn("location", n), f"arn:aws:iam::222222222222:role/spinup/r-{n}"),
    "task_ends": lambda n: (arn("task", n), (arn("location", n), arn("location", n + 1))),
    "task_facts": lambda n: (arn("task", n), facts(n)),
    "mover_lists": lambda n: ((f"{n:012}", "us-east-1", None, n), movers(n)),
    "choices": lambda n: ((f"{n:012}", "us-east-1", "SUBNETS", None), choices(n)),
    "changes": lambda n: ((f"{n:012}", "us-east-1"), 1_000 + n),
    "ended_runs": lambda n: (f"{arn('task', n)}/execution/exec-{n:017x}", run(n)),
    "marks": lambda n: (arn("location", n), {f"operation{n}": f"{n:036}", f"part{n}": "source"}),
    "task_arns": lambda n: (("222222222222", "us-east-1", f"g{n}", f"m{n}"), arn("task", n)),
    "first_seen": lambda n: (arn("task", n), 1_000.5 + n),
    "newest_first": lambda n: ((f"{n:012}", "us-east-1"), True),
    "unlisted_runs": lambda n: ((f"{n:012}", "us-east-1"), True),
    "foreign_tasks": lambda n: (arn("task", n), True),
}


def test_an_entry_of_every_cache_is_measured() -> None:
    assert ENTRIES.keys() == caches().keys()


@pytest.fixture
def traced() -> Iterator[None]:
    gc.collect()
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_takes_the_memory_that_is_documented(name: str) -> None:
    cache: MutableMapping[Any, Any] = caches()[name]
    before, _ = tracemalloc.get_traced_memory()
    for number in range(MEASURED):
        key, value = ENTRIES[name](number)
        cache[key] = value
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    measured = (after - before) / MEASURED
    _, size = documented()[name]
    assert measured <= size <= TIGHT * measured, f"{name}: {measured:.0f} bytes each"
