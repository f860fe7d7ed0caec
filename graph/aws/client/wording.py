"""Reduces a message of AWS to the words of AWS.

Messages quote names of roles, buckets, movers and paths, which their owners choose. A bucket
called ``quota-exceeded`` says nothing about a quota.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

NAME: Final = "…"
"""Stands for each name that was removed."""
_QUOTED: Final = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|`[^`]*`")
_ASSIGNED: Final = re.compile(r"\b\w+=[^\s,;]*")
_IN_BUCKET: Final = re.compile(r"\b(in|on|of|for|from|to)( the)? bucket [^\s,;]+", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\S+")
_PUNCTUATION: Final = ".,;:!?()"
_WORD: Final = re.compile(r"[A-Za-z0-9']+|[A-Za-z0-9]+:[A-Z][A-Za-z0-9]+|D?SSE-KMS|KMS\.[A-Za-z]+")
"""A word, an action such as ``kms:Decrypt``, or a term. Other tokens are ARNs, names and paths."""


def own_words(text: str, sent: Any = None) -> str:
    """The message with a placeholder for everything that looks like a name.

    ``sent``: the parameters of the call. Those of their strings that consist of several words are
    removed too; a name of one plain word cannot be distinguished from a word of AWS.
    """
    for phrase in sorted(set(_phrases(sent)), key=len, reverse=True):
        text = text.replace(phrase, NAME)
    text = _QUOTED.sub(NAME, text)
    text = _ASSIGNED.sub(NAME, text)
    text = _IN_BUCKET.sub(rf"\1\2 bucket {NAME}", text)
    return _TOKEN.sub(lambda token: _shown(token[0]), text)


def _shown(token: str) -> str:
    word = token.strip(_PUNCTUATION)
    if not word or _WORD.fullmatch(word):
        return token
    return token.replace(word, NAME)


def _phrases(sent: Any) -> Iterator[str]:
    """The strings among parameters that contain a space."""
    if isinstance(sent, str):
        if " " in sent.strip():
            yield sent.strip()
        return
    items: Iterable[Any] = ()
    if isinstance(sent, Mapping):
        items = sent.values()
    elif isinstance(sent, list | tuple):
        items = sent
    for item in items:
        yield from _phrases(item)
