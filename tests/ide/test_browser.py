"""A wheel has the IDE, which a person can use in Chromium."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from graph.sandbox import Sandbox
from tests.clients.conftest import Served
from tests.clients.node import HERE, chromium, require_packages, talk
from tests.processes import ServerProcess
from tests.world import HEADERS, LAB, furnish, made

ROOT: Final = Path(__file__).parents[2]
_BUILD_SECONDS: Final = 240
_LARGEST: Final = 600_000
"""Bytes that a browser loads, compressed."""

pytestmark = pytest.mark.timeout(_BUILD_SECONDS + 120)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of a wheel that was built from this checkout."""
    require_packages(ROOT / "ide")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=os.environ | {"BUILD_IDE": "1"}, timeout=_BUILD_SECONDS, check=True
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "code")
    return folder / "code"


@pytest.fixture
def bundle(unpacked: Path) -> Path:
    return unpacked / "graph" / "ide" / "bundle"


def test_the_page_loads_files_of_the_wheel_only(bundle: Path) -> None:
    page = (bundle / "index.html").read_text()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {Path(each).suffix for each in loaded if not each.startswith("data:")} == {
        ".css",
        ".js",
        ".txt",
    }
    for each in loaded:
        if not each.startswith("data:"):
            path, _, name = each.rpartition("/")
            assert path == "graphql/ide"
            assert re.fullmatch(r"[a-z]+-[A-Z0-9]{8}\.[a-z]+", name)
            assert (
                gzip.decompress((bundle / f"{name}.gz").read_bytes())
                == (bundle / name).read_bytes()
            )
    assert "<script>" not in page
    assert sum(file.stat().st_size for file in bundle.glob("*.gz")) < _LARGEST


def test_every_package_of_the_page_has_its_licence(bundle: Path) -> None:
    (file,) = bundle.glob("licences-*.txt")
    packages = [part.strip() for part in file.read_text().split(f"\n{'=' * 80}\n")]
    named = {part.split(" ", 1)[0] for part in packages}
    assert {"graphiql", "graphql", "graphql-ws", "react", "react-dom", "codemirror"} <= named
    for package in packages:
        assert re.match(r"\S+ \d+\.\d+\.\d+\S*, [\w.-]+\n\n", package), package[:100]
        assert re.search("permi(t|ssion)", package.split("\n", 1)[1], re.IGNORECASE)


@pytest.fixture
def server(unpacked: Path, aws: Sandbox, tmp_path: Path) -> Iterator[Served]:
    """The server of the wheel."""
    furnish(aws, LAB, photo=b"small")
    process = ServerProcess(
        aws.environment,
        tmp_path / "log",
        code=unpacked,
        IDE="true",
        STORE_URL=f"sqlite:///{tmp_path}/db.sqlite",
        POLL_SECONDS=0.1,
        RETRY_SECONDS=0.05,
    )
    process.start()
    yield Served(process, aws)
    process.stop()


async def test_a_person_follows_a_run_in_chromium(server: Served) -> None:
    require_packages()
    browser, url = chromium(), server.process.url
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=30) as client:
        mover = await made(client, name="shown")
    environment = {**server.environment, "MOVER": mover, "CHROMIUM": browser}
    said = await asyncio.to_thread(talk, HERE / "ide.mjs", environment, server.actions)
    assert said[-1] == "end"
