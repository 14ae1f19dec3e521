"""§3.4, §3.5, §3.8: lists, pages, tags."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import ANY, CREATE, GONE, INVALID, Rule

JOBS, TRIALS = "ListHyperParameterTuningJobs", "ListTrainingJobsForHyperParameterTuningJob"
NAMES = "HyperParameterTuningJobSummaries"
CHILDREN = "TrainingJobSummaries"
ARN = "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/job"
THREE = ((CREATE, {"N": "b-one"}), (CREATE, {"N": "a-two"}), (CREATE, {"N": "c-one"}))
RAN = ((CREATE, {}), "work")
HALF = (
    (CREATE, {"L": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 4}}),
    "jobs hold", "work", "emit 5", "end Stopped", "work",
)  # fmt: skip
"""Four training jobs that were stopped, of which the first told its objective."""


def _jobs(name: str, what: str, change: Json, *names: str, **more: Any) -> Rule:
    """A list of tuning jobs that shows these."""
    shows = {f"{NAMES}.#": len(names)} | {
        f"{NAMES}.{n}.HyperParameterTuningJobName": name for n, name in enumerate(names)
    }
    return Rule(
        id=name, section="3.5", what=what, operation=JOBS, change=change,
        before=more.pop("before", THREE), shows=shows | more.pop("shows", {}), **more,
    )  # fmt: skip


def _trials(name: str, what: str, change: Json, shows: Json, **more: Any) -> Rule:
    """A list of a tuning job's training jobs."""
    more.setdefault("before", RAN)
    return Rule(
        id=name, section="3.4", what=what, operation=TRIALS, change={"N": "job"} | change,
        shows=shows, **more,
    )  # fmt: skip


def _refused(name: str, operation: str, what: str, change: Json, message: str, **more: Any) -> Rule:
    section = "3.5" if operation == JOBS else "3.4"
    more.setdefault("code", INVALID)
    return Rule(
        id=name, section=section, what=what, operation=operation, change=change, message=message,
        before=RAN, **more,
    )  # fmt: skip


