"""Apache Airflow's hook for DataSync works with the sandbox as with AWS."""

from __future__ import annotations

import json
from pathlib import Path

from graph.sandbox import Sandbox
from graph.sandbox.sandbox import HOME
from tests.foreign.programs import SECONDS, environment, started


def test_airflow_creates_starts_waits_for_and_cancels_a_task(aws: Sandbox, tmp_path: Path) -> None:
    variables = environment(aws, tmp_path)
    aws.bucket(HOME, "from-airflow", {"a": b"1", "b": b"2"})
    aws.bucket(HOME, "to-airflow")
    role = aws.role(HOME, "airflow", service="datasync.amazonaws.com", bucket="*-airflow")
    aws.turn(0)
    buckets = [f"arn:aws:s3:::{side}-airflow" for side in ("from", "to")]
    with started("airflow_hook.py", variables, "s3://from-airflow/", *buckets, role) as program:
        out, error = program.communicate(timeout=SECONDS)
    assert program.returncode == 0, error
    assert json.loads(out.splitlines()[-1]) == {
        "located": True,
        "found": True,
        "name": "renamed",
        "waited": True,
        "current": True,
        "cancelled": False,
        "copied": 3,  # with the folder, as BASIC tasks count
    }
    assert aws.objects(HOME, "to-airflow").keys() == {"a", "b"}
