"""Writes how the fields of an object become a dictionary."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from graph.transport.execution.plans.selections import Condition

_FEW: Final = 6
_MANY: Final = 30
"""Between these numbers of keys, the dictionary of an instance is made in four fifths of the time
of a display: it shares the keys with those of other instances."""


class Leaf(NamedTuple):
    """A value that is usually left as it is."""

    source: str
    """An expression that reads it."""
    test: str
    """Whether the value ``{first}``, which is also ``{again}``, is left as it is."""
    slow: str
    """The name of a function that completes any value."""


class Expression(NamedTuple):
    """An expression that completes a value."""

    text: str
    fields: int
    """How many fields it reads, apart from those of the items of lists."""
    loads: bool = False
    """Whether it may be completed later, in its place in the dictionary ``d``."""
    leaf: Leaf | None = None
    """The same in parts, which can be read and tested with others."""


def dictionary(
    order: Sequence[tuple[str, Condition]],
    values: Mapping[str, Expression],
    name: Callable[[str], str],
    test: Callable[[Condition], str],
    new_class: Callable[[], str],
) -> list[str]:
    """Lines that assign the values by their response keys to ``d``, in the order of the document.

    ``name`` makes new names, ``test`` writes conditions, ``new_class`` names a class of instances
    without members.
    """
    plain = next((n for n, (_, given) in enumerate(order) if given), len(order))
    keys = list(dict.fromkeys(key for key, _ in order[:plain]))
    lines, texts = _read(keys, values, name)
    if plain == len(order) and _may_be_attributes(keys):
        lines.append(f"n = {new_class()}()")
        lines += [f"n.{key} = {texts[key]}" for key in keys]
        lines.append("d = n.__dict__")
    else:
        lines.append(f"d = {{{', '.join(f'{key!r}: {texts[key]}' for key in keys)}}}")
    lines += [f"d[{key!r}] = {values[key].text}" for key in keys if values[key].loads]
    seen = set[str]()
    for key, given in order[plain:]:
        tests = [test(given)] if given else []
        if key in seen:
            tests.append(f"{key!r} not in d")
        seen.add(key)
        when = f"if {' and '.join(tests)}: " if tests else ""
        lines.append(f"{when}d[{key!r}] = {values[key].text}")
    return lines


def _read(
    keys: Sequence[str], values: Mapping[str, Expression], name: Callable[[str], str]
) -> tuple[list[str], dict[str, str]]:
    """Lines that read the leaves and test them all at once, and expressions for all values."""
    lines: list[str] = []
    texts: dict[str, str] = {}
    tests: list[str] = []
    others: list[str] = []
    for key in keys:
        value = values[key]
        texts[key] = "None" if value.loads else value.text
        if value.leaf is None:
            continue
        texts[key] = read = name("v")
        test = value.leaf.test.format(first=read, again=read)
        lines.append(f"{read} = {value.leaf.source}")
        tests.append(f"({test})" if " or " in test else test)
        others.append(f" if not ({test}): {read} = {value.leaf.slow}({read})")
    if tests:
        lines += [f"if not ({' and '.join(tests)}):", *others]
    return lines, texts


def _may_be_attributes(keys: Sequence[str]) -> bool:
    """Whether an instance may have the keys as attributes: none is a word of Python."""
    return _FEW <= len(keys) <= _MANY and not any(
        key.startswith("_") or keyword.iskeyword(key) for key in keys
    )