RULES: list[Rule] = [
    _jobs("list-by-name", "Tuning jobs are listed by name", {}, "a-two", "b-one", "c-one"),
    _jobs("list-descending", "The order can be turned", {"SortOrder": "Descending"},
          "c-one", "b-one", "a-two"),
    _jobs("list-by-time", "They are listed by creation where asked for",
          {"SortBy": "CreationTime"}, "b-one", "a-two", "c-one"),
    _jobs("list-by-status", "They are listed by status where asked for", {"SortBy": "Status"},
          "a-two", "b-one", "c-one"),
    _jobs("list-contains", "A part of the name selects", {"NameContains": "one"}, "b-one", "c-one"),
    _jobs("list-contains-case", "The part's case counts", {"NameContains": "ONE"}),
    _jobs("list-status", "A status selects", {"StatusEquals": "Completed"}),
    _jobs("list-status-running", "What runs is selected", {"StatusEquals": "InProgress"},
          "a-two", "b-one", "c-one"),
    _jobs("list-after", "A time of creation selects", {"CreationTimeAfter": 4_000_000_000}),
    _jobs("list-before", "A time before creation selects nothing",
          {"CreationTimeBefore": 1_000_000_000}),
    _jobs("list-modified-after", "A time of modification selects",
          {"LastModifiedTimeAfter": 1_000_000_000}, "a-two", "b-one", "c-one"),
    _jobs("list-modified-before", "A time before modification selects nothing",
          {"LastModifiedTimeBefore": 1_000_000_000}),
    _jobs("list-page", "A page has as many as asked for, and a token for more", {"MaxResults": 2},
          "a-two", "b-one", shows={"NextToken": ANY}),
    _jobs("list-last-page", "The last page has no token", {"MaxResults": 3},
          "a-two", "b-one", "c-one", shows={"NextToken": GONE}),
    _jobs("list-default-page", "A page has ten unless asked for",
          {}, *(f"j{n:02}" for n in range(10)), shows={"NextToken": ANY},
          before=tuple((CREATE, {"N": f"j{n:02}"}) for n in range(11))),
    _jobs("list-summary", "A summary has strategy, limits, counters and times", {}, "job",
          before=RAN, shows={
            f"{NAMES}.0.Strategy": "Random", f"{NAMES}.0.HyperParameterTuningJobArn": ARN,
            f"{NAMES}.0.HyperParameterTuningJobStatus": "Completed",
            f"{NAMES}.0.ResourceLimits.MaxParallelTrainingJobs": 2,
            f"{NAMES}.0.TrainingJobStatusCounters.Completed": 4,
            f"{NAMES}.0.ObjectiveStatusCounters.Succeeded": 4,
            f"{NAMES}.0.CreationTime": ANY, f"{NAMES}.0.LastModifiedTime": ANY,
            f"{NAMES}.0.HyperParameterTuningEndTime": ANY}),
    _jobs("list-nothing", "A list may be empty", {}, before=()),
    *(
        _refused(f"list-{name}", JOBS, what, change, message, **more)
        for name, what, change, message, more in (
            ("101", "A page has at most 100", {"MaxResults": 101},
             "Member must have value less than or equal to 100", {}),
            ("0", "A page has at least 1", {"MaxResults": 0},
             "Member must have value greater than or equal to 1", {"by": "boto3"}),
            ("sort", "Order is by name, status or creation", {"SortBy": "LastModifiedTime"},
             "Member must satisfy enum value set: [Name, Status, CreationTime]", {}),
            ("order", "Order is Ascending or Descending", {"SortOrder": "Down"},
             "Member must satisfy enum value set: [Ascending, Descending]", {}),
            ("status-unknown", "A status is one of seven", {"StatusEquals": "Done"},
             "Member must satisfy enum value set:", {}),
            ("contains-pattern", "A part of a name has letters, digits and hyphens",
             {"NameContains": "a_b"}, "Member must satisfy regular expression pattern", {}),
            ("contains-long", "A part of a name has at most 63 characters",
             {"NameContains": "a" * 64}, "Member must have length less than or equal to 63", {}),
            ("token", "A token that nobody gave is refused", {"NextToken": "forged"},
             "NextToken", {}),
            ("token-text", "A token that decodes to something else is refused",
             {"NextToken": "eyJvZmZzZXQiOiAieCJ9"}, "NextToken", {}),
            ("token-long", "A token has at most 8192 characters", {"NextToken": "a" * 8193},
             "Member must have length less than or equal to 8192", {}),
        )
    ),
    _trials("trials", "Training jobs are listed by name, in the order of their numbers", {},
            {f"{CHILDREN}.#": 4, f"{CHILDREN}.0.TrainingJobStatus": "Completed",
             f"{CHILDREN}.0.ObjectiveStatus": "Succeeded", f"{CHILDREN}.0.TrainingJobArn": ANY,
             f"{CHILDREN}.0.CreationTime": ANY, f"{CHILDREN}.0.TunedHyperParameters.x": ANY,
             f"{CHILDREN}.0.FinalHyperParameterTuningJobObjectiveMetric.MetricName": "loss",
             f"{CHILDREN}.0.TunedHyperParameters.epochs": GONE}),
    _trials("trials-page", "A page has as many as asked for", {"MaxResults": 3},
            {f"{CHILDREN}.#": 3, "NextToken": ANY}),
    _trials("trials-status", "A status selects", {"StatusEquals": "Stopped"},
            {f"{CHILDREN}.#": 4, "NextToken": GONE}, before=HALF),
    _trials("trials-status-none", "Another status selects nothing", {"StatusEquals": "Failed"},
            {f"{CHILDREN}": []}, before=HALF),
    _trials("trials-by-objective", "By objective, those without one are left out",
            {"SortBy": "FinalObjectiveMetricValue"},
            {f"{CHILDREN}.#": 1,
             f"{CHILDREN}.0.FinalHyperParameterTuningJobObjectiveMetric.Value": 5.0}, before=HALF),
    _trials("trials-by-status", "They are listed by status where asked for", {"SortBy": "Status"},
            {f"{CHILDREN}.#": 4}, before=HALF),
    _trials("trials-by-time", "They are listed by creation where asked for",
            {"SortBy": "CreationTime"}, {f"{CHILDREN}.#": 4}),
    _trials("trials-without-objective", "What has no objective shows none", {},
            {f"{CHILDREN}.1.FinalHyperParameterTuningJobObjectiveMetric": GONE,
             f"{CHILDREN}.1.ObjectiveStatus": "Failed"}, before=HALF),
    _trials("trials-pending", "What runs is pending", {},
            {f"{CHILDREN}.0.ObjectiveStatus": "Pending", f"{CHILDREN}.0.TrainingEndTime": GONE},
            before=((CREATE, {}), "jobs hold", "work")),
    _trials("trials-reason", "What failed tells why", {},
            {f"{CHILDREN}.0.FailureReason": "AlgorithmError: , exit code: 1"},
            before=((CREATE, {}), "jobs fail", "work")),
    _trials("trials-none", "A job may have no training jobs yet", {}, {CHILDREN: []},
            before=((CREATE, {}),)),
    *(
        _refused(f"trials-{name}", TRIALS, what, change, message, **more)
        for name, what, change, message, more in (
            ("unknown", "Training jobs of an unknown tuning job are not listed", {"N": "nobody"},
             "can't find a tuning job called nobody", {"code": "ResourceNotFound"}),
            ("sort", "Order is one of four", {"N": "job", "SortBy": "Value"},
             "[Name, CreationTime, Status, FinalObjectiveMetricValue]", {}),
            ("token", "A token that nobody gave is refused", {"N": "job", "NextToken": "Zm9v"},
             "NextToken", {}),
            ("101", "A page has at most 100", {"N": "job", "MaxResults": 101},
             "Member must have value less than or equal to 100", {}),
            ("no-name", "The tuning job is named", {}, "Member must not be null", {"by": "boto3"}),
        )
    ),
    Rule(id="tags-listed", section="3.8", what="Tags are listed by ARN", operation="ListTags",
         change={"ResourceArn": ARN}, before=((CREATE, {"Tags": [{"Key": "a", "Value": "1"}]}),),
         shows={"Tags": [{"Key": "a", "Value": "1"}]}),
    Rule(id="tags-added", section="3.8", what="Tags are added by ARN", operation="AddTags",
         change={"ResourceArn": ARN, "Tags": [{"Key": "b", "Value": "2"}]},
         before=((CREATE, {"Tags": [{"Key": "a", "Value": "1"}]}),), shows={"Tags.#": 2}),
    Rule(id="tags-taken", section="3.8", what="Tags are taken away by ARN", operation="DeleteTags",
         change={"ResourceArn": ARN, "TagKeys": ["a"]},
         before=((CREATE, {"Tags": [{"Key": "a", "Value": "1"}]}),),
         ask=("ListTags", {"ResourceArn": ARN}), shows={"Tags": []}),
]  # fmt: skip
