"""What CreateProcessingJob refuses: AWS's own rules, and what benchtop does not honour."""

from __future__ import annotations

import posixpath

from benchtop.desks.sagemaker.jobs.training_rules import refuse
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.runner.images import Images, UnknownImage
from benchtop.wire import Json

ROOT = "/opt/ml/processing"


def check(asked: Json, images: Images) -> None:
    """Refuse what cannot be run as asked.

    Raises:
        ValidationException: what AWS would refuse.
        NotHonoured: what AWS would do, and benchtop does not.
    """
    check_application(asked["AppSpecification"], images)
    cluster = asked["ProcessingResources"]["ClusterConfig"]
    for name in ("InstancePreferences", "SelectedInstanceType", "SelectedInstanceCount"):
        if cluster.get(name):
            refuse(f"ClusterConfig.{name}")
    if cluster.get("InstanceCount", 1) > 1:
        refuse("ClusterConfig.InstanceCount greater than 1", "ask for 1, or run this on AWS")
    inputs = asked.get("ProcessingInputs") or []
    outputs = (asked.get("ProcessingOutputConfig") or {}).get("Outputs") or []
    check_names([each["InputName"] for each in inputs], "input")
    check_names([each["OutputName"] for each in outputs], "output")
    for each in inputs:
        check_input(each)
    for each in outputs:
        check_output(each)


def check_application(application: Json, images: Images) -> None:
    """An image that something stands in for, and a command: images bring none along."""
    try:
        images.python(application["ImageUri"])
    except UnknownImage as unknown:
        raise ValidationException(str(unknown)) from None
    if not application.get("ContainerEntrypoint"):
        raise NotHonoured(
            "A processing job without ContainerEntrypoint, which runs the image's own program, "
            "is not honoured by benchtop: give an entry point, or run this on AWS."
        )


def check_names(names: list[str], what: str) -> None:
    """Each name is used once."""
    for name in names:
        if names.count(name) > 1:
            # AWS: unknown, the wording.
            raise ValidationException(f"The {what} {name} is given more than once.")


def check_input(asked: Json) -> None:
    """Files from S3, whole, to a folder below /opt/ml/processing."""
    for name in ("DatasetDefinition", "AppManaged"):
        if asked.get(name):
            refuse(f"ProcessingInputs.{name}")
    source = asked.get("S3Input")
    if source is None:
        raise ValidationException(f"The input {asked['InputName']} has no S3Input.")
    if source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        refuse(f"S3DataType {source['S3DataType']}")
    if source.get("S3InputMode") not in (None, "File"):
        refuse(f"S3InputMode {source['S3InputMode']}", "use File, or run this on AWS")
    if source.get("S3CompressionType") not in (None, "None"):
        refuse(f"S3CompressionType {source['S3CompressionType']}")
    check_path(source.get("LocalPath"), f"input {asked['InputName']}")


def check_output(asked: Json) -> None:
    """A folder below /opt/ml/processing, to S3."""
    for name in ("FeatureStoreOutput", "AppManaged"):
        if asked.get(name):
            refuse(f"ProcessingOutputConfig.{name}")
    target = asked.get("S3Output")
    if target is None:
        raise ValidationException(f"The output {asked['OutputName']} has no S3Output.")
    if not target["S3Uri"].startswith("s3://"):
        raise ValidationException(f"{target['S3Uri']} is not an S3 URI such as s3://bucket/prefix.")
    check_path(target.get("LocalPath"), f"output {asked['OutputName']}")


def check_path(path: str | None, what: str) -> None:
    """A LocalPath is below /opt/ml/processing."""
    if path is None or not f"{posixpath.normpath(path)}/".startswith(f"{ROOT}/"):
        # AWS: unknown, the wording.
        raise ValidationException(f"The LocalPath of the {what} must be below {ROOT}.")
