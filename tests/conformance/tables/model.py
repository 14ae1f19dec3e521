"""§1.4, §2.1: constraints of the service model, in the service's wording."""

from __future__ import annotations

from typing import Any

from tests.conformance.rule import ANY, GONE, Rule, accepted, parts, refused
from tests.conformance.valid import CHANNEL, METRIC

CONSTRAINT = "failed to satisfy constraint: Member must"

SHORT = 24
"""Refused values of at most so many characters are told on the page."""


def broken(
    name: str, path: str, value: Any, rest: str, *, section: str = "1.4", **more: Any
) -> Rule:
    """A member whose value breaks one constraint of the model."""
    first = ".".join(part[:1].lower() + part[1:] for part in _written(path).split("."))
    shown = f"; `{value!r}` is refused" if len(str(value)) <= SHORT else ""
    what = f"{_written(path)} must {rest}{shown}"
    message = f"at '{_counted(first)}' {CONSTRAINT} {rest}"
    return refused(name, section, what, message, {path: value}, **more)


def _written(path: str) -> str:
    return ".".join(parts(path))


def _counted(path: str) -> str:
    """The path as the service writes it: list items from 1, as members."""
    written = [f"{int(each) + 1}.member" if each.isdecimal() else each for each in path.split(".")]
    return ".".join(written)


def missing(name: str, path: str, *, section: str) -> Rule:
    """A member that must be there."""
    first = ".".join(part[:1].lower() + part[1:] for part in _written(path).split("."))
    return refused(
        name, section, f"{_written(path)} is required",
        f"Value null at '{first}' {CONSTRAINT} not be null", {path: GONE}, by="boto3",
    )  # fmt: skip


NAME = "satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}"
A = "D.AlgorithmSpecification"

