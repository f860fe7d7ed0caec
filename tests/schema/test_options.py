"""Transfer options and the schedule: everything that AWS reports about them."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore import xform_name
from strawberry.utils.str_converters import to_camel_case

from graph.app import graphql_schema


def test_every_option_of_a_transfer_is_shown() -> None:
    model = botocore.session.get_session().get_service_model("datasync")
    options: Any = model.shape_for("Options")
    shown: Any = graphql_schema().core.type_map["TransferOptions"]
    assert set(shown.fields) == {to_camel_case(xform_name(name)) for name in options.members}
