"""§3.1, §4: how tuning jobs go on, and how they end."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import ANY, CREATE, DESCRIBE, GONE, INVALID, Like, Rule, accepted
from tests.conformance.valid import X

STATUS = "HyperParameterTuningJobStatus"
JOBS = "TrainingJobStatusCounters"
STALLED = "TuningJobCompletionDetails.NumberOfTrainingJobsObjectiveNotImproving"
CRITERIA = "C.TuningJobCompletionCriteria"
STOP = "StopHyperParameterTuningJob"
DELETE = "DeleteHyperParameterTuningJob"
NAMED = {"N": "job"}
ONE_BY_ONE = {"L": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 1}}
SAME = {"R": {"ContinuousParameterRanges": [X | {"Name": "y"}]}}
"""Ranges without the hyperparameter that the objective depends on: all jobs are equal."""
LATER = "wait 200"


def _ends(name: str, section: str, what: str, shows: Json, change: Json, *after: Any) -> Rule:
    return accepted(name, section, what, shows, change, after=after or ("work",))


def _asked(name: str, section: str, what: str, operation: str, *before: Any, **more: Any) -> Rule:
    more.setdefault("change", NAMED)
    return Rule(id=name, section=section, what=what, operation=operation, before=before, **more)


RULES: list[Rule] = [
    _ends("target-met", "4.3", "The target ends the job",
          {STATUS: "Completed", f"{JOBS}.Completed": Like("[1-9]")},
          ONE_BY_ONE | {CRITERIA: {"TargetObjectiveMetricValue": 0.9}}),
    _ends("target-maximized", "4.3", "The target follows the direction",
          {STATUS: "Completed", f"{JOBS}.Completed": Like("[1-9]")},
          ONE_BY_ONE | {CRITERIA: {"TargetObjectiveMetricValue": 0.1},
                        "C.HyperParameterTuningJobObjective.Type": "Maximize"}),
    _ends("target-unmet", "4.3", "A target that is not met changes nothing",
          {f"{JOBS}.Completed": 20}, ONE_BY_ONE | {CRITERIA: {"TargetObjectiveMetricValue": -1.0}}),
    _ends("stalled", "4.3", "So many jobs without improvement end the job",
          {STATUS: "Completed", f"{JOBS}.Completed": 4, STALLED: 3},
          ONE_BY_ONE | SAME | {CRITERIA: {"BestObjectiveNotImproving":
                                          {"MaxNumberOfTrainingJobsNotImproving": 3}}}),
    _ends("converged", "4.3", "Convergence ends the job where it shall",
          {f"{JOBS}.Completed": 11, "TuningJobCompletionDetails.ConvergenceDetectedTime": ANY},
          ONE_BY_ONE | SAME | {CRITERIA: {"ConvergenceDetected":
                                          {"CompleteOnConvergence": "Enabled"}}}),
    _ends("converged-disabled", "4.3", "Convergence is told where it shall not end the job",
          {f"{JOBS}.Completed": 20, "TuningJobCompletionDetails.ConvergenceDetectedTime": ANY},
          ONE_BY_ONE | SAME | {CRITERIA: {"ConvergenceDetected":
                                          {"CompleteOnConvergence": "Disabled"}}}),
    _ends("converged-unasked", "4.3", "Convergence is told without criteria",
          {f"{JOBS}.Completed": 20, STALLED: 19,
           "TuningJobCompletionDetails.ConvergenceDetectedTime": ANY}, ONE_BY_ONE | SAME),
    _ends("out-of-time", "2.3", "When time is up what runs is stopped, and the job is completed",
          {STATUS: "Completed", f"{JOBS}.Stopped": 2, f"{JOBS}.Completed": 0},
          {"L.MaxRuntimeInSeconds": 120}, "jobs hold", "work", LATER, "work"),
    _ends("in-time", "2.3", "Before time is up nothing is stopped",
          {STATUS: "InProgress", f"{JOBS}.InProgress": 2},
          {"L.MaxRuntimeInSeconds": 1200}, "jobs hold", "work", LATER, "work"),
    _ends("runtime-told", "3.2", "The wall clock is told", {"ConsumedResources.RuntimeInSeconds":
          200}, {}, "jobs hold", "work", LATER),
    _ends("five-failures", "3.1", "Five failures without a success fail the job",
          {STATUS: "Failed", f"{JOBS}.NonRetryableError": 5, "FailureReason":
           "No training job succeeded after 5 attempts. For additional details, please take a look "
           "at the training job failures by listing training jobs for the hyperparameter tuning "
           "job."}, ONE_BY_ONE, "jobs fail", "work"),
    _ends("parallel-failures", "3.1", "After the fifth failure what runs may end",
          {STATUS: "Failed", f"{JOBS}.NonRetryableError": Like("[5-9]")},
          {"L": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 4}},
          "jobs hold", "work", "end Failed", "work", "end Failed", "work"),
    _ends("failures-and-success", "3.1", "One success makes failures a completed job",
          {STATUS: "Completed", f"{JOBS}.NonRetryableError": 2, f"{JOBS}.Completed": 2},
          {}, "jobs hold", "work", "jobs run", "end Failed", "work"),
    _ends("all-failed", "3.1", "Fewer than five jobs that all fail are no success either",
          {STATUS: "Failed", "FailureReason": Like("All training jobs failed.*")}, {},
          "jobs fail", "work"),
    _ends("parallel", "2.3", "No more than MaxParallel run at once", {f"{JOBS}.InProgress": 3},
          {"L.MaxParallelTrainingJobs": 3}, "jobs hold", "work"),
    _ends("last-counts", "6.8", "The last value of the objective is the final one",
          {"BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value": 3.0},
          {"L": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}},
          "jobs hold", "work", "emit 1 2 3", "end Completed", "work"),
    _ends("stopped-counts", "3.2", "A training job that was stopped keeps its last value",
          {f"{JOBS}.Stopped": 1, "ObjectiveStatusCounters.Succeeded": 1,
           "BestTrainingJob.TrainingJobStatus": "Stopped"},
          {"L": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}},
          "jobs hold", "work", "emit 2", "end Stopped", "work"),
    _ends("early-stopped", "4.1", "What is worse than the median of five is stopped",
          {f"{JOBS}.Stopped": 1},
          ONE_BY_ONE | {"L.MaxNumberOfTrainingJobs": 6, "C.TrainingJobEarlyStoppingType": "Auto"},
          "jobs hold", *("work", "emit 1 1 1", "end Completed") * 5, "work", "emit 1 9", "work"),
    _ends("early-equal", "4.1", "What is as good as the median goes on",
          {f"{JOBS}.Stopped": 0, f"{JOBS}.InProgress": 1},
          ONE_BY_ONE | {"L.MaxNumberOfTrainingJobs": 6, "C.TrainingJobEarlyStoppingType": "Auto"},
          "jobs hold", *("work", "emit 1 1 1", "end Completed") * 5, "work", "emit 1 1", "work"),
    _ends("early-first-epoch", "14.8", "The first epoch stops nothing",
          {f"{JOBS}.Stopped": 0},
          ONE_BY_ONE | {"L.MaxNumberOfTrainingJobs": 6, "C.TrainingJobEarlyStoppingType": "Auto"},
          "jobs hold", *("work", "emit 1 1 1", "end Completed") * 5, "work", "emit 9", "work"),
    _ends("early-four-peers", "14.8", "Four completed jobs are too few to compare with",
          {f"{JOBS}.Stopped": 0},
          ONE_BY_ONE | {"L.MaxNumberOfTrainingJobs": 6, "C.TrainingJobEarlyStoppingType": "Auto"},
          "jobs hold", *("work", "emit 1 1 1", "end Completed") * 4, "work", "emit 1 9", "work"),
    _ends("early-off", "4.1", "Without early stopping nothing is compared",
          {f"{JOBS}.Stopped": 0}, ONE_BY_ONE,
          "jobs hold", *("work", "emit 1 1 1", "end Completed") * 5, "work", "emit 1 9", "work"),
    _ends("hyperband-rung", "4.2", "Hyperband stops what is not among the best third of a rung",
          {f"{JOBS}.Stopped": 1}, ONE_BY_ONE | {"C.Strategy": "Hyperband"},
          "jobs hold", *("work", "emit 1 1 1", "end Completed") * 3, "work", "emit 9", "work"),
    _asked("stopping-at-once", "3.6", "Stopping is seen right after the call", STOP,
           (CREATE, {}), "jobs hold", "work", ask=(DESCRIBE, NAMED), shows={STATUS: "Stopping"}),
    _asked("stopped", "3.6", "What runs is stopped, and then the job is", STOP,
           (CREATE, {}), "jobs hold", "work", after=("work",), ask=(DESCRIBE, NAMED),
           shows={STATUS: "Stopped", f"{JOBS}.Stopped": 2, f"{JOBS}.InProgress": 0,
                  "HyperParameterTuningEndTime": ANY, "FailureReason": GONE}),
    _asked("stop-unknown", "11", "An unknown job is not stopped", STOP, code="ResourceNotFound",
           message="Amazon SageMaker can't find a tuning job called job. Type another name."),
    _asked("stop-over", "3.6", "A job that is over is not stopped", STOP, (CREATE, {}), "work",
           code=INVALID, message="already in status Completed"),
    _asked("stop-twice", "3.6", "A job may be stopped twice", STOP, (CREATE, {}), "jobs hold",
           "work", (STOP, NAMED), ask=(DESCRIBE, NAMED), shows={STATUS: "Stopping"}),
    _asked("delete-running", "3.7", "A running job is not deleted", DELETE, (CREATE, {}),
           code=INVALID, message="not in a terminal state"),
    _asked("delete-stopping", "3.7", "A stopping job is not deleted", DELETE, (CREATE, {}),
           "jobs hold", "work", (STOP, NAMED), code=INVALID, message="not in a terminal state"),
    _asked("delete-unknown", "3.7", "An unknown job is not deleted", DELETE,
           code="ResourceNotFound", message="can't find a tuning job called job"),
    _asked("delete-twice", "3.7", "A deleted job is unknown", DELETE, (CREATE, {}), "work",
           (DELETE, NAMED), code="ResourceNotFound", message="can't find a tuning job called job"),
    _asked("delete-keeps-jobs", "3.1", "Deleting forgets the job, not its training jobs", DELETE,
           (CREATE, {}), "work", ask=("ListTrainingJobs", {}), shows={"TrainingJobSummaries.#": 4}),
    _asked("delete-failed", "3.7", "A failed job is deleted", DELETE, (CREATE, {}), "jobs fail",
           "work", ask=("ListHyperParameterTuningJobs", {}),
           shows={"HyperParameterTuningJobSummaries": []}),
]  # fmt: skip
