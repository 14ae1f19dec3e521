"""What the estate promises, seen in its template."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aws_cdk", reason="the estate needs aws-cdk-lib")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The template of the dev environment, synthesised in a process of its own."""
    out = tmp_path_factory.mktemp("cdk.out")
    environment = {**os.environ, "ENVIRONMENT": "dev", "CDK_OUTDIR": str(out)}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "cdk.app"], cwd=ROOT, env=environment, check=True
    )
    return dict(json.loads((out / "flights-dev.template.json").read_text()))


def resources(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def test_data_is_encrypted_versioned_and_private(template: dict[str, Any]) -> None:
    """
    Every bucket has a key, versions, no public access, and refuses plain HTTP.
    """
    buckets = resources(template, "AWS::S3::Bucket")
    policies = json.dumps(resources(template, "AWS::S3::BucketPolicy"))

    assert [each["VersioningConfiguration"]["Status"] for each in buckets] == ["Enabled"]
    assert "aws:kms" in json.dumps(buckets[0]["BucketEncryption"])
    assert all(buckets[0]["PublicAccessBlockConfiguration"].values())
    assert '"aws:SecureTransport": "false"' in policies


def test_the_pipeline_is_what_the_command_compiles(template: dict[str, Any]) -> None:
    """
    One definition, whichever way it reaches AWS.
    """
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pipelines", "show", "flights"],
        cwd=ROOT,
        env={**os.environ, "ENVIRONMENT": "dev"},
        capture_output=True,
        text=True,
        check=True,
    )
    (pipeline,) = resources(template, "AWS::SageMaker::Pipeline")

    body = pipeline["PipelineDefinition"]["PipelineDefinitionBody"]
    assert body == shown.stdout.rstrip("\n")


def test_no_role_may_do_everything(template: dict[str, Any]) -> None:
    """
    No statement of ours has a wildcard for an action of SageMaker or IAM.
    """
    policies = resources(template, "AWS::IAM::Policy")
    actions = json.dumps([each["PolicyDocument"] for each in policies])

    assert '"*:*"' not in actions
    assert '"sagemaker:*"' not in actions
    assert '"iam:*"' not in actions
