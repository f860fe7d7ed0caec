"""What the sandbox adds to moto's S3."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.world import LAB, OTHER


def test_a_request_may_expect_the_owner_of_a_bucket_and_gets_an_id(aws: Sandbox) -> None:
    aws.bucket(OTHER, "theirs")
    s3 = boto3.client("s3", region_name="us-east-1")
    found = s3.head_bucket(Bucket="theirs", ExpectedBucketOwner=OTHER)
    assert found["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    for ask in (s3.head_bucket, s3.get_bucket_versioning):
        with pytest.raises(ClientError) as caught:
            ask(Bucket="theirs", ExpectedBucketOwner=LAB)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    s3.close()