RULES: list[Rule] = [
    missing("name-missing", "N", section="2.1"),
    missing("config-missing", "HyperParameterTuningJobConfig", section="2.1"),
    missing("strategy-missing", "C.Strategy", section="2.2"),
    missing("limits-missing", "L", section="2.2"),
    missing("parallel-missing", "L.MaxParallelTrainingJobs", section="2.3"),
    missing("algorithm-missing", A, section="2.10"),
    missing("role-missing", "D.RoleArn", section="2.10"),
    missing("output-missing", "D.OutputDataConfig", section="2.10"),
    missing("stopping-missing", "D.StoppingCondition", section="2.10"),
    missing("input-mode-missing", f"{A}.TrainingInputMode", section="2.10"),
    missing("objective-type-missing", "C.HyperParameterTuningJobObjective.Type", section="2.2"),
    missing("output-path-missing", "D.OutputDataConfig.S3OutputPath", section="2.10"),
    broken("name-long", "N", "a" * 33, "have length less than or equal to 32", section="2.1"),
    broken("name-underscore", "N", "my_job", NAME, section="2.1"),
    broken("name-colon", "N", "my:job", NAME, section="2.1"),
    broken("name-hyphen-first", "N", "-job", NAME, section="2.1"),
    broken("name-hyphen-last", "N", "job-", NAME, section="2.1"),
    broken("name-newline", "N", "job\n", NAME, section="2.1"),
    broken("name-empty", "N", "", "have length greater than or equal to 1", section="2.1",
           by="boto3"),
    broken("strategy-unknown", "C.Strategy", "Annealing", "satisfy enum value set: [Bayesian",
           section="2.2"),
    broken("strategy-case", "C.Strategy", "random", "satisfy enum value set:", section="2.2"),
    broken("early-stopping-case", "C.TrainingJobEarlyStoppingType", "AUTO",
           "satisfy enum value set: [Off, Auto]", section="2.2"),
    broken("objective-type-case", "C.HyperParameterTuningJobObjective.Type", "minimize",
           "satisfy enum value set: [Maximize, Minimize]", section="2.2"),
    broken("metric-name-long", "C.HyperParameterTuningJobObjective.MetricName", "m" * 256,
           "have length less than or equal to 255", section="2.2"),
    broken("seed-negative", "C.RandomSeed", -1, "have value greater than or equal to 0",
           section="2.7", by="boto3"),
    broken("jobs-zero", "L.MaxNumberOfTrainingJobs", 0, "have value greater than or equal to 1",
           section="2.3", by="boto3"),
    broken("parallel-zero", "L.MaxParallelTrainingJobs", 0,
           "have value greater than or equal to 1", section="2.3", by="boto3"),
    broken("runtime-short", "L.MaxRuntimeInSeconds", 119,
           "have value greater than or equal to 120", section="2.3", by="boto3"),
    broken("runtime-long", "L.MaxRuntimeInSeconds", 15_768_001,
           "have value less than or equal to 15768000", section="2.3"),
    broken("stalled-few",
           "C.TuningJobCompletionCriteria.BestObjectiveNotImproving"
           ".MaxNumberOfTrainingJobsNotImproving", 2,
           "have value greater than or equal to 3", section="4.3", by="boto3"),
    broken("convergence-unknown",
           "C.TuningJobCompletionCriteria.ConvergenceDetected.CompleteOnConvergence", "On",
           "satisfy enum value set: [Disabled, Enabled]", section="4.3"),
    broken("tags-many", "Tags", [{"Key": str(n), "Value": ""} for n in range(51)],
           "have length less than or equal to 50", section="2.1"),
    refused("tag-key-pattern", "2.1", "A tag's key has letters, digits, spaces and _.:/=+-@",
            f"Value 'a#b' at 'tags.1.member.key' {CONSTRAINT} satisfy regular expression",
            {"Tags": [{"Key": "a#b", "Value": ""}]}),
    refused("tag-value-long", "2.1", "A tag's value has at most 256 characters",
            f"at 'tags.1.member.value' {CONSTRAINT} have length less than or equal to 256",
            {"Tags": [{"Key": "a", "Value": "v" * 257}]}),
    broken("role-pattern", "D.RoleArn", "arn:aws:iam::1:role/benchtop",
           "satisfy regular expression pattern: arn:aws", section="2.10"),
    broken("role-short", "D.RoleArn", "arn:aws", "have length greater than or equal to 20",
           section="2.10", by="boto3"),
    broken("output-path-pattern", "D.OutputDataConfig.S3OutputPath", "ftp://bucket/out",
           "satisfy regular expression pattern: (https|s3)", section="2.10"),
    broken("image-space", f"{A}.TrainingImage", "m" * 256, "have length less than or equal to 255",
           section="2.10"),
    broken("input-mode-unknown", f"{A}.TrainingInputMode", "Stream",
           "satisfy enum value set: [Pipe, File, FastFile]", section="2.10"),
    broken("metrics-many", f"{A}.MetricDefinitions",
           [METRIC, *({"Name": str(n), "Regex": "(.)"} for n in range(40))],
           "have length less than or equal to 40", section="2.10"),
    refused("regex-long", "2.10", "A metric's regex has at most 500 characters",
            f"at 'trainingJobDefinition.algorithmSpecification.metricDefinitions.1.member.regex' "
            f"{CONSTRAINT} have length less than or equal to 500",
            {f"{A}.MetricDefinitions.0.Regex": "(.)" * 167}),
    broken("channels-many", "D.InputDataConfig",
           [CHANNEL | {"ChannelName": f"c{n}"} for n in range(21)],
           "have length less than or equal to 20", section="2.10"),
    refused("channel-name", "6.2", "A channel's name has letters, digits, dots, - and _",
            f"at 'trainingJobDefinition.inputDataConfig.1.member.channelName' {CONSTRAINT} satisfy "
            "regular expression pattern: [A-Za-z0-9\\.\\-_]+",
            {"D.InputDataConfig.0.ChannelName": "a b"}),
    refused("static-long", "2.10", "A static value has at most 2500 characters",
            "at 'trainingJobDefinition.staticHyperParameters' failed to satisfy constraint: Map "
            "value must satisfy constraint: [Member must have length less than or equal to 2500",
            {"D.StaticHyperParameters.long": "v" * 2501}),
    refused("static-key-long", "2.10", "A static name has at most 256 characters",
            "failed to satisfy constraint: Map keys must satisfy constraint: [Member must have "
            "length less than or equal to 256", {"D.StaticHyperParameters": {"k" * 257: "1"}}),
    broken("static-many", "D.StaticHyperParameters", {str(n): "" for n in range(101)},
           "have length less than or equal to 100", section="2.10"),
    refused("variable-name", "2.10", "A variable's name begins with a letter or _",
            "at 'trainingJobDefinition.environment' failed to satisfy constraint: Map keys must "
            "satisfy constraint", {"D.Environment": {"1A": "x"}}),
    refused("variable-long", "2.10", "A variable's value has at most 512 characters",
            "at 'trainingJobDefinition.environment' failed to satisfy constraint: Map value must",
            {"D.Environment": {"A": "x" * 513}}),
    broken("retry-many", "D.RetryStrategy.MaximumRetryAttempts", 31,
           "have value less than or equal to 30", section="2.10"),
    broken("run-zero", "D.StoppingCondition.MaxRuntimeInSeconds", 0,
           "have value greater than or equal to 1", section="2.10", by="boto3"),
    broken("instance-unknown", "D.ResourceConfig.InstanceType", "ml.none.large",
           "satisfy enum value set:", section="2.11"),
    broken("kms-pattern", "D.OutputDataConfig.KmsKeyId", "a b",
           "satisfy regular expression pattern: [a-zA-Z0-9:/_-]*", section="2.10"),
    broken("mode-unknown", "Autotune.Mode", "On", "satisfy enum value set: [Enabled]",
           section="2.9"),
    refused("two-violations", "1.4", "Several violations are told together",
            "2 validation errors detected: Value", {"N": "a_b", "C.Strategy": "None"}),
    refused("one-violation", "1.4", "One violation is counted in the singular",
            "1 validation error detected: Value 'a_b' at 'hyperParameterTuningJobName' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: ", {"N": "a_b"}),
    refused("number-as-bound", "2.4", "Bounds are strings, not numbers",
            "can not be converted to a String", {"R.ContinuousParameterRanges.0.MinValue": 0},
            code="SerializationException", by="boto3"),
    refused("unknown-member", "1.1", "A member that the model does not have is refused by name",
            "is not in the AWS model", {"C.Budget": 1}, by="boto3"),
    accepted("name-longest", "2.1", "A name of 32 characters is accepted",
             {"N": "a" * 32}, {"N": "a" * 32}),
    accepted("name-hyphens", "2.1", "Hyphens may follow each other inside a name",
             {"N": "a--1"}, {"N": "a--1"}),
    accepted("tags-50", "2.1", "50 tags are accepted", {"N": "job"},
             {"Tags": [{"Key": str(n), "Value": ""} for n in range(50)]}),
    accepted("static-longest", "2.10", "A static value of 2500 characters is accepted",
             {"D.StaticHyperParameters.long": "v" * 2500},
             {"D.StaticHyperParameters.long": "v" * 2500}),
    accepted("no-tags", "2.1", "An empty list of tags is accepted",
             {"WarmStartConfig": GONE, "HyperParameterTuningJobArn": ANY}, {"Tags": []}),
]  # fmt: skip
