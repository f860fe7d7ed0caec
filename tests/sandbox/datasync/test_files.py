"""Files behind locations of every kind, which runs read and write."""

from __future__ import annotations

from typing import Any

import pytest

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, LOCATIONS, client, control, fill, make_location, start

BUCKET = f"to-{LAB}"
STAMP = "2020-01-02T03:04:05+00:00"
FILE = {"text": "one", "uid": 1000, "gid": 100, "mode": "0640", "mtime": STAMP}
OF_OBJECTS = {"OBJECT_STORAGE", "AZURE_BLOB"}


def location(datasync: Any, kind: str) -> tuple[str, str]:
    """The ARN and the URI of a location with the usual parameters."""
    create = getattr(datasync, f"create_location_{kind.lower()}")
    arn = create(**LOCATIONS[kind])["LocationArn"]
    return arn, getattr(datasync, f"describe_location_{kind.lower()}")(LocationArn=arn)[
        "LocationUri"
    ]


def run(lab: Sandbox, source: str, destination: str, **options: Any) -> dict[str, Any]:
    datasync = client("datasync")
    task = datasync.create_task(
        SourceLocationArn=source, DestinationLocationArn=destination, Options=options
    )["TaskArn"]
    _, describe = start(datasync, task)
    lab.settle()
    return describe()


@pytest.mark.parametrize("kind", LOCATIONS)
def test_a_run_from_a_kind_and_back_moves_bytes(lab: Sandbox, kind: str) -> None:
    datasync = client("datasync")
    there, uri = location(datasync, kind)
    control(lab, "POST", "files", {"uri": uri, "files": {"a/one": FILE, "two": "2"}})
    out = run(lab, there, make_location(datasync, "to"))
    assert (out["Status"], out["BytesWritten"]) == ("SUCCESS", 4)
    assert lab.objects(LAB, BUCKET) == {"a/one": b"one", "two": b"2"}
    again = run(lab, there, make_location(datasync, "to"))
    assert (again["Status"], again["BytesWritten"]) == ("SUCCESS", 0)
    fill(lab, new=3)
    back = run(lab, make_location(datasync, "from"), there)
    assert (back["Status"], back["BytesWritten"]) == ("SUCCESS", 3)
    kept = control(lab, "GET", f"files?uri={uri}")
    assert {path: file["text"] for path, file in kept.items()} == {
        "a/one": "one",
        "two": "2",
        "new": "xxx",
    }


@pytest.mark.parametrize("kind", sorted(LOCATIONS.keys() - OF_OBJECTS))
def test_attributes_of_files_survive_the_way_through_a_bucket(lab: Sandbox, kind: str) -> None:
    datasync = client("datasync")
    there, uri = location(datasync, kind)
    control(lab, "POST", "files", {"uri": uri, "files": {"one": FILE}})
    run(lab, there, make_location(datasync, "to"))
    metadata = client("s3").head_object(Bucket=BUCKET, Key="one")["Metadata"]
    assert metadata == {
        "file-owner": "1000",
        "file-group": "100",
        "file-permissions": "0640",
        "file-mtime": "1577934245000000000ns",
    }
    nas = {**LOCATIONS["NFS"], "ServerHostname": "other.example"}
    other = datasync.create_location_nfs(**nas)["LocationArn"]
    for options, wanted in (
        ({}, FILE),
        ({"Uid": "NONE", "Gid": "NONE", "TransferMode": "ALL"}, FILE | {"uid": 0, "gid": 0}),
    ):
        run(lab, make_location(datasync, "to"), other, **options)
        assert control(lab, "GET", "files?uri=nfs://other.example/export/") == {"one": wanted}


def test_a_location_shows_what_is_below_its_folder_and_nothing_else(lab: Sandbox) -> None:
    datasync = client("datasync")
    there, uri = location(datasync, "NFS")
    files = {"export/in": "1", "exports/out": "2", "out": "3"}
    control(lab, "POST", "files", {"uri": "nfs://nas.example/", "files": files})
    assert uri == "nfs://nas.example/export/"
    run(lab, there, make_location(datasync, "to"))
    assert lab.objects(LAB, BUCKET) == {"in": b"1"}


def test_files_that_are_gone_at_the_source_are_deleted_on_request(lab: Sandbox) -> None:
    datasync = client("datasync")
    there, uri = location(datasync, "EFS")
    control(lab, "POST", "files", {"uri": uri, "files": {"old": "1"}})
    fill(lab, new=1)
    ended = run(lab, make_location(datasync, "from"), there, PreserveDeletedFiles="REMOVE")
    assert (ended["Status"], ended["FilesDeleted"]) == ("SUCCESS", 1)
    assert set(control(lab, "GET", f"files?uri={uri}")) == {"new"}


def test_an_access_point_on_an_outpost_has_files_of_its_own(lab: Sandbox) -> None:
    from graph.sandbox.datasync.files import FILES, File  # noqa: PLC0415 - after it is extended

    point = f"s3://arn:aws:s3-outposts:us-east-1:{LAB}:outpost/op-0/accesspoint"
    FILES.put(f"{point}/one/a/", {"b": File(b"1")})
    assert set(FILES.read(f"{point}/one/")) == {"a/b"}
    assert FILES.read(f"{point}/other/") == {}


def test_a_reset_empties_all_storage(lab: Sandbox) -> None:
    control(lab, "POST", "files", {"uri": "nfs://nas.example/", "files": {"a": "1"}})
    lab.reset()
    assert control(lab, "GET", "files?uri=nfs://nas.example/") == {}
