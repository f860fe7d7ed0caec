"""The types of arguments that several fields have, with their descriptions."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from graph.schema.scalars import AccountId

MOST: Final = 100
"""The items of a page, and the ids of one ``nodes`` field."""


def _first(usual: int) -> object:
    return strawberry.argument(
        description="The maximum number of items, from the beginning of the list or after `after`: "
        f"0 to {MOST}. Null means {usual}."
    )


FirstOf25 = Annotated[int | None, _first(25)]
FirstOf50 = Annotated[int | None, _first(50)]
AfterCursor = Annotated[
    str | None,
    strawberry.argument(
        description="Return the items that follow this cursor; omit it for the first page."
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description="The maximum number of items, from the end of the list or before `before`, in "
        f"the order of the list: 0 to {MOST}. Replaces the default of `first`."
    ),
]
BeforeCursor = Annotated[
    str | None,
    strawberry.argument(
        description="Return the items that precede this cursor; omit it for the last page."
    ),
]
AccountNumber = Annotated[
    AccountId, strawberry.argument(description="The 12 digits of the AWS account.")
]
Region = Annotated[
    str | None,
    strawberry.argument(
        description="The AWS region, one of `ServerInfo.regions`; the server's default if absent."
    ),
]
OtherRegion = Annotated[
    str | None,
    strawberry.argument(
        description="Another AWS region, one of `Account.regions`, instead of `Account.region`."
    ),
]
GroupName = Annotated[
    str, strawberry.argument(description="The name of the group, exactly as in its tag.")
]
MoverName = Annotated[str, strawberry.argument(description="The name of the mover in its group.")]
RunId = Annotated[
    str,
    strawberry.argument(description="The id of the run, such as `exec-0123456789abcdef0`."),
]
ObjectId = Annotated[
    strawberry.ID, strawberry.argument(description="The `id` of an object, unchanged.")
]
ObjectIds = Annotated[
    list[strawberry.ID], strawberry.argument(description=f"Up to {MOST} ids of objects.")
]
MOST_RUNS: Final = 200
"""The runs of one ``runsProgress`` subscription."""
RunObjectIds = Annotated[
    list[strawberry.ID],
    strawberry.argument(description=f"The global ids of 1 to {MOST_RUNS} runs, as in `Run.id`."),
]
RunObjectId = Annotated[
    strawberry.ID, strawberry.argument(description="The global id of the run, as in `Run.id`.")
]
OperationObjectId = Annotated[
    strawberry.ID,
    strawberry.argument(description="The global id of the operation, as in `Operation.id`."),
]
TimeoutSeconds = Annotated[
    int,
    strawberry.argument(
        description="How long to wait, 1 to 60 seconds. Proxies in between must allow that."
    ),
]
FollowedGroup = Annotated[
    str | None,
    strawberry.argument(description="Only this group; by default all that the caller may see."),
]
AfterChange = Annotated[
    str | None,
    strawberry.argument(
        description="The `cursor` of the last event that the client has received, from any server. "
        "If what has happened since is known, those events follow, some perhaps again; otherwise "
        "the first event is a Reset."
    ),
]
AfterSequence = Annotated[
    int | None,
    strawberry.argument(
        description="The last `sequence` that the client has received. If it is still the current "
        "one, that state is not sent again. Any other number is ignored: the current state is sent."
    ),
]
