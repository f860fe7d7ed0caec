"""Transfer options and the schedule: everything that AWS reports about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import xform_name
from strawberry.utils.str_converters import to_camel_case

from graph.app import graphql_schema
from graph.aws.client.service_models import datasync_model
from graph.model.mover import Schedule as ScheduleModel
from graph.schema.options import Schedule, TransferOptions
from tests.schema.execution import select


def test_every_option_of_a_transfer_is_shown() -> None:
    model = datasync_model()
    options: Any = model.shape_for("Options")
    shown: Any = graphql_schema().core.type_map["TransferOptions"]
    assert set(shown.fields) == {to_camel_case(xform_name(name)) for name in options.members}


MODEL: Any = datasync_model().shape_for("Options")


@pytest.mark.parametrize("name", MODEL.members)
async def test_each_option_is_shown_in_aws_s_words_and_null_where_aws_reports_none(
    name: str,
) -> None:
    names = [to_camel_case(xform_name(member)) for member in MODEL.members]
    value: Any = 2**40 if MODEL.members[name].type_name == "long" else "A_NEW_WORD"
    options = TransferOptions(value={name: value})
    it = await select(TransferOptions, options, f"{{ {' '.join(names)} }}")
    assert it == dict.fromkeys(names) | {to_camel_case(xform_name(name)): value}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "status": "DISABLED",
            "disabled_by": "SERVICE",
            "status_changed_at": datetime(2026, 1, 1, tzinfo=UTC),
        },
    ],
)
async def test_a_schedule_shows_why_it_is_disabled_where_aws_says_so(given: dict[str, Any]) -> None:
    schedule = Schedule(value=ScheduleModel(expression="rate(1 hour)", **given))
    it = await select(
        Schedule, schedule, "{ expression status statusChangedAt disabledBy disabledReason }"
    )
    assert it == {
        "expression": "rate(1 hour)",
        "status": given.get("status"),
        "statusChangedAt": "2026-01-01T00:00:00.000Z" if given else None,
        "disabledBy": given.get("disabled_by"),
        "disabledReason": None,
    }
