"""Settings of new movers are stored as data, and read as they were."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.location_specs import S3Spec
from graph.model.operation import NewMover
from graph.model.task_files import ManifestSpec, ReportSpec
from graph.model.task_settings import NO_SETTINGS, TaskSettings
from graph.operations import stored_settings
from graph.operations.inputs import CreateInput, UnreadableInput, decode, encode, fingerprint

texts = st.text(min_size=1, max_size=8)
maybe = st.none() | texts
many = st.lists(texts, max_size=3).map(tuple)
settings = st.builds(
    TaskSettings,
    mode=maybe,
    options=st.dictionaries(texts, texts | st.integers(), max_size=3),
    includes=many,
    excludes=many,
    expression=maybe,
    enabled=st.none() | st.booleans(),
    log_group_arn=maybe,
    manifest=st.none() | st.builds(ManifestSpec, bucket_arn=texts, path=texts, version_id=maybe),
    report=st.none()
    | st.builds(ReportSpec, bucket_arn=texts, subdirectory=maybe, output_type=maybe, skipped=maybe),
)
BUCKET = S3Spec(bucket_arn="b")
NEW = NewMover(account_id="1", group="g", name="n", source=BUCKET, destination=BUCKET)


@given(settings)
def test_what_is_stored_is_read_as_it_was(given: TaskSettings) -> None:
    stored = json.loads(json.dumps(stored_settings.plain(given)))
    assert stored_settings.read(stored) == given
    asked = CreateInput(replace(NEW, settings=given))
    assert decode(encode(asked)) == asked


def test_settings_are_left_to_servers_that_know_them() -> None:
    for version, chosen in ((1, NO_SETTINGS), (3, TaskSettings(mode="ENHANCED"))):
        stored = json.loads(encode(CreateInput(replace(NEW, settings=chosen))))
        assert stored["version"] == version
        assert ("settings" in stored["create"]) == (version == 3)


@pytest.mark.parametrize(
    "damage", [{"options": 1}, {"includes": 1}, {"manifest": {"path": "p"}}, {"report": 1}, 5]
)
def test_what_is_damaged_is_not_carried_out(damage: object) -> None:
    stored = json.loads(encode(CreateInput(NEW)))
    stored["create"]["settings"] = damage
    with pytest.raises(UnreadableInput):
        decode(json.dumps(stored).encode())


@given(settings, settings)
def test_idempotency_keys_tell_settings_apart(one: TaskSettings, other: TaskSettings) -> None:
    same = fingerprint(replace(NEW, settings=one)) == fingerprint(replace(NEW, settings=other))
    assert same == (one == other)
    turned = replace(one, options=dict(reversed(list(one.options.items()))))
    assert fingerprint(replace(NEW, settings=turned)) == fingerprint(replace(NEW, settings=one))


def test_every_setting_is_stored() -> None:
    whole = TaskSettings(
        mode="BASIC",
        options={"a": 1},
        includes=("/a",),
        excludes=("/b",),
        expression="e",
        enabled=False,
        log_group_arn="l",
        manifest=ManifestSpec(bucket_arn="b", path="p"),
        report=ReportSpec(bucket_arn="b"),
    )
    assert stored_settings.plain(whole).keys() == {each.name for each in fields(TaskSettings)}
