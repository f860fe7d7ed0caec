"""Every service that is called has a protocol that is read strictly."""

from __future__ import annotations

from graph.aws.client.answers import REQUIRED
from graph.aws.client.protocols import PROTOCOLS
from tests.aws.client import examples


def test_the_protocol_of_every_service_is_known() -> None:
    used = {
        examples.operation(service, next(iter(named))).service_model.resolved_protocol
        for service, named in REQUIRED.items()
    }
    assert used <= PROTOCOLS.keys()
