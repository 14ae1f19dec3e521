"""§2.3, §2.6, §2.7: limits, strategies, seeds."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import GONE, Rule, accepted, refused
from tests.conformance.valid import SCRIPT, categorical

JOBS = "L.MaxNumberOfTrainingJobs"
LIMIT = "ResourceLimitExceeded"
QUOTA = (
    "Please use AWS Service Quotas to request an increase for this quota. If AWS Service Quotas "
    "is not available, contact AWS support to request an increase for this quota."
)
NAMES = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


def grid(*counts: int, jobs: Any = GONE) -> Json:
    """The change to a grid of so many values for each hyperparameter."""
    return {"C.Strategy": "Grid", "R": categorical(*counts), JOBS: jobs}


def band(least: int | None = None, most: int | None = None, **more: Any) -> Json:
    """The change to Hyperband with these resources."""
    given = {"MinResource": least, "MaxResource": most}
    inner = {name: value for name, value in given.items() if value is not None}
    return {
        "C.Strategy": "Hyperband",
        "C.StrategyConfig": {"HyperbandStrategyConfig": inner},
        **more,
    }


def _hyperband(name: str, what: str, change: Json, message: str = "", **more: Any) -> Rule:
    if message:
        return refused(name, "2.6", what, message, change, **more)
    return accepted(name, "2.6", what, {"C.Strategy": "Hyperband"}, change, **more)


def static(**values: str) -> Json:
    """The change to Hyperband without resources, beside static hyperparameters."""
    return {"C.Strategy": "Hyperband", "D.StaticHyperParameters": SCRIPT | values}


RULES: list[Rule] = [
    *(
        accepted(f"strategy-{name.lower()}", "2.6", f"Strategy {name} is accepted",
                 {"C.Strategy": name}, {"C.Strategy": name})
        for name in ("Bayesian", "Random", "Hyperband")
    ),
    accepted("jobs-750", "10.1", "750 training jobs are accepted", {JOBS: 750}, {JOBS: 750}),
    refused("jobs-751", "10.1", "More than 750 training jobs exceed the quota",
            QUOTA, {JOBS: 751}, code=LIMIT),
    refused("jobs-751-bayesian", "10.1", "The quota holds for Bayesian too",
            "is 750 Jobs", {JOBS: 751, "C.Strategy": "Bayesian"}, code=LIMIT),
    accepted("parallel-10", "10.1", "10 parallel training jobs are accepted",
             {"L.MaxParallelTrainingJobs": 10}, {"L.MaxParallelTrainingJobs": 10, JOBS: 10}),
    refused("parallel-11", "10.1", "More than 10 parallel training jobs exceed the quota",
            "The account-level service limit 'Maximum number of training jobs each hyper parameter "
            "tuning job can run in parallel at once' is 10",
            {"L.MaxParallelTrainingJobs": 11, JOBS: 20}, code=LIMIT),
    accepted("parallel-exceeds-jobs", "2.3", "MaxParallel may exceed MaxNumber", {JOBS: 1},
             {JOBS: 1}),
    accepted("runtime-longest", "2.3", "A tuning job may run for half a year",
             {"L.MaxRuntimeInSeconds": 15_768_000}, {"L.MaxRuntimeInSeconds": 15_768_000}),
    refused("no-limit", "14.2", "Without a number of jobs something else must end the tuning job",
            "MaxNumberOfTrainingJobs is required with strategy Random", {JOBS: GONE}),
    accepted("runtime-instead", "14.2", "A time limit may stand for the number of jobs",
             {JOBS: GONE}, {JOBS: GONE, "L.MaxRuntimeInSeconds": 120}),
    accepted("criterion-instead", "14.2", "A completion criterion may stand for it, too",
             {JOBS: GONE, "C.TuningJobCompletionCriteria.TargetObjectiveMetricValue": 0.5},
             {JOBS: GONE, "C.TuningJobCompletionCriteria": {"TargetObjectiveMetricValue": 0.5}}),
    accepted("grid-inferred", "2.6", "A grid's number of jobs is the number of combinations",
             {JOBS: 6}, grid(2, 3)),
    accepted("grid-explicit", "2.6", "A grid's number of jobs may be given", {JOBS: 6},
             grid(2, 3, jobs=6)),
    refused("grid-mismatch", "2.6", "A grid's number of jobs must be that of its combinations",
            "must be the number of combinations of the grid, [6]", grid(2, 3, jobs=5)),
    refused("grid-large", "10.1", "A grid of more than 750 combinations exceeds the quota",
            "is 750 Jobs", grid(30, 26), code=LIMIT),
    refused("grid-whole", "2.6", "A grid has no integers", "supports only categorical",
            {"C.Strategy": "Grid", "R.IntegerParameterRanges":
                [{"Name": "n", "MinValue": "1", "MaxValue": "2"}]}),
    refused("grid-real", "2.6", "A grid has no continuous ranges", "supports only categorical",
            {"C.Strategy": "Grid"}),
    accepted("grid-duplicates", "2.6", "A grid counts equal values once", {JOBS: 2},
             grid(1) | {"R": {"CategoricalParameterRanges":
                [{"Name": "c", "Values": ["a", "b", "a"]}]}}),
    accepted("grid-covers", "2.6", "A grid tries every combination once, and ends",
             {"TrainingJobStatusCounters.Completed": 6, "HyperParameterTuningJobStatus":
                "Completed"}, grid(2, 3), after=("work",)),
    _hyperband("hyperband-resources", "Hyperband takes MinResource and MaxResource", band(1, 9)),
    _hyperband("hyperband-most", "MaxResource may be 20,000", band(1, 20_000)),
    _hyperband("hyperband-too-much", "MaxResource is at most 20,000", band(1, 20_001),
               "MaxResource [20001] is greater than 20000."),
    _hyperband("hyperband-reversed", "MinResource must not exceed MaxResource", band(5, 4),
               "MinResource [5] is greater than MaxResource [4]."),
    _hyperband("hyperband-zero", "MinResource is at least 1", band(0, 9),
               "Member must have value greater than or equal to 1", by="boto3"),
    *(
        _hyperband(f"hyperband-{name}", f"MaxResource is inferred from the static {name}",
                   static(**{name: "9"}))
        for name in NAMES
    ),
    _hyperband("hyperband-none", "MaxResource must be given or inferred", static(),
               "MaxResource parameter is not provided and could not be inferred from provided "
               "static hyperparameters of TrainingJobDefinition."),
    _hyperband("hyperband-words", "MaxResource is not inferred from what is no number",
               static(epochs="many"), "could not be inferred"),
    _hyperband("hyperband-auto", "Hyperband stops jobs by itself",
               band(1, 9, **{"C.TrainingJobEarlyStoppingType": "Auto"}),
               "TrainingJobEarlyStoppingType must be Off with strategy Hyperband"),
    _hyperband("hyperband-off", "Hyperband may say that early stopping is off",
               band(1, 9, **{"C.TrainingJobEarlyStoppingType": "Off"})),
    refused("band-elsewhere", "2.6", "StrategyConfig belongs to Hyperband",
            "StrategyConfig is only supported with strategy Hyperband, not Random.",
            band(1, 9) | {"C.Strategy": "Random"}),
    accepted("seed-zero", "2.7", "A seed may be 0", {"C.RandomSeed": 0}, {"C.RandomSeed": 0}),
    accepted("seed-large", "2.7", "A seed may be as large as an integer",
             {"C.RandomSeed": 2**31 - 1}, {"C.RandomSeed": 2**31 - 1}),
    refused("seed-huge", "2.7", "A seed that is no integer of the model is refused",
            "can not be converted to an Integer", {"C.RandomSeed": 2**31},
            code="SerializationException"),
    accepted("seed-omitted", "2.7", "A seed that was left out is not shown", {"C.RandomSeed": GONE},
             {"C.RandomSeed": GONE}),
    accepted("seed-reproduces", "2.6", "Equal seeds give Random equal configurations",
             {"TrainingJobSummaries.0.TunedHyperParameters.x": "0.07290016257811494"},
             after=("work",),
             ask=("ListTrainingJobsForHyperParameterTuningJob",
                  {"HyperParameterTuningJobName": "job"})),
]  # fmt: skip
