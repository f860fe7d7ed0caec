"""The reference of all settings, as in docs/configuration.md."""

from __future__ import annotations

from graph.config.settings import PREFIX, Settings


def table() -> str:
    """All settings as a Markdown table, one row each."""
    rows = ["| setting | default | description |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "required" if field.is_required() else _shown(field.default)
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def _shown(default: object) -> str:
    if default is None or default == ():
        return "empty"
    if isinstance(default, bool):
        return "`on`" if default else "`off`"
    return f"`{default}`"
