"""Keys of KMS."""

from __future__ import annotations

import pytest

from graph.aws.client.gateway import Gateway
from graph.aws.keys import describe_key
from graph.model.errors import NotFound
from tests.aws.test_choices import client
from tests.world import LAB


@pytest.mark.usefixtures("aws")
async def test_a_key_says_whose_it_is_and_whether_it_can_be_used(gateway: Gateway) -> None:
    kms, account = client("kms"), gateway.bind(LAB)
    made = kms.create_key()["KeyMetadata"]
    arn = made["Arn"]
    found = await describe_key(account, arn)
    assert (found.arn, found.of_aws, found.state) == (arn, False, "Enabled")
    kms.disable_key(KeyId=made["KeyId"])
    assert (await describe_key(account, arn)).state == "Disabled"
    with pytest.raises(NotFound):
        await describe_key(account, f"{arn[:-4]}0000")
