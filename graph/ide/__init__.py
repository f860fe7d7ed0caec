"""The IDE: a page for browsers at the path of the GraphQL API, which holds no data of its own."""

from __future__ import annotations

from graph.ide.bundle import FOLDER, Bundle, read_bundle
from graph.ide.page import IdeFiles, IdePage

__all__ = ["FOLDER", "Bundle", "IdeFiles", "IdePage", "read_bundle"]
