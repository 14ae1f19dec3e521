"""Jobs of images that bring an algorithm: what the service adds to them, and what is refused."""

from __future__ import annotations

from benchtop.door.refusals import NotHonoured
from benchtop.runner import algorithms
from benchtop.runner.jobs import contract, script_mode
from benchtop.tuner.metrics import known
from benchtop.wire import Json

RECORDIO = ("recordio-protobuf", "application/x-recordio-protobuf")


def is_builtin(asked: Json) -> bool:
    """Whether a training job leaves its work to its image."""
    algorithm = asked.get("AlgorithmSpecification") or {}
    image = str(algorithm.get("TrainingImage"))
    scripted = algorithm.get("ContainerEntrypoint") or script_mode.program(asked)
    return not scripted and algorithms.folder(image) is not None


def check_builtin(asked: Json) -> None:
    """Refuse data that the algorithm here does not read.

    Raises:
        NotHonoured: names the content type.
    """
    for channel in contract.inputs(asked):
        given = str(channel.get("ContentType") or "")
        if given.partition(";")[0].strip().lower() in RECORDIO:
            raise NotHonoured(
                f"ContentType {given} is not honoured by benchtop: use CSV, libsvm or Parquet, or "
                "run this on AWS."
            )


def described(asked: Json) -> Json:
    """AlgorithmSpecification as Describe shows it: with the metrics that the image prints."""
    algorithm: Json = asked["AlgorithmSpecification"]
    if not is_builtin(asked):
        return algorithm
    given = algorithm.get("MetricDefinitions") or []
    definitions = known(algorithm["TrainingImage"], given)
    return {**algorithm, "MetricDefinitions": definitions}
