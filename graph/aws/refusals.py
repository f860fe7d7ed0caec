"""What is known of AWS's refusals of a new location: whether they pass, and what helps.

DataSync tests the access to a bucket before it creates the location. A role that was just created
is refused until IAM knows it everywhere, in the same words as one that lacks a right permanently.

The messages quote names of roles and buckets, which must not be mistaken for AWS's words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import Final

from graph.aws.client.wording import own_words
from graph.model.errors import ApiError, Invalid, NotFound, Throttled, Upstream


@dataclass(frozen=True, slots=True)
class KnownRefusal:
    """One kind of refusal."""

    text: re.Pattern[str]
    """Found among AWS's own words in the message."""
    seconds: float
    """How long after its first occurrence it is retried, within the time of its step; 0 if it never
    passes."""
    advice: str
    """What the user can do if it does not pass."""


_OBJECTS: Final = (
    "If the bucket is encrypted with a customer managed KMS key, the key's policy must allow the "
    "role kms:Decrypt and kms:GenerateDataKey."
)
_OTHER_ACCOUNT: Final = (
    "If the bucket belongs to another account, its bucket policy must admit the role."
)
_ASSUMED: Final = (
    "Check whether a permissions boundary or a policy of the organisation denies sts:AssumeRole to "
    "datasync.amazonaws.com."
)
_MISSING: Final = "Check its name, or create it first."


def _refusal(text: str, seconds: float, advice: str) -> KnownRefusal:
    return KnownRefusal(re.compile(text, re.IGNORECASE), seconds, advice)


_ACCESS: Final = r"(^|[.:] )(\w+ ){0,3}access test failed"
KNOWN: Final = (
    _refusal(r"\bbucket\b.* does not exist$|(?-i:\bNoSuchBucket\b)", 0, _MISSING),
    # The name of the service is in capitals, and that of its actions has a colon.
    _refusal(r"(?-i:\bkms:|\bKMS\b)", 0, _OBJECTS),
    # The policy that allows these has propagated if the bucket could be listed before.
    _refusal(rf"{_ACCESS}.*\bs3:\w*Object(?!s)", 30, _OBJECTS),
    _refusal(r"(^|[.:] )(\w+ ){0,3}unable to assume role", inf, _ASSUMED),
    _refusal(rf"{_ACCESS}|(?-i:HeadBucket)", inf, _OTHER_ACCOUNT),
)
"""The first that matches counts."""


def refusal_of(error: ApiError) -> KnownRefusal | None:
    """The row for an error, if AWS refused an input or misses something; None for any other."""
    if not isinstance(error, Invalid | NotFound):
        return None
    words = own_words(error.message)
    return next((known for known in KNOWN if known.text.search(words)), None)


def seconds_to_retry(error: ApiError) -> float:
    """How long an error is retried after its first occurrence; 0 if it does not pass."""
    if isinstance(error, Throttled | Upstream):
        return inf
    known = refusal_of(error)
    return 0.0 if known is None else known.seconds


def with_advice(error: ApiError) -> ApiError:
    """The same error; with advice where there is some."""
    known = refusal_of(error)
    if known is None:
        return error
    text = f"{error.message.rstrip('.')}. {known.advice}"
    return type(error)(text, path=error.path, refused=error.refused)
