"""The scalars: what they accept and return, however it is written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.errors import Upstream
from graph.schema.scalars import SCALARS, AccountId, Arn, BigInt
from tests.world import serving, tell


async def test_a_bad_account_has_one_code_in_a_query_however_it_is_written(tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        answers = [
            await tell(client, '{ account(id: "x") { id } server { org } }'),
            await tell(client, "query($a: AccountId!) { account(id: $a) { id } }", a="x"),
            await tell(client, "{ operations(filter: {account: 1}) { nodes { id } } }"),
            await tell(client, '{ operations(filter: {account: "x"}) { nodes { id } } }'),
        ]
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers]
    assert codes == ["INVALID", "INVALID", "GRAPHQL_INVALID", "INVALID"]
    assert answers[0]["data"] == {"account": None, "server": {"org": "acme"}}


SAFE = 2**53 - 1


@given(st.integers(-SAFE, SAFE))
def test_a_big_number_is_returned_exactly(number: int) -> None:
    serialize = SCALARS[BigInt].serialize
    assert serialize is not None
    assert serialize(number) == number
    assert float(number) == number  # as a JSON client reads it


@given(
    st.one_of(
        st.integers(SAFE + 1),
        st.integers(max_value=-SAFE - 1),
        st.booleans(),
        st.floats(),
        st.text(),
        st.none(),
    )
)
def test_what_is_no_number_that_every_client_represents_is_a_failure_of_aws(value: object) -> None:
    serialize = SCALARS[BigInt].serialize
    assert serialize is not None
    with pytest.raises(Upstream, match="whole number"):
        serialize(value)


@pytest.mark.parametrize("scalar", [AccountId, Arn])
@pytest.mark.parametrize("value", [222222222222, 1.5, True, None, ["222222222222"]])
def test_an_account_id_or_arn_is_a_string_and_never_a_number(scalar: object, value: object) -> None:
    parse = SCALARS[scalar].parse_value
    assert parse is not None
    assert parse("0222") == "0222"
    with pytest.raises(TypeError, match="Expected a string"):
        parse(value)


@pytest.mark.parametrize("hours", [-8, 0, 2])
def test_a_moment_is_returned_in_utc_with_milliseconds_and_read_back(hours: int) -> None:
    moment = datetime(2024, 5, 17, 9, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=hours)))
    scalar = SCALARS[datetime]
    assert scalar.serialize is not None
    assert scalar.parse_value is not None
    text = scalar.serialize(moment)
    assert text == moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.250Z")
    assert scalar.parse_value(text) == moment


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_has_three_digits_of_a_second(moment: datetime) -> None:
    serialize = SCALARS[datetime].serialize
    assert serialize is not None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", serialize(moment))


@pytest.mark.parametrize("scalar", [AccountId, Arn, BigInt, datetime])
def test_every_scalar_names_its_specification(scalar: object) -> None:
    assert str(SCALARS[scalar].specified_by_url).startswith("https://")
