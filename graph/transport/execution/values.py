"""The size of input values: what it costs to coerce and to convert them."""

from __future__ import annotations

from typing import Any, Final

CHARACTERS: Final = 100
"""Characters of a string that count as much as one further value."""


def size_of(value: Any, most: int) -> int:
    """The number of values in a decoded JSON value, itself included; long strings count as several.

    Returns as soon as ``most`` is exceeded, so that the time taken does not depend on the value.
    """
    size, waiting = 0, [value]
    while waiting and size <= most:
        item = waiting.pop()
        size += 1
        if isinstance(item, str):
            size += len(item) // CHARACTERS
        elif isinstance(item, list | dict):
            if len(item) > most:  # before its items are copied
                return size + len(item)
            if isinstance(item, dict):
                size += sum(map(len, item)) // CHARACTERS
                waiting.extend(item.values())
            else:
                waiting.extend(item)
    return size
