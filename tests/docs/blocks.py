"""Reads the fenced code blocks of the documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
_FENCE: Final = re.compile(
    r"(?:<!-- (?P<note>[^>]+?) -->\n)?(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)\n *```",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, its text, and the comment on the line above it."""

    page: Path
    language: str
    text: str
    note: str

    @property
    def skipped(self) -> bool:
        """Whether the page gives a reason for not running the block."""
        return self.note.startswith("not run: ")

    @property
    def where(self) -> str:
        first = self.text.splitlines()[0].strip()
        return f"{self.page.relative_to(ROOT)}: {first[:60]}"


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order, with their indentation removed."""
    found = []
    for match in _FENCE.finditer(page.read_text(encoding="utf-8")):
        indent = match["indent"]
        lines = [line.removeprefix(indent) for line in match["text"].splitlines()]
        found.append(Block(page, match["language"], "\n".join(lines), match["note"] or ""))
    return found
