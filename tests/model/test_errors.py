"""The errors: one tree, one code each, and what the journal keeps of them."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from graph.model import errors
from graph.model.errors import ApiError

KINDS = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, ApiError)]


def drawn() -> dict[str, str | None]:
    """Each name in the drawing, with the one it hangs from."""
    above: list[tuple[int, str]] = []
    parents: dict[str, str | None] = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"(    [ │├└─]*)([A-Z]\w+)(?:\s{2,}|\s\w|$)", line)
        if found is None:
            continue
        depth, name = len(found[1]), found[2]
        above = [(at, who) for at, who in above if at < depth]
        parents[name] = above[-1][1] if above else None
        above.append((depth, name))
    return parents


def test_the_drawing_hangs_each_error_from_its_base() -> None:
    real = {kind.__name__: kind.__mro__[1].__name__ for kind in KINDS if kind is not ApiError}
    assert drawn() == {"ApiError": None, **real}


CODED = [kind for kind in KINDS if "code" in vars(kind)]


def test_only_a_limit_that_aws_reports_shares_the_code_of_its_base() -> None:
    assert [kind for kind in KINDS if kind not in CODED] == [errors.LimitExceeded]


@pytest.mark.parametrize("kind", [kind for kind in CODED if kind is not ApiError])
def test_a_code_is_the_name_in_capitals(kind: type[ApiError]) -> None:
    assert kind.code == re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).upper()


def test_no_two_errors_share_a_code() -> None:
    assert len({kind.code for kind in CODED}) == len(CODED)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", [(), ("input",), ("source", "s3", "bucketArn")])
def test_message_and_path_survive_every_pickle_and_copy(
    kind: type[ApiError], path: tuple[str, ...]
) -> None:
    error = kind("no: é 'x'\n", path=path)
    copies = [
        pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - just made
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]
    for made in [*copies, copy.copy(error), copy.deepcopy(error)]:
        assert type(made) is kind
        assert (made.message, made.path, made.code) == ("no: é 'x'\n", path, kind.code)
        assert str(made) == error.message


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_needs_no_path_and_says_its_message(kind: type[ApiError]) -> None:
    error = kind("what to do")
    assert (error.path, str(error), error.message) == ((), "what to do", "what to do")
