"""The container image and the compose file, as far as they can be checked without a builder."""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from graph.cli import _parser
from graph.config.settings import Settings, SettingsError
from graph.config.sources import find

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
LOCKED: Final = re.compile(r"^([a-z0-9.-]+)(?:\[[a-z]+\])?==(\S+)", re.MULTILINE)


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in lines if line]


def of(name: str) -> list[str]:
    return [rest for each, rest in instructions() if each == name]


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
    admitted = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = [rest.split()[:-1] for rest in of("COPY") if not rest.startswith("--from")]
    sources = {source for listed in copied for source in listed}
    assert {source for source in sources if not (ROOT / source).exists()} == set()
    for source in sources:
        assert any(source == each or source.startswith(f"{each}/") for each in admitted), source
    assert {each for each in admitted if not (ROOT / each).exists()} == set()


def test_images_have_versions_and_the_last_one_has_no_compiler() -> None:
    bases = [rest.split()[0] for rest in of("FROM")]
    assert all(re.search(r":\d+(\.\d+)?-", base) for base in bases)
    assert bases[-1].startswith("python:3.13-slim")
    last = max(i for i, (name, _) in enumerate(instructions()) if name == "FROM")
    final = instructions()[last:]
    assert not any("pip" in rest for name, rest in final if name == "RUN")


def test_everything_is_installed_by_hash() -> None:
    installs = [rest for rest in of("RUN") if "pip install" in rest]
    assert len(installs) == 3
    for each in installs:
        assert "--require-hashes" in each or "--no-deps --no-index" in each
    built, locked = (
        dict(LOCKED.findall((ROOT / name).read_text()))
        for name in ("deploy/build.lock", "requirements-dev.lock")
    )
    assert built.keys() > {"hatchling"}
    assert built["hatchling"] == locked["hatchling"]
    assert built.items() & locked.items() >= {(n, v) for n, v in built.items() if n in locked}
    assert "--hash=sha256:" in (ROOT / "deploy/build.lock").read_text()


def test_the_page_for_browsers_goes_where_the_server_is_installed(tmp_path: Path) -> None:
    """And not into the sources, which are where the image is built and are left behind there."""
    sources = tmp_path / "graph" / "ide"
    sources.mkdir(parents=True)
    for folder in (sources, sources.parent):
        (folder / "__init__.py").touch()
    (copy,) = [rest for rest in of("RUN") if "graph.ide" in rest]
    found = re.search(r'"\$\((.*)\)/bundle"', copy)
    assert found is not None
    command = found[1].replace("/opt/datasync-api/bin/python", sys.executable)
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(ROOT / "graph/ide")


def test_the_user_is_a_number_and_the_command_is_one_of_the_command_line() -> None:
    (user,) = of("USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    (entry,), (command,) = of("ENTRYPOINT"), of("CMD")
    assert json.loads(entry) == ["datasync-api"]
    assert _parser().parse_args(json.loads(command)).run.__name__ == "_serve"
    assert of("STOPSIGNAL") == ["SIGTERM"]


def image_variables() -> dict[str, str]:
    """The settings that the image fixes, which take precedence over a file."""
    return dict(re.findall(r"(DATASYNC_API_\w+)=(\S+)", " ".join(of("ENV"))))


def test_the_image_fixes_the_address_alone() -> None:
    assert image_variables() == {"DATASYNC_API_LISTEN": ":8080"}
    assert of("EXPOSE") == ["8080"]


def test_without_a_setting_the_store_is_in_the_volume() -> None:
    assert Settings.model_fields["store_url"].default == "sqlite:///datasync-api.sqlite"
    assert of("WORKDIR")[-1:] == of("VOLUME") == ["/data"]


def test_the_file_of_settings_decides_on_the_store(
    monkeypatch: pytest.MonkeyPatch, compose: dict[str, Any], tmp_path: Path
) -> None:
    given = image_variables() | compose["services"]["api"]["environment"]
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATASYNC_API_CONFIG", str(filled_example(tmp_path)))
    assert find(None).settings.store_url.endswith("@postgres/datasync")


class Answering(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/livez" else 404)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_tells_a_server_that_answers(
    monkeypatch: pytest.MonkeyPatch, port: int, status: int, *, healthy: bool
) -> None:
    monkeypatch.setattr(Answering, "status", status)
    (rest,) = of("HEALTHCHECK")
    program, *arguments = json.loads(rest.partition("CMD ")[2])
    assert program == "python"
    changed = [each.replace(":8080/", f":{port}/") for each in arguments]
    done = subprocess.run(  # noqa: S603
        [sys.executable, *changed], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode == 0) is healthy


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_compose_starts_the_api_when_the_database_is_healthy(compose: dict[str, Any]) -> None:
    api, postgres = compose["services"]["api"], compose["services"]["postgres"]
    assert api["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert postgres["healthcheck"]["test"]
    assert api["read_only"] is True
    assert api["ulimits"] == {"core": 0}, "a core has keys in it"
    for service in (api, postgres):
        assert set(service["secrets"]) <= compose["secrets"].keys()
    assert api["build"]["args"].keys() <= {rest.partition("=")[0] for rest in of("ARG")}
    assert (DEPLOY / api["build"]["context"] / api["build"]["dockerfile"]).exists()


def test_compose_gives_the_api_the_time_to_stop(compose: dict[str, Any]) -> None:
    api = compose["services"]["api"]
    names = {f"DATASYNC_API_{name.upper()}" for name in Settings.model_fields}
    assert api["environment"].keys() - {"DATASYNC_API_CONFIG"} <= names
    seconds = [float(api["environment"][f"DATASYNC_API_{n}_SECONDS"]) for n in ("PRESTOP", "DRAIN")]
    assert float(api["stop_grace_period"].removesuffix("s")) >= sum(seconds) + 10


def test_the_example_of_settings_is_complete_once_it_is_filled_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATASYNC_API_CONFIG", raising=False)
    example = DEPLOY / "datasync-api.example.toml"
    with pytest.raises(SettingsError, match="sha256 must be 64 hexadecimal digits"):
        find(str(example))
    settings = find(str(filled_example(tmp_path))).settings
    assert settings.store_url.endswith("@postgres/datasync")
    assert settings.role_boundary is not None
    assert [key.name for key in settings.all_keys] == ["operator"]


def filled_example(folder: Path) -> Path:
    """A copy of the example with the digest of a key."""
    filled = folder / "filled.toml"
    example = (DEPLOY / "datasync-api.example.toml").read_text()
    filled.write_text(example.replace('sha256 = "CHANGE-ME"', f'sha256 = "{"a" * 64}"'))
    return filled
