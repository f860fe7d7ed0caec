"""Descriptions of services without what a server does not use."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel
from botocore.regions import EndpointResolver

from graph.aws.client.answers import REQUIRED
from graph.aws.client.model_files import ENDPOINTS, ModelFiles
from graph.aws.client.service_models import extend
from graph.aws.client.session import SERVICES, SURROUNDINGS

DATA = Path(botocore.__file__).parent / "data"
SERVED = (*SERVICES, *SURROUNDINGS)
REGIONS = ("us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1")


def sessions() -> tuple[Any, Any]:
    """One as the SDK makes it, and one with the reduced files."""
    theirs, ours = botocore.session.Session(), botocore.session.Session()
    extend(ours)
    return theirs, ours


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_texts_for_people_are_left_out_and_members_of_that_name_are_not(
    tmp_path: Path, suffix: str
) -> None:
    shape = {"type": "structure", "members": {"documentation": {"shape": "Text"}}}
    model = {"documentation": "<p>..</p>", "shapes": {"Page": shape | {"documentation": "x"}}}
    written = json.dumps(model).encode()
    file = tmp_path / f"service-2{suffix}"
    file.write_bytes(gzip.compress(written) if suffix.endswith("gz") else written)
    path = str(tmp_path / "service-2")
    assert ModelFiles().exists(path)
    assert ModelFiles().load_file(path) == {"shapes": {"Page": shape}}


def test_a_file_that_is_missing_is_none(tmp_path: Path) -> None:
    assert ModelFiles().load_file(str(tmp_path / "service-2")) is None


def shapes(model: Any) -> Iterator[tuple[Any, ...]]:
    for name in model.operation_names:
        operation = model.operation_model(name)
        yield name, operation.http, operation.static_context_parameters
    for name in model.shape_names:
        shape = model.shape_for(name)
        members = list(shape.members) if shape.type_name == "structure" else None
        yield name, shape.type_name, shape.metadata, shape.serialization, members


@pytest.mark.parametrize("service", [each for each in SERVED if each != "datasync"])
def test_a_model_is_as_the_sdk_reads_it_as_far_as_it_is_used(service: str) -> None:
    file = max(DATA.glob(f"{service}/*/service-2.json.gz"))
    theirs = ServiceModel(json.loads(gzip.decompress(file.read_bytes())), service)
    reduced = ModelFiles().load_file(str(file).removesuffix(".json.gz"))
    assert reduced is not None
    ours = ServiceModel(reduced, service)
    called = theirs.operation_names if service == "sts" else sorted(REQUIRED[service])
    assert sorted(ours.operation_names) == sorted(called)
    known = list(shapes(theirs))
    assert [each for each in shapes(ours) if each not in known] == []
    assert {each.name for each in ours.error_shapes} == {each.name for each in theirs.error_shapes}
    assert ours.client_context_parameters == theirs.client_context_parameters


@pytest.mark.parametrize("service", SERVED)
def test_what_is_kept_lacks_no_part(service: str) -> None:
    _, ours = sessions()
    model = ours.get_service_model(service)
    for name in REQUIRED[service]:
        operation = model.operation_model(name)
        left = [each for each in (operation.input_shape, operation.output_shape) if each]
        seen = set[str]()
        while left:
            shape = left.pop()  # reading a part that is missing raises NoShapeFoundError
            if shape.name not in seen:
                seen.add(shape.name)
                left += [*getattr(shape, "members", {}).values()]
                left += [
                    getattr(shape, each)
                    for each in ("member", "key", "value")
                    if hasattr(shape, each)
                ]
        assert seen or service == "datasync"


def test_regions_and_endpoints_are_those_of_the_sdk() -> None:
    loaders = (each.get_component("data_loader") for each in sessions())
    theirs, ours = (EndpointResolver(each.load_data("endpoints")) for each in loaders)
    for prefix in ENDPOINTS:
        for partition in ("aws", "aws-cn", "aws-us-gov"):
            known = theirs.get_available_endpoints(prefix, partition, allow_non_regional=True)
            found = ours.get_available_endpoints(prefix, partition, allow_non_regional=True)
            assert found == known
        for region in REGIONS:
            built = theirs.construct_endpoint(prefix, region)
            assert ours.construct_endpoint(prefix, region) == built
    for region in REGIONS:
        assert ours.get_partition_for_region(region) == theirs.get_partition_for_region(region)


def test_the_endpoints_of_every_service_that_is_called_are_kept() -> None:
    _, ours = sessions()
    models = [ours.get_service_model(each) for each in (*SERVICES, *SURROUNDINGS)]
    assert {model.endpoint_prefix for model in models} == set(ENDPOINTS)
