"""Transfer options: everything that AWS reports about them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name
from strawberry.utils.str_converters import to_camel_case

from graph.app import graphql_schema
from graph.aws.client.service_models import datasync_model
from graph.schema.options import TransferOptions
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
