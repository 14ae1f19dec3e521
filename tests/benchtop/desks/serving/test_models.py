"""What models and endpoint configurations promise."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
CONTAINER = {"Image": "any:1", "ModelDataUrl": "s3://bucket/m.tar.gz", "Environment": {"A": "1"}}
VARIANT = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large",
           "InitialInstanceCount": 1}  # fmt: skip
CAPTURE = {"EnableCapture": True, "InitialSamplingPercentage": 1, "DestinationS3Uri": "s3://b/c",
           "CaptureOptions": [{"CaptureMode": "Input"}]}  # fmt: skip


def test_a_model_is_described_as_created(house: Any) -> None:
    """DescribeModel echoes the container; empty structures are absent."""
    house.client.create_model(ModelName="m", PrimaryContainer=CONTAINER)

    described = house.client.describe_model(ModelName="m")

    assert described["PrimaryContainer"] == CONTAINER
    assert described["ModelArn"] == f"{ARN}:model/m"
    assert "VpcConfig" not in described


def test_models_are_listed_newest_first_in_pages(house: Any) -> None:
    """ListModels pages through, and filters by name."""
    for name in ("a1", "a2", "b1"):
        house.client.create_model(ModelName=name, PrimaryContainer=CONTAINER)

    pages = house.client.get_paginator("list_models").paginate(
        NameContains="a", PaginationConfig={"PageSize": 1}
    )

    assert [model["ModelName"] for page in pages for model in page["Models"]] == ["a2", "a1"]


def test_names_are_taken_once(house: Any) -> None:
    """A second model or configuration of a name is refused; a deleted one is gone."""
    house.client.create_model(ModelName="m", PrimaryContainer=CONTAINER)
    with pytest.raises(ClientError, match="Cannot create already existing model"):
        house.client.create_model(ModelName="m", PrimaryContainer=CONTAINER)
    house.client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[VARIANT])
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        house.client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[VARIANT])

    house.client.delete_model(ModelName="m")

    with pytest.raises(ClientError, match=f'Could not find model "{ARN}:model/m"'):
        house.client.describe_model(ModelName="m")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"Containers": [CONTAINER, CONTAINER]}, "inference pipeline"),
        ({"PrimaryContainer": {**CONTAINER, "Mode": "MultiModel"}}, "MultiModel is not honoured"),
        ({"PrimaryContainer": {**CONTAINER, "MultiModelConfig": {}}}, "Container.MultiModelConfig"),
        ({"PrimaryContainer": {"ModelDataUrl": "s3://b/k"}}, "must have an Image"),
        ({"PrimaryContainer": {"ModelPackageName": "none"}}, "does not exist"),
        ({}, "needs a PrimaryContainer"),
    ],
)
def test_models_that_cannot_run_are_refused(
    house: Any, request_: dict[str, Any], message: str
) -> None:
    """What benchtop does not run is refused by name when the model is created."""
    with pytest.raises(ClientError, match=message):
        house.client.create_model(ModelName="m", **request_)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ProductionVariants": [{**VARIANT, "ModelName": "no"}]}, "Could not find model"),
        ({"ProductionVariants": [VARIANT, VARIANT]}, "must be unique"),
        ({"ProductionVariants": [{**VARIANT, "EnableSSMAccess": True}]}, "EnableSSMAccess is not"),
        ({"ProductionVariants": [{**VARIANT, "InitialInstanceCount": 99}]}, "service limit"),
        ({"ProductionVariants": [{"VariantName": "v"}]}, "inference components"),
        ({"DataCaptureConfig": CAPTURE}, "EnableCapture is not honoured"),
        ({"AsyncInferenceConfig": {"OutputConfig": {}}}, "AsyncInferenceConfig"),
        ({"ShadowProductionVariants": [VARIANT]}, "ShadowProductionVariants"),
    ],
)
def test_configurations_that_cannot_run_are_refused(
    house: Any, change: dict[str, Any], message: str
) -> None:
    """What benchtop does not serve is refused by name when the configuration is created."""
    house.client.create_model(ModelName="m", PrimaryContainer=CONTAINER)

    with pytest.raises(ClientError, match=message):
        house.client.create_endpoint_config(
            EndpointConfigName="c", **{"ProductionVariants": [VARIANT], **change}
        )


def test_a_configuration_is_described_as_created(house: Any) -> None:
    """DescribeEndpointConfig has the variants with the default weight, and no empty structures."""
    house.client.create_model(ModelName="m", PrimaryContainer=CONTAINER)
    house.client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[VARIANT])

    described = house.client.describe_endpoint_config(EndpointConfigName="c")

    assert described["ProductionVariants"] == [{"InitialVariantWeight": 1.0, **VARIANT}]
    assert "DataCaptureConfig" not in described


def test_an_uncompressed_model_serves(house: Any) -> None:
    """ModelDataSource with CompressionType None is laid out file by file."""
    script = b"def model_fn(d):\n    return open(d + '/weights').read()\n"
    script += b"def transform_fn(m, b, c, a): return m\n"
    for key, content in (("code/inference.py", script), ("weights", b"42")):
        house.put(f"model/{key}", content)
    source = {"S3Uri": "s3://bucket/model/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    house.client.create_model(
        ModelName="m",
        PrimaryContainer={"Image": "any:1", "ModelDataSource": {"S3DataSource": source}},
    )

    house.endpoint(house.config("m", {"m": 1.0}))

    assert house.ask("")["Body"] == b"42"


def test_a_registered_package_serves(house: Any) -> None:
    """A model made from a model package runs the package's container and its script from S3."""
    house.upload("m.tar.gz", {"weights": "7"})
    house.upload("s.tar.gz", {"serve_it.py": "def model_fn(d): return open(d + '/weights').read()\n"
                              "def transform_fn(m, b, c, a): return m\n"})  # fmt: skip
    house.client.create_model_package_group(ModelPackageGroupName="g")
    environment = {"SAGEMAKER_PROGRAM": "serve_it.py",
                   "SAGEMAKER_SUBMIT_DIRECTORY": "s3://bucket/s.tar.gz"}  # fmt: skip
    other = {"Containers": [{**CONTAINER, "Environment": environment}], "Name": "other"}
    package = house.client.create_model_package(
        ModelPackageGroupName="g",
        InferenceSpecification={"Containers": [{"Image": "unknown:1"}]},
        AdditionalInferenceSpecifications=[other],
    )
    container = {"ModelPackageName": package["ModelPackageArn"],
                 "InferenceSpecificationName": "other"}  # fmt: skip
    house.client.create_model(ModelName="m", PrimaryContainer=container)

    house.endpoint(house.config("m", {"m": 1.0}))

    assert house.ask("")["Body"] == b"7"
