"""The server that runs the examples of the documentation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.world import LAB


class Server:
    """A sandbox, and what the examples that ran so far have created in it."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.known: dict[str, str] = {"account": LAB, "key": "ABCDE-12345-FGHIJ-67890-KLMNO"}
        self.answer: object = None
        """To the last request that had a single response in JSON."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the pages use, and this interpreter's commands on the path."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ids = {name.upper(): value for name, value in self.known.items()}
        return {**os.environ, "PATH": path, "URL": self.url, "TOKEN": self.token, **ids}

    def learn(self, value: object) -> None:
        """Remembers the ids of movers, runs and operations in a response."""
        if isinstance(value, list):
            for item in value:
                self.learn(item)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name in ("mover", "run", "operation") and isinstance(inner, dict):
                    self.known[name] = inner.get("id") or self.known.get(name, "")
                if name == "destination" and isinstance(inner, dict) and "id" in inner:
                    self.known["location"] = inner["id"]
                listed = inner.get("nodes") if isinstance(inner, dict) else None
                if name == "movers" and listed and "id" in listed[0]:
                    self.known["mover"] = listed[0]["id"]
                self.learn(inner)
