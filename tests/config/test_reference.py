"""The table of settings in the documentation."""

from __future__ import annotations

from graph.config.reference import table
from graph.config.settings import Settings


def test_every_setting_has_a_row_with_its_default() -> None:
    header, _, *rows = table().splitlines()
    assert header == "| setting | default | description |"
    names = [row.split("`")[1] for row in rows]
    assert names == [f"DATASYNC_API_{name.upper()}" for name in Settings.model_fields]
    shown = dict(zip(names, rows, strict=True))
    assert "| required |" in shown["DATASYNC_API_ORG"]
    assert "| `us-east-1` |" in shown["DATASYNC_API_REGION"]
    assert "| empty |" in shown["DATASYNC_API_ACCOUNTS"]
    assert "| empty |" in shown["DATASYNC_API_EXTERNAL_ID"]
    assert "| `0` |" in shown["DATASYNC_API_HSTS_SECONDS"]
    assert "| `0` |" in shown["DATASYNC_API_PRESTOP_SECONDS"]
    assert "``" not in table()
