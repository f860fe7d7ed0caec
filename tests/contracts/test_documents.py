"""The documents are complete: generated parts are current, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph.config.reference import table
from graph.model import errors

ROOT = Path(__file__).parents[2]
PAGES = (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))


@pytest.mark.timeout(300)  # it builds the graph of all imports
def test_the_generated_parts_are_current_or_scripts_docs_was_forgotten() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "docs.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_is_on_the_configuration_page() -> None:
    assert table() in (ROOT / "docs/configuration.md").read_text(encoding="utf-8")


def test_every_error_code_is_on_the_errors_page() -> None:
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    codes = {kind.code for kind in vars(errors).values() if hasattr(kind, "code")}
    assert {code for code in codes if f"| `{code}` |" not in page} == set()


def test_every_error_code_of_the_transport_is_on_the_errors_page() -> None:
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    sources = "".join(file.read_text() for file in (ROOT / "graph/transport").rglob("*.py"))
    codes = set(re.findall(r"""["']?code["']?(?:: str)?\s*[:=]\s*"([A-Z][A-Z_]+)\"""", sources))
    assert {"TOO_COSTLY", "BAD_REQUEST"} <= codes
    assert {code for code in codes if f"| `{code}` |" not in page} == set()


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not re.match(r"\w+:", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        seen.add(page)
        links = re.findall(r"\]\(([^)#]+\.md)", page.read_text(encoding="utf-8"))
        found = {(page.parent / link).resolve() for link in links if not link.startswith("http")}
        todo += found - seen
    assert {page for page in PAGES if page not in seen} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_a_section_lead_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    for target, anchor in links:
        headings = re.findall(
            r"^#+ (.+)$", (page.parent / target if target else page).read_text(), re.MULTILINE
        )
        assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_path_that_is_named_for_changes_exists(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:graph|rest_compat|tests|docs|scripts)/[\w./-]*)`", page)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_each_recipe_has_at_most_five_points() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipes = page.partition("## Where to change what")[2].partition("\n## ")[0].split("\n\n**")[1:]
    assert len(recipes) >= 8
    for recipe in recipes:
        points = re.findall(r"^\d\. ", recipe, re.MULTILINE)
        assert 1 < len(points) <= 5, recipe
        assert len(recipe.splitlines()) <= 13, recipe
