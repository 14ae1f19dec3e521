"""Where benchtop stands in the AWS world: an account and a region, and the ARNs they give."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """An account and a region."""

    account: str = "000000000000"
    region: str = "us-east-1"

    def arn(self, kind: str, name: str, *, service: str = "sagemaker") -> str:
        """The ARN of a resource; SageMaker puts names in lower case there."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{kind}/{name.lower()}"
