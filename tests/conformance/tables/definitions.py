"""§2.10: one training job definition, or several."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import ANY, GONE, Like, Rule, accepted, changed, refused
from tests.conformance.valid import METRIC, SCRIPT, X, categorical, definition, several

A, B = definition("a"), definition("b")
TRIALS = ("ListTrainingJobsForHyperParameterTuningJob", {"HyperParameterTuningJobName": "job"})
LIMITS = {"MaxNumberOfTrainingJobs": 6, "MaxParallelTrainingJobs": 1}


def without(member: str) -> Json:
    """The second definition without a member."""
    return {name: value for name, value in B.items() if name != member}


def tuned(count: int, name: str) -> Json:
    """A definition of so many ranges."""
    ranges = [X | {"Name": f"{name}{n}"} for n in range(count)]
    return definition(name, HyperParameterRanges={"ContinuousParameterRanges": ranges})


def variables(count: int, name: str) -> Json:
    """A definition of so many variables."""
    return definition(name, Environment={f"V{n}": "" for n in range(count)})


def _several(name: str, what: str, change: Json, message: str = "", **more: Any) -> Rule:
    if message:
        return refused(name, "2.10", what, message, change, **more)
    shows = more.pop("shows", {"TrainingJobDefinitions.0.DefinitionName": "a"})
    return accepted(name, "2.10", what, shows, change, **more)


RULES: list[Rule] = [
    _several("several", "Two definitions are accepted", several()),
    _several("several-ten", "Ten definitions are accepted",
             several(A, *(definition(f"d{n}") for n in range(9)))),
    _several("several-eleven", "More than ten definitions are refused",
             several(*(definition(f"d{n}") for n in range(11))),
             "Member must have length less than or equal to 10"),
    _several("both", "TrainingJobDefinition and TrainingJobDefinitions exclude each other",
             {"TrainingJobDefinitions": [A, B]},
             "exactly one of TrainingJobDefinition and TrainingJobDefinitions"),
    _several("neither", "One of the two must be there", {"D": GONE},
             "exactly one of TrainingJobDefinition and TrainingJobDefinitions"),
    *(
        _several(f"several-no-{member}", f"Each definition needs {member}",
                 several(A, without(member)),
                 f"{member} is required in each of TrainingJobDefinitions.")
        for member in ("DefinitionName", "TuningObjective", "HyperParameterRanges")
    ),
    _several("several-same-name", "Definitions have names of their own", several(A, A),
             "The DefinitionName [a] is used 2 times"),
    _several("several-name-pattern", "A definition's name has letters, digits and hyphens",
             several(A, definition("b_1")), "Member must satisfy regular expression pattern"),
    _several("several-directions", "All objectives have the same direction",
             several(A, changed(B, {"TuningObjective.Type": "Maximize"})),
             "The Type of TuningObjective must be the same"),
    _several("several-metrics", "Each definition may have its own metric",
             several(A, changed(B, {"TuningObjective.MetricName": "rmse",
                                    "AlgorithmSpecification.MetricDefinitions":
                                        [METRIC | {"Name": "rmse"}]}))),
    _several("several-no-metric", "Each definition defines the metric of its objective",
             several(A, changed(B, {"TuningObjective.MetricName": "rmse"})),
             "A metric is required for this hyperparameter tuning job objective."),
    _several("several-and-objective", "The objective stands in one place",
             several() | {"C.HyperParameterTuningJobObjective":
                            {"Type": "Minimize", "MetricName": "loss"}},
             "HyperParameterTuningJobObjective is only supported with TrainingJobDefinition"),
    _several("several-and-ranges", "Ranges stand in one place",
             several() | {"R": {"ContinuousParameterRanges": [X]}},
             "ParameterRanges is only supported with TrainingJobDefinition"),
    _several("several-empty-ranges", "Empty ranges of the configuration do not matter",
             several() | {"R": {"ContinuousParameterRanges": []}}),
    _several("one-with-objective", "TuningObjective belongs to several definitions",
             {"D.TuningObjective": {"Type": "Minimize", "MetricName": "loss"}},
             "TuningObjective is only supported in TrainingJobDefinitions"),
    _several("one-with-ranges", "HyperParameterRanges belong to several definitions",
             {"D.HyperParameterRanges": {"ContinuousParameterRanges": [X]}},
             "HyperParameterRanges is only supported in TrainingJobDefinitions"),
    accepted("one-named", "2.10", "One definition may have a name",
             {"D.DefinitionName": "only"}, {"D.DefinitionName": "only"}),
    _several("several-early-stopping", "Early stopping is for a single algorithm",
             several() | {"C.TrainingJobEarlyStoppingType": "Auto"},
             "Auto is only supported when tuning a single algorithm."),
    _several("several-off", "Early stopping may be said to be off",
             several() | {"C.TrainingJobEarlyStoppingType": "Off"}),
    _several("single-early-stopping", "A list of one definition may stop early",
             several(A) | {"C.TrainingJobEarlyStoppingType": "Auto"}),
    _several("several-31-ranges", "At most 30 hyperparameters are tuned over all definitions",
             several(tuned(16, "a"), tuned(15, "b")), "name 31 hyperparameters; at most 30"),
    _several("several-30-ranges", "30 hyperparameters over all definitions are accepted",
             several(tuned(15, "a"), tuned(15, "b"))),
    _several("several-49-variables", "At most 48 variables are set over all definitions",
             several(variables(25, "a"), variables(24, "b")), "more than the 48 entries"),
    _several("several-48-variables", "48 variables over all definitions are accepted",
             several(variables(24, "a"), variables(24, "b"))),
    _several("several-grid", "A grid counts the combinations of all definitions",
             several(*(definition(n, HyperParameterRanges=categorical(2)) for n in "ab"))
             | {"C.Strategy": "Grid", "L.MaxNumberOfTrainingJobs": GONE},
             shows={"L.MaxNumberOfTrainingJobs": 4}),
    _several("several-hyperband", "Hyperband needs a MaxResource for each definition",
             several(A, definition("b", StaticHyperParameters=SCRIPT))
             | {"C.Strategy": "Hyperband"}, "could not be inferred"),
    _several("several-too-few", "Combinations of all definitions must be enough",
             several(*(definition(n, HyperParameterRanges=categorical(2)) for n in "ab"))
             | {"L.MaxNumberOfTrainingJobs": 5}, "provided ranges [4.0]"),
    _several("several-shown", "Each definition shows its ranges, all kinds of them", several(),
             shows={"TrainingJobDefinitions.1.HyperParameterRanges.IntegerParameterRanges": [],
                    "TrainingJobDefinitions.1.HyperParameterRanges.ContinuousParameterRanges": [X],
                    "TrainingJobDefinitions.1.StaticHyperParameters._tuning_objective_metric":
                        "loss", "D": GONE, "R": GONE}),
    _several("several-best", "The best training job names its definition", several(),
             after=("work",),
             shows={"BestTrainingJob.TrainingJobDefinitionName": Like("a|b"),
                    "TrainingJobStatusCounters.Completed": 4}),
    _several("several-in-turn", "Definitions take turns at first",
             several() | {"L": LIMITS, "C.Strategy": "Bayesian"}, after=("work",), ask=TRIALS,
             shows={f"TrainingJobSummaries.{n}.TrainingJobDefinitionName": "ab"[n % 2]
                    for n in range(6)}),
    _several("several-random-in-turn", "Random gives each definition the same number of jobs",
             several() | {"L": LIMITS}, after=("work",), ask=TRIALS,
             shows={"TrainingJobSummaries.4.TrainingJobDefinitionName": "a",
                    "TrainingJobSummaries.5.TrainingJobDefinitionName": "b"}),
    _several("several-grid-runs", "A grid of several definitions is tried whole",
             several(definition("a", HyperParameterRanges=categorical(1)),
                     definition("b", HyperParameterRanges=categorical(3)))
             | {"C.Strategy": "Grid", "L.MaxNumberOfTrainingJobs": 4}, after=("work",), ask=TRIALS,
             shows={"TrainingJobSummaries.#": 4,
                    "TrainingJobSummaries.0.TunedHyperParameters": {"c0": "0"},
                    "TrainingJobSummaries.1.TunedHyperParameters": {"c0": "0"},
                    "TrainingJobSummaries.3.TunedHyperParameters": {"c0": "2"}}),
    _several("several-hyperband-apart", "Hyperband compares within a definition",
             several() | {"L": LIMITS | {"MaxNumberOfTrainingJobs": 20},
                          "C.Strategy": "Hyperband"},
             after=("jobs hold", "work",
                    *("emit 0.1 0.1", "end Completed", "work", "emit 9 9", "work", "end Completed",
                      "work") * 4, "emit 0.1", "end Completed", "work", "emit 9", "work"),
             shows={"TrainingJobStatusCounters.Stopped": 0,
                    "TrainingJobStatusCounters.InProgress": 1}),
    _several("several-one-unfit", "A definition whose training jobs would be refused is refused",
             several(A, changed(B, {"AlgorithmSpecification.TrainingImage": "strange:1"})),
             "strange"),
    _several("several-autotune", "Hints of a definition become its ranges",
             several(definition("a", HyperParameterRanges={"AutoParameters":
                        [{"Name": "n", "ValueHint": "4"}]}), B)
             | {"Autotune": {"Mode": "Enabled"}},
             shows={"TrainingJobDefinitions.0.HyperParameterRanges.IntegerParameterRanges":
                        [{"Name": "n", "MinValue": "2", "MaxValue": "8"}],
                    "C.TrainingJobEarlyStoppingType": "Off", "Autotune": ANY}),
]  # fmt: skip
