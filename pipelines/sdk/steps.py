"""Steps: each is one AWS request in the API's own words; any value may be a pipeline variable.

The SDK's own producers (processors, trainers, the tuner) drop members, freeze parameters and stamp
times into paths, so that no two compiles agree; a request that is written down does none of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.sdk.code import Code, Job
from pipelines.sdk.imports import (
    CacheConfig,
    ConditionGreaterThanOrEqualTo,
    ConditionStep,
    ConfigurableRetryStep,
    FailStep,
    Join,
    JsonGet,
    Properties,
    PropertyFile,
    RetryPolicy,
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    Step,
    StepExceptionTypeEnum,
    StepRetryPolicy,
    StepTypeEnum,
)

PROCESSING = "/opt/ml/processing"
ANSWERS = {  # what a step's properties are called: the members of these answers
    "Processing": ["DescribeProcessingJobResponse"],
    "Tuning": [
        "DescribeHyperParameterTuningJobResponse",
        "ListTrainingJobsForHyperParameterTuningJobResponse",
    ],
    "Model": ["DescribeModelOutput"],
    "RegisterModel": ["DescribeModelPackageOutput"],
    "EndpointConfig": ["DescribeEndpointConfigOutput"],
    "Endpoint": ["DescribeEndpointOutput"],
}
JOBS = ("Processing", "Tuning")


def retries(kind: str) -> list[RetryPolicy]:
    """What is worth another try, as far as AWS lets a step of this kind say it."""
    if kind == "Endpoint":  # AWS: an Endpoint step takes no retry policy
        return []
    passing = [StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING]
    policies: list[RetryPolicy] = [StepRetryPolicy(passing, interval_seconds=2, max_attempts=5)]
    if kind in JOBS:
        full = [SageMakerJobExceptionTypeEnum.RESOURCE_LIMIT]
        broken = [
            SageMakerJobExceptionTypeEnum.INTERNAL_ERROR,
            SageMakerJobExceptionTypeEnum.CAPACITY_ERROR,
        ]
        policies.append(
            SageMakerJobStepRetryPolicy(
                exception_types=full,
                failure_reason_types=broken,
                interval_seconds=60,
                expire_after_mins=240,
            )
        )
    return policies


class Request(ConfigurableRetryStep):  # type: ignore[misc]
    """A step that makes one AWS request.

    Args:
        kind: the step's type in the definition, such as ``Processing``.
        request: what the create operation is sent, without the name that the service gives.
        code: the scripts that the request refers to; they are uploaded with the pipeline.
        cache: an ISO 8601 duration during which an equal request reuses its earlier result.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        request: dict[str, Any],
        *,
        code: Code | None = None,
        property_files: Sequence[PropertyFile] = (),
        cache: str | None = None,
        depends_on: Sequence[Step] | None = None,
    ) -> None:
        super().__init__(
            name,
            StepTypeEnum(kind),
            depends_on=list(depends_on) if depends_on else None,
            retry_policies=retries(kind),
        )
        self.request = request
        self.code = code
        self.property_files = list(property_files)
        self.cache = CacheConfig(enable_caching=True, expire_after=cache) if cache else None
        self._properties = Properties(step_name=name, step=self, shape_names=ANSWERS[kind])

    @property
    def arguments(self) -> dict[str, Any]:
        """The request."""
        return self.request

    @property
    def properties(self) -> Any:
        """What the step's resource will be; usable as a value in later steps."""
        return self._properties

    def to_request(self) -> dict[str, Any]:
        """The step as it stands in the definition."""
        asked: dict[str, Any] = super().to_request()
        if self.cache:
            asked.update(self.cache.config)
        if self.property_files:
            asked["PropertyFiles"] = [each.expr for each in self.property_files]
        return asked

    def output(self, name: str) -> Any:
        """Where a processing step puts one of its outputs."""
        return self.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def processing(
    name: str,
    job: Job,
    *,
    script: str,
    instance: Any,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    arguments: Sequence[Any] = (),
    property_files: Sequence[PropertyFile] = (),
    volume_gb: int = 30,
    cache: str | None = None,
) -> Request:
    """Run a script once.

    Inputs appear in ``/opt/ml/processing/input/<name>``; what the script leaves in
    ``/opt/ml/processing/output/<name>`` becomes the outputs.
    """
    scripts = f"{PROCESSING}/input/code"
    cluster = {"InstanceType": instance, "InstanceCount": 1, "VolumeSizeInGB": volume_gb}
    specification = {
        "ImageUri": job.image,
        "ContainerEntrypoint": ["python3", f"{scripts}/{job.code.must_hold(script)}"],
        "ContainerArguments": list(arguments),
    }
    if not arguments:
        del specification["ContainerArguments"]
    request = {
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": specification,
        "RoleArn": job.role,
        "ProcessingInputs": [
            _input(each, uri) for each, uri in {"code": job.code.folder_uri, **inputs}.items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [_output(each, uri) for each, uri in outputs.items()]
        },
    }
    return Request(
        name, "Processing", request, code=job.code, property_files=property_files, cache=cache
    )


