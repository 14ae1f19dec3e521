"""AWS as the commands see it: clients of one environment; ``AWS_ENDPOINT_URL`` says where."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from pipelines.environments import Environment

SETTINGS = Config(retries={"mode": "standard", "max_attempts": 5})


class WrongAccount(RuntimeError):
    """The credentials belong to another account than the environment names."""


class Aws:
    """The clients for one environment; each is made when first used."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    @cached_property
    def sagemaker(self) -> Any:
        """Pipelines, jobs, models, endpoints."""
        return self._client("sagemaker")

    @cached_property
    def runtime(self) -> Any:
        """Invocations of endpoints."""
        return self._client("sagemaker-runtime")

    @cached_property
    def s3(self) -> Any:
        """Data, code and models."""
        return self._client("s3")

    def check_account(self) -> None:
        """Refuse to touch an account that the environment does not name."""
        found = self._client("sts").get_caller_identity()["Account"]
        here = self.environment
        if found != here.account:
            raise WrongAccount(
                f"Environment '{here.name}' is account {here.account}, but these credentials are "
                f"of account {found}; choose another --environment, or check AWS_ENDPOINT_URL and "
                "your credentials."
            )

    def read(self, uri: str) -> bytes:
        """An object's content."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def put_if_missing(self, uri: str, content: bytes) -> None:
        """Upload to an address that is made of the content, unless it is there."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            self.s3.head_object(Bucket=bucket, Key=key)
        except ClientError as missing:
            if missing.response["Error"]["Code"] not in ("404", "NoSuchKey", "NotFound"):
                raise
            self.s3.put_object(Bucket=bucket, Key=key, Body=content)

    def make_bucket(self) -> None:
        """Make the environment's bucket where the environment wants that; else it must be there."""
        bucket, region = self.environment.bucket, self.environment.region
        try:
            self.s3.head_bucket(Bucket=bucket)
        except ClientError as missing:
            if missing.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            if not self.environment.makes_bucket:
                raise FileNotFoundError(
                    f"The bucket {bucket} does not exist; deploy the estate first."
                ) from None
            # AWS: us-east-1 is the one region that must not be named
            where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else where))

    def _client(self, service: str) -> Any:
        return boto3.client(service, region_name=self.environment.region, config=SETTINGS)  # type: ignore[call-overload]


def pages(operation: Any, members: str, **asked: Any) -> list[dict[str, Any]]:
    """Everything that a List operation has, page after page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = operation(**asked)
        found += answer.get(members, [])
        if not answer.get("NextToken"):
            return found
        asked["NextToken"] = answer["NextToken"]
