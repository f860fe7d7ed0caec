"""The unit for systemd: valid, and in agreement with the settings that it depends on."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from graph.config.settings import Settings

UNIT: Final = Path(__file__).parents[2] / "deploy/systemd/datasync-api.service"


class Unit(configparser.RawConfigParser):
    """Options may be repeated; their names have capitals."""

    def __init__(self) -> None:
        super().__init__(strict=False)
        self.read_string(UNIT.read_text())

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_systemd_understands_it(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze")
    program = "/opt/datasync-api/bin/datasync-api"
    text = UNIT.read_text()
    assert text.count(f"ExecStart={program} ") == 1
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace(f"ExecStart={program} ", f"ExecStart={sys.executable} "))
    done = subprocess.run(  # noqa: S603
        [verify, "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_it_waits_longer_than_the_server_needs_to_stop() -> None:
    fields = Settings.model_fields
    needed = sum(fields[f"{name}_seconds"].default for name in ("prestop", "drain"))
    assert float(Unit()["Service"]["TimeoutStopSec"]) >= needed + 10


def test_it_has_more_descriptors_than_connections() -> None:
    connections = Settings.model_fields["connections"].default
    assert int(Unit()["Service"]["LimitNOFILE"]) > 2 * connections


def test_it_waits_for_a_database_and_leaves_no_core_with_keys() -> None:
    unit = Unit()
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Service"]["LimitCORE"] == "0"


def test_the_file_of_settings_decides_on_the_store() -> None:
    service = Unit()["Service"]
    assert "DATASYNC_API_STORE_URL" not in UNIT.read_text(), "a variable takes precedence"
    assert Settings.model_fields["store_url"].default == "sqlite:///datasync-api.sqlite"
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