def _input(name: str, uri: Any) -> dict[str, Any]:
    return {
        "InputName": name.replace("/", "-"),
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{PROCESSING}/input/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "S3CompressionType": "None",
        },
    }


def _output(name: str, uri: Any) -> dict[str, Any]:
    return {
        "OutputName": name,
        "S3Output": {
            "S3Uri": uri,
            "LocalPath": f"{PROCESSING}/output/{name}",
            "S3UploadMode": "EndOfJob",
        },
    }


def serving(image: str, archive: Any, script: str) -> dict[str, Any]:
    """A container that serves an archive by the script in the archive's ``code`` folder."""
    code = {"SAGEMAKER_PROGRAM": script, "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    return {"Image": image, "ModelDataUrl": archive, "Environment": code}


def register(
    name: str,
    *,
    group: str,
    container: dict[str, Any],
    approval: Any,
    report: Any,
    content_types: Sequence[str],
    instances: Sequence[str],
    metadata: Mapping[str, Any],
) -> Request:
    """A new version of the model in its group, with the report that speaks for it."""
    request = {
        "ModelPackageGroupName": group,
        "ModelApprovalStatus": approval,
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": list(content_types),
            "SupportedResponseMIMETypes": list(content_types),
            "SupportedRealtimeInferenceInstanceTypes": list(instances),
            "SupportedTransformInstanceTypes": list(instances),
        },
        "ModelMetrics": {
            "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": report}}
        },
        "CustomerMetadataProperties": dict(metadata),
    }
    return Request(name, "RegisterModel", request)


def model(
    name: str, *, role: str, container: dict[str, Any], depends_on: Sequence[Step] = ()
) -> Request:
    """A model that an endpoint can serve."""
    request = {"PrimaryContainer": container, "ExecutionRoleArn": role}
    return Request(name, "Model", request, depends_on=depends_on)


def endpoint_config(name: str, config: str, model: Request, instance: Any, count: int) -> Request:
    """How an endpoint serves a model; the service makes the configuration's name unique."""
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model.properties.ModelName,
        "InstanceType": instance,
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
    }
    request = {"EndpointConfigName": config, "ProductionVariants": [variant]}
    return Request(name, "EndpointConfig", request)


def endpoint(name: str, endpoint: Any, config: Request) -> Request:
    """An endpoint of a lasting name: made the first time, updated afterwards."""
    request = {
        "EndpointName": endpoint,
        "EndpointConfigName": config.properties.EndpointConfigName,
    }
    return Request(name, "Endpoint", request)


def at_least(step: Request, file: PropertyFile, path: str, minimum: Any) -> Any:
    """Whether a number in a report that a step wrote reaches a minimum."""
    found = JsonGet(step_name=step.name, property_file=file, json_path=path)
    return ConditionGreaterThanOrEqualTo(left=found, right=minimum)


def when(name: str, condition: Any, then: Sequence[Step], otherwise: Sequence[Step]) -> Step:
    """One of two ways to go on."""
    return ConditionStep(
        name=name, conditions=[condition], if_steps=list(then), else_steps=list(otherwise)
    )


def fail(name: str, *reason: Any) -> Step:
    """End the execution as failed, for a reason made of texts and pipeline variables."""
    return FailStep(name=name, error_message=Join(on=" ", values=list(reason)))
