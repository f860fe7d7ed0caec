"""No row and nothing of SQLAlchemy leaves the package of the store."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
ALLOWED: Final = {
    # DBOS takes the engine for its own tables from whoever opens it.
    "graph/operations/engine.py",
}


def test_only_the_store_imports_sqlalchemy_and_alembic() -> None:
    sources = [*(ROOT / "graph").rglob("*.py"), *(ROOT / "rest_compat").rglob("*.py")]
    found = {
        source.relative_to(ROOT).as_posix() for source in sources if _imports_sqlalchemy(source)
    }
    outside = {name for name in found if not name.startswith("graph/store/")}
    assert outside == ALLOWED


def _imports_sqlalchemy(source: Path) -> bool:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if any(name.split(".")[0] in ("sqlalchemy", "alembic") for name in names):
            return True
    return False
