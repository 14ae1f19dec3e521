"""What CreateTrainingJob refuses: AWS's own rules, and what benchtop does not honour."""

from __future__ import annotations

from typing import Any

from benchtop.desks.sagemaker.endpoints.sources import check_found
from benchtop.desks.sagemaker.jobs.builtin import check_builtin, is_builtin
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.runner.images import Images, UnknownImage, repository
from benchtop.runner.jobs import contract, metrics, script_mode
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json

ELSEWHERE = "remove it, or run this on AWS"
CLUSTER_FEATURES = (
    *("InstanceGroups", "TrainingPlanArn", "InstancePlacementConfig", "InstancePreferences"),
    *("SelectedInstanceType", "SelectedInstanceCount"),
)


def check(asked: Json, objects: Objects, images: Images, region: str) -> None:
    """Refuse what cannot be run as asked.

    Raises:
        ValidationException: what AWS would refuse.
        NotHonoured: what AWS would do, and benchtop does not.
    """
    check_algorithm(asked, images)
    check_cluster(asked.get("ResourceConfig"))
    check_time(asked)
    check_channels(asked)
    check_places(asked)
    for channel in contract.inputs(asked):
        source = channel["DataSource"]["S3DataSource"]
        check_found(objects, source, role=str(asked.get("RoleArn")), region=region)


def check_algorithm(asked: Json, images: Images) -> None:
    """An image that something stands in for, a script or an entry point, metrics that compile."""
    algorithm = asked.get("AlgorithmSpecification") or {}
    if bool(algorithm.get("TrainingImage")) == bool(algorithm.get("AlgorithmName")):
        # AWS: unknown, the wording.
        raise ValidationException(
            "Exactly one of TrainingImage and AlgorithmName must be given in "
            "AlgorithmSpecification."
        )
    if algorithm.get("AlgorithmName"):
        refuse("AlgorithmSpecification.AlgorithmName")
    try:
        images.python(algorithm["TrainingImage"])
    except UnknownImage as unknown:
        raise ValidationException(str(unknown)) from None
    check_mode(algorithm.get("TrainingInputMode"), "TrainingInputMode")
    for definition in algorithm.get("MetricDefinitions") or []:
        if complaint := metrics.complaint(definition):
            raise ValidationException(complaint)
    check_script(asked, algorithm)


def check_script(asked: Json, algorithm: Json) -> None:
    """A job brings a script or an entry point, or its image knows what to do."""
    if algorithm.get("ContainerEntrypoint"):
        return
    image = repository(algorithm["TrainingImage"])
    if algorithm.get("ContainerArguments") not in (None, [], ["train"]):
        refuse("AlgorithmSpecification.ContainerArguments without ContainerEntrypoint")
    if script_mode.program(asked) is None:
        if is_builtin(asked):
            check_builtin(asked)
            return
        raise NotHonoured(
            f"This job of the image {image} brings no training script, and the image has no "
            "algorithm that is honoured by benchtop: give it the hyperparameters "
            "sagemaker_program and sagemaker_submit_directory, or run this on AWS."
        )
    if script_mode.archive(asked) is None:
        raise ValidationException(
            "The hyperparameter sagemaker_program names a script, but sagemaker_submit_directory, "
            "where the script is, is missing."
        )


def check_cluster(resources: Json | None) -> None:
    """One instance."""
    if resources is None:
        # AWS: unknown, the wording.
        raise ValidationException("ResourceConfig must be given.")
    for name in CLUSTER_FEATURES:
        if resources.get(name):
            refuse(f"ResourceConfig.{name}")
    if resources.get("InstanceCount", 1) > 1:
        refuse("ResourceConfig.InstanceCount greater than 1", "ask for 1, or run this on AWS")


def check_time(asked: Json) -> None:
    """MaxWaitTimeInSeconds belongs to spot training, and spot training needs it."""
    limits = asked.get("StoppingCondition") or {}
    wait = limits.get("MaxWaitTimeInSeconds")
    if not asked.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise ValidationException(
                "Invalid MaxWaitTimeInSeconds. It is only supported when "
                "EnableManagedSpotTraining is set to true"
            )
        return
    if (asked.get("ResourceConfig") or {}).get("KeepAlivePeriodInSeconds"):
        # AWS: unknown, the wording.
        raise ValidationException(
            "KeepAlivePeriodInSeconds is not supported when EnableManagedSpotTraining is set to "
            "true"
        )
    if wait is None or wait < limits.get("MaxRuntimeInSeconds", 0):
        # AWS: unknown, the wording.
        raise ValidationException(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            "MaxRuntimeInSeconds when EnableManagedSpotTraining is set to true"
        )


def check_channels(asked: Json) -> None:
    """Channels of files from S3, each named once."""
    names = [each["ChannelName"] for each in contract.inputs(asked)]
    for name in names:
        if names.count(name) > 1:
            # AWS: unknown, the wording.
            raise ValidationException(f"The channel {name} is given more than once.")
        if name in (".", ".."):
            raise ValidationException(f"{name} is not a name for a channel.")
    for channel in contract.inputs(asked):
        check_channel(channel)


def check_channel(channel: Json) -> None:
    """One channel: S3, whole files, uncompressed."""
    for name in channel["DataSource"]:
        if name != "S3DataSource":
            refuse(f"InputDataConfig.DataSource.{name}")
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        raise ValidationException(f"The channel {channel['ChannelName']} has no S3DataSource.")
    check_source(source)
    check_mode(channel.get("InputMode"), "InputMode")
    for name in ("CompressionType", "RecordWrapperType"):
        if channel.get(name) not in (None, "None"):
            refuse(f"{name} {channel[name]} of a channel")


def check_source(source: Json) -> None:
    """Objects by prefix or manifest, all of them."""
    if source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        refuse(f"S3DataType {source['S3DataType']}")
    for name in ("HubAccessConfig", "InstanceGroupNames", "AttributeNames"):
        if source.get(name):
            refuse(f"S3DataSource.{name}")


def check_mode(mode: Any, member: str) -> None:
    """File, or FastFile, which is served as File."""
    if mode not in (None, "File", "FastFile"):
        refuse(f"{member} {mode}", "use File, or run this on AWS")


def check_places(asked: Json) -> None:
    """Checkpoints lie below /opt/ml; artifacts go to S3."""
    config = contract.checkpoint_config(asked)
    if config and not config["LocalPath"].startswith("/opt/ml/"):
        refuse("CheckpointConfig.LocalPath outside /opt/ml")
    if config and ".." in config["LocalPath"].split("/"):
        raise ValidationException(f"{config['LocalPath']} is not a path for checkpoints.")
    uris = [asked["OutputDataConfig"]["S3OutputPath"], *([config["S3Uri"]] if config else [])]
    for uri in uris:
        if not uri.startswith("s3://") or not uri[5:].partition("/")[0]:
            # AWS: unknown, the wording.
            raise ValidationException(f"{uri} is not an S3 URI such as s3://bucket/prefix.")


def refuse(member: str, instead: str = ELSEWHERE) -> None:
    """Say no, by name."""
    raise NotHonoured(f"{member} is not honoured by benchtop: {instead}.")
