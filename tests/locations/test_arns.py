"""What the kinds of locations have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.locations.arns import check_subdirectory
from tests.locations.service import allowed_by_model, passes


@given(text=st.text(st.sampled_from("aZ0 _-+./()*\t\n\u00a0\u3000\u00e9\u200b,"), max_size=12))
def test_a_subdirectory_is_refused_if_and_only_if_the_service_refuses_it(text: str) -> None:
    for shape in ("S3Subdirectory", "EfsSubdirectory"):
        assert passes(check_subdirectory, text, ()) is allowed_by_model(shape, text)
