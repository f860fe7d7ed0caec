"""The results of checks."""

from __future__ import annotations

import json

from graph.model.advice import RunSide
from graph.model.errors import Invalid
from graph.model.preflight import CheckStatus
from graph.preflight.results import About

ABOUT = About("x", RunSide.SOURCE, ("source",))


def test_a_result_says_what_it_is_about_and_what_to_do() -> None:
    found = ABOUT.warned("m", "f", [{"Effect": "Allow"}])
    assert (found.id, found.side, found.path) == ("x", RunSide.SOURCE, ("source",))
    assert found.fix is not None
    assert json.loads(found.fix.policy_json or "") == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow"}],
    }
    refused = ABOUT.refused(Invalid("no", path=("name",)), "f")
    assert (refused.status, refused.message, refused.path) == (CheckStatus.FAIL, "no", ("name",))
    assert ABOUT.refused(Invalid("no"), "f").path == ("source",)
