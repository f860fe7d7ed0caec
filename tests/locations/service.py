"""What the SDK's model of DataSync allows."""

from __future__ import annotations

import re
from typing import Any

from graph.aws.client.service_models import datasync_model
from graph.locations import Home
from graph.model.errors import Invalid
from tests.world import LAB

MODEL: Any = datasync_model()
HOME = Home(LAB, "us-east-1", "aws")


def allowed_by_model(shape: str, text: str) -> bool:
    spaces = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    found = MODEL.shape_for(shape).metadata
    pattern = found["pattern"].replace(r"\p{Zs}", spaces)
    return len(text) <= found["max"] and re.fullmatch(pattern, text) is not None


def passes(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except Invalid:
        return False
    return True
