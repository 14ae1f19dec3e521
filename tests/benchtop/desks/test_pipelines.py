"""Pipelines are kept by name, version by version."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.pipelines.pipelines import PipelinesDesk
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

ROLE = "arn:aws:iam::000000000000:role/benchtop"


def definition(message: str = "no") -> str:
    step = {"Name": "a", "Type": "Fail", "Arguments": {"ErrorMessage": message}}
    return json.dumps({"Version": "2020-12-01", "Steps": [step]})


@pytest.fixture
def client(records: Records, objects: Objects, connect: Any, sagemaker_door: Any) -> Any:
    """A boto3 client before a pipelines desk."""
    return connect(sagemaker_door(PipelinesDesk(records, objects, Place())))


def test_a_pipeline_is_described_as_it_was_created(client: Any) -> None:
    """Definition, role and description come back; the status is Active."""
    client.create_pipeline(
        PipelineName="P-1", RoleArn=ROLE, PipelineDefinition=definition(), PipelineDescription="d"
    )

    found = client.describe_pipeline(PipelineName="P-1")

    assert found["PipelineDefinition"] == definition()
    assert (found["PipelineStatus"], found["PipelineDescription"]) == ("Active", "d")
    assert client.describe_pipeline(PipelineName=found["PipelineArn"])["PipelineName"] == "P-1"


def test_a_name_is_taken_once(client: Any) -> None:
    """A second pipeline of the name is refused in the words that the SDK looks for."""
    client.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinition=definition())

    with pytest.raises(ClientError, match=r"ValidationException.*already exists"):
        client.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinition=definition())


def test_the_same_token_creates_once(client: Any) -> None:
    """A repeated CreatePipeline with its token is answered, not refused."""
    request = {
        "PipelineName": "p", "RoleArn": ROLE, "PipelineDefinition": definition(),
        "ClientRequestToken": "t" * 32,
    }  # fmt: skip

    assert (
        client.create_pipeline(**request)["PipelineArn"]
        == (client.create_pipeline(**request)["PipelineArn"])
    )


def test_every_version_is_kept(client: Any) -> None:
    """An update makes a new version, and the earlier one can still be described."""
    client.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinition=definition("1"))
    client.update_pipeline(PipelineName="p", PipelineDefinition=definition("2"))

    listed = client.list_pipeline_versions(PipelineName="p")["PipelineVersionSummaries"]
    first = client.describe_pipeline(PipelineName="p", PipelineVersionId=1)

    assert [each["PipelineVersionId"] for each in listed] == [2, 1]
    assert first["PipelineDefinition"] == definition("1")
    assert client.describe_pipeline(PipelineName="p")["PipelineDefinition"] == definition("2")


def test_a_definition_can_lie_in_s3(client: Any, objects: Objects) -> None:
    """PipelineDefinitionS3Location is read when the pipeline is created."""
    objects.put("bucket", "p.json", io.BytesIO(definition().encode()))
    where = {"Bucket": "bucket", "ObjectKey": "p.json"}
    client.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinitionS3Location=where)

    assert client.describe_pipeline(PipelineName="p")["PipelineDefinition"] == definition()
    with pytest.raises(ClientError, match="no pipeline definition at s3://bucket/other"):
        client.update_pipeline(
            PipelineName="p", PipelineDefinitionS3Location={**where, "ObjectKey": "other"}
        )


def test_a_wrong_definition_is_refused_and_nothing_is_kept(client: Any) -> None:
    """The sentence names the mistake."""
    with pytest.raises(ClientError, match=r"Unable to parse pipeline definition.*not JSON"):
        client.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinition="{")
    with pytest.raises(ClientError, match="Pipeline 'p' does not exist"):
        client.describe_pipeline(PipelineName="p")


def test_pipelines_are_listed_by_prefix_in_pages(client: Any) -> None:
    """Every pipeline of the prefix appears once."""
    for name in ("aa", "ab", "ba"):
        client.create_pipeline(PipelineName=name, RoleArn=ROLE, PipelineDefinition=definition())
    pages = client.get_paginator("list_pipelines").paginate(
        PipelineNamePrefix="a", SortBy="Name", SortOrder="Ascending",
        PaginationConfig={"PageSize": 1},
    )  # fmt: skip

    assert [p["PipelineName"] for page in pages for p in page["PipelineSummaries"]] == ["aa", "ab"]


def test_a_deleted_pipeline_is_gone_with_its_versions(client: Any) -> None:
    """The name is free again, and counts from one."""
    for _ in range(2):
        client.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinition=definition())
        client.update_pipeline(PipelineName="p", PipelineDescription="d")
        client.delete_pipeline(PipelineName="p")

    assert client.list_pipelines()["PipelineSummaries"] == []
