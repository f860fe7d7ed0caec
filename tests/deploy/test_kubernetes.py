"""The manifests: valid, and in agreement with the settings that they depend on."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml

from graph.config.settings import Settings

ROOT: Final = Path(__file__).parents[2]
OVERLAYS: Final = ("base", "overlays/production")
VERSION: Final = "1.31"


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """By kind."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl")
    built = subprocess.run(  # noqa: S603
        ["kubectl", "kustomize", f"deploy/kubernetes/{request.param}"],  # noqa: S607
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    listed = list(yaml.safe_load_all(built.stdout))
    found = {each["kind"]: each for each in listed}
    assert len(found) == len(listed)
    return found


def test_every_manifest_is_valid(manifests: dict[str, dict[str, Any]]) -> None:
    for manifest in manifests.values():
        kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_every_selector_selects_the_pods(manifests: dict[str, dict[str, Any]]) -> None:
    pods = manifests["Deployment"]["spec"]["template"]
    labels = pods["metadata"]["labels"]
    selectors = [
        manifests["Deployment"]["spec"]["selector"]["matchLabels"],
        manifests["Service"]["spec"]["selector"],
        manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        pods["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]
    for selector in selectors:
        assert selector
        assert selector.items() <= labels.items()


def container(manifests: dict[str, dict[str, Any]]) -> dict[str, Any]:
    (found,) = manifests["Deployment"]["spec"]["template"]["spec"]["containers"]
    return dict(found)


def test_the_settings_exist_and_the_pod_has_the_time_to_stop(
    manifests: dict[str, dict[str, Any]],
) -> None:
    given = {each["name"]: each["value"] for each in container(manifests)["env"]}
    known = {f"DATASYNC_API_{name.upper()}" for name in Settings.model_fields}
    assert given.keys() <= known | {"DATASYNC_API_CONFIG"}
    grace = manifests["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    prestop, drain = (float(given[f"DATASYNC_API_{name}_SECONDS"]) for name in ("PRESTOP", "DRAIN"))
    assert grace >= prestop + drain + 10
    readiness = container(manifests)["readinessProbe"]
    assert prestop > 2 * readiness["periodSeconds"] * readiness["failureThreshold"]


def test_the_probes_ask_what_decides(manifests: dict[str, dict[str, Any]]) -> None:
    served = container(manifests)
    paths = {name: served[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness")}
    assert paths == {"startup": "/livez", "liveness": "/livez"}
    assert served["readinessProbe"]["httpGet"]["path"] == "/readyz"
    ports = {port["name"] for port in served["ports"]}
    assert manifests["Service"]["spec"]["ports"][0]["targetPort"] in ports


def test_no_variable_of_a_service_is_taken_for_a_setting(
    manifests: dict[str, dict[str, Any]],
) -> None:
    """Kubernetes would set DATASYNC_API_PORT, which the server rejects as unknown."""
    assert manifests["Deployment"]["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_a_container_has_no_privileges_and_writes_to_volumes_only(
    manifests: dict[str, dict[str, Any]],
) -> None:
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    served = container(manifests)
    assert served["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["securityContext"]["runAsNonRoot"] is True
    mounted = {each["name"] for each in served["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["volumes"]}


def test_an_image_of_the_example_names_a_version(manifests: dict[str, dict[str, Any]]) -> None:
    image = container(manifests)["image"]
    assert image == "datasync-api" or image.rpartition(":")[2][0].isdigit()
