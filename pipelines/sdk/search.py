"""The tuning step: the complete request, with pipeline parameters wherever a value stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.sdk.code import Job
from pipelines.sdk.imports import Join, ParameterString
from pipelines.sdk.parameters import string
from pipelines.sdk.ranges import Range, parameter_ranges
from pipelines.sdk.steps import Request


class Tuning(Request):
    """A tuning step whose models can be passed on, best first."""

    def job(self, place: int) -> Any:
        """The name of the training job in this place; 0 is the best."""
        return self.properties.TrainingJobSummaries[place].TrainingJobName

    def model(self, place: int) -> Any:
        """The model archive of the training job in this place."""
        home = self.request["TrainingJobDefinition"]["OutputDataConfig"]["S3OutputPath"]
        return Join(on="/", values=[home, self.job(place), "output/model.tar.gz"])


@dataclass(frozen=True)
class Limits:
    """When a tuning job ends, and what one training job may take."""

    jobs: Any
    parallel: Any
    runtime: int
    spot: bool = False


def strategy_parameter(strategy: str) -> list[ParameterString]:
    """The parameter Strategy, if it can be one.

    Bayesian and Random want the same request; Hyperband and Grid want others and are compiled in.
    """
    interchangeable = ("Bayesian", "Random")
    if strategy not in interchangeable:
        return []
    return [string("Strategy", strategy, one_of=interchangeable)]


def tuning(
    name: str,
    job: Job,
    *,
    script: str,
    instance: Any,
    channels: Mapping[str, Any],
    ranges: Mapping[str, Range],
    fixed: Mapping[str, Any],
    objective: tuple[str, str],
    strategy: Any,
    early_stopping: Any,
    seed: Any,
    limits: Limits,
    output: Any,
    checkpoints: Any,
    resources: tuple[int, int] | None = None,
    maximize: bool = True,
) -> Tuning:
    """Search for the best hyperparameters of a training script.

    *objective* is the metric's name and the regular expression that finds it in the script's
    output; *strategy* a parameter (see ``strategy_parameter``) or the name of any strategy;
    *resources* are Hyperband's least and most rounds.
    """
    metric, regex = objective
    config: dict[str, Any] = {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": {
            "Type": "Maximize" if maximize else "Minimize",
            "MetricName": metric,
        },
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": limits.jobs,
            "MaxParallelTrainingJobs": limits.parallel,
        },
        "ParameterRanges": parameter_ranges(ranges),
        "TrainingJobEarlyStoppingType": early_stopping,
        "RandomSeed": seed,
    }
    if strategy == "Grid":  # AWS: the grid itself says how many; any other number is refused
        del config["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    config |= _strategy_config(strategy, resources)
    program = {"sagemaker_program": job.code.must_hold(script)}
    program["sagemaker_submit_directory"] = job.code.archive_uri
    definition: dict[str, Any] = {
        "AlgorithmSpecification": {
            "TrainingImage": job.image,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": metric, "Regex": regex}],
        },
        "RoleArn": job.role,
        "InputDataConfig": [_channel(each, uri) for each, uri in channels.items()],
        "OutputDataConfig": {"S3OutputPath": output},
        "ResourceConfig": {"InstanceType": instance, "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StaticHyperParameters": {each: str(fixed[each]) for each in fixed} | program,
        "CheckpointConfig": {"S3Uri": checkpoints},
        "EnableManagedSpotTraining": limits.spot,
        "StoppingCondition": _stopping(limits),
    }
    request = {"HyperParameterTuningJobConfig": config, "TrainingJobDefinition": definition}
    return Tuning(name, "Tuning", request, code=job.code)


def _strategy_config(strategy: Any, resources: tuple[int, int] | None) -> dict[str, Any]:
    if strategy != "Hyperband":
        return {}
    if resources is None:
        raise ValueError("Hyperband needs resources: the least and the most rounds of a trial.")
    least, most = resources
    hyperband = {"MinResource": least, "MaxResource": most}
    return {"StrategyConfig": {"HyperbandStrategyConfig": hyperband}}


def _stopping(limits: Limits) -> dict[str, Any]:
    # AWS: MaxWaitTimeInSeconds is refused without spot, so it cannot be a parameter's business
    condition = {"MaxRuntimeInSeconds": limits.runtime}
    return condition | ({"MaxWaitTimeInSeconds": 2 * limits.runtime} if limits.spot else {})


def _channel(name: str, uri: Any) -> dict[str, Any]:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": uri,
        "S3DataDistributionType": "FullyReplicated",
    }
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}
