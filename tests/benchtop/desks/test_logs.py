from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest
from botocore.exceptions import ClientError
from botocore.model import ServiceModel

from benchtop.desks.logs.logs import LogsDesk
from benchtop.desks.place import Place
from benchtop.door.json11 import Door
from benchtop.store.logs import Logs

GROUP = "/aws/sagemaker/TrainingJobs"


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """An empty store of logs."""
    return Logs(tmp_path / "logs")


@pytest.fixture
def logs(store: Logs, connect: Any) -> Any:
    """A boto3 client of CloudWatch Logs."""
    loader = botocore.loaders.create_loader()
    model = ServiceModel(loader.load_service_model("logs", "service-2"), "logs")
    return connect(Door(model, [LogsDesk(store, Place())]))


@pytest.fixture
def stream(store: Logs) -> Any:
    """A stream of seven events, one second apart."""
    store.append(GROUP, "job/algo-1-1", [(1000 * at, f"line {at}") for at in range(1, 8)])
    return {"logGroupName": GROUP, "logStreamName": "job/algo-1-1"}


def test_pages_from_the_head_end_with_a_token_that_repeats(logs: Any, stream: Any) -> None:
    """
    Every event comes once; the page after the last is empty, and its token leads to itself.
    """
    texts, token = [], {}
    while True:
        page = logs.get_log_events(**stream, startFromHead=True, limit=3, **token)
        if not page["events"]:
            break
        texts += [event["message"] for event in page["events"]]
        token = {"nextToken": page["nextForwardToken"]}

    assert texts == [f"line {at}" for at in range(1, 8)]
    assert page["nextForwardToken"] == token["nextToken"]


def test_a_stream_that_grows_goes_on_from_its_token(logs: Any, stream: Any, store: Logs) -> None:
    """
    What is printed after the end was reached comes with the next page.
    """
    token = logs.get_log_events(**stream, startFromHead=True)["nextForwardToken"]
    store.append(GROUP, "job/algo-1-1", [(9000, "late")])

    page = logs.get_log_events(**stream, nextToken=token)

    assert [event["message"] for event in page["events"]] == ["late"]


def test_the_tail_comes_first_without_start_from_head(logs: Any, stream: Any) -> None:
    """
    The last events are the first page; the backward token leads to those before.
    """
    last = logs.get_log_events(**stream, limit=2)
    before = logs.get_log_events(**stream, limit=2, nextToken=last["nextBackwardToken"])

    assert [event["message"] for event in last["events"]] == ["line 6", "line 7"]
    assert [event["message"] for event in before["events"]] == ["line 4", "line 5"]


def test_times_bound_what_is_read(logs: Any, stream: Any) -> None:
    """
    startTime is within, endTime is not.
    """
    page = logs.get_log_events(**stream, startFromHead=True, startTime=2000, endTime=4000)

    assert [event["timestamp"] for event in page["events"]] == [2000, 3000]


def test_events_keep_their_lines(logs: Any) -> None:
    """
    An event of several lines, and of odd characters, comes back as it went.
    """
    text = "first\n second\n\n999 third\t\u00fc"
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="2026/01/01/[$LATEST]abc")
    names = {"logGroupName": "g", "logStreamName": "2026/01/01/[$LATEST]abc"}
    events = [{"timestamp": 5, "message": text}, {"timestamp": 6, "message": "next"}]
    logs.put_log_events(**names, logEvents=events)

    found = logs.get_log_events(**names, startFromHead=True)["events"]

    assert [event["message"] for event in found] == [text, "next"]


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7]), ("line 7", [7]), ('"line 3"', [3]),
        ("?3 ?4", [3, 4]), ("line -7 -6 -5", [1, 2, 3, 4]), ("absent", []),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("stream")
def test_filters_find_words(logs: Any, pattern: str, numbers: list[int]) -> None:
    """
    Words must all be there, ?words one of them, -words none.
    """
    found = logs.filter_log_events(logGroupName=GROUP, filterPattern=pattern)["events"]

    assert [event["message"] for event in found] == [f"line {each}" for each in numbers]


@pytest.mark.usefixtures("stream")
def test_patterns_that_are_not_words_are_refused(logs: Any) -> None:
    """
    A JSON pattern is not taken for a word.
    """
    with pytest.raises(ClientError, match="not honoured by benchtop"):
        logs.filter_log_events(logGroupName=GROUP, filterPattern="{ $.a = 1 }")


@pytest.mark.usefixtures("stream")
def test_streams_and_groups_are_described(logs: Any, store: Logs) -> None:
    """
    By prefix, or by the last event, with their times.
    """
    store.append(GROUP, "other", [(500, "x")])

    named = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="job/")
    last = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/")["logGroups"]

    assert [each["lastEventTimestamp"] for each in named["logStreams"]] == [7000]
    assert [each["logStreamName"] for each in last["logStreams"]] == ["job/algo-1-1", "other"]
    assert groups[0]["arn"] == f"arn:aws:logs:us-east-1:000000000000:log-group:{GROUP}:*"


def test_groups_are_made_once_kept_and_removed(logs: Any) -> None:
    """
    A second group of a name is refused; a retention is remembered; removed is removed.
    """
    logs.create_log_group(logGroupName="g")
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName="g")
    logs.put_retention_policy(logGroupName="g", retentionInDays=7)

    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 7
    logs.delete_log_group(logGroupName="g")
    assert logs.describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize("name", ["..", "../../etc", "nobody", "x" * 500])
def test_names_never_leave_the_folder(logs: Any, name: str) -> None:
    """
    A group that does not exist is not found, whatever its name looks like.
    """
    with pytest.raises(ClientError) as refused:
        logs.get_log_events(logGroupName=name, logStreamName="../secret")

    code = refused.value.response["Error"]["Code"]
    assert code in ("ResourceNotFoundException", "InvalidParameterException")
    assert re.search("does not exist|too long", str(refused.value))


def test_a_forged_token_is_refused(logs: Any, stream: Any) -> None:
    """
    A token that we did not give is not valid.
    """
    with pytest.raises(ClientError, match="nextToken is invalid"):
        logs.get_log_events(**stream, nextToken="abc")


def test_a_shown_file_becomes_a_stream_of_its_own(store: Logs, tmp_path: Path) -> None:
    """
    A job's log is read where it is, and moves when the job's folder goes.
    """
    path = tmp_path / "log"
    name = store.show(GROUP, "job/algo-1-{}", path)
    path.write_text("1 one\n2 half")
    while_there = [event.text for event in store.events(GROUP, name)]
    store.take(path)

    assert while_there == ["one"]
    assert not path.exists()
    assert [event.text for event in store.events(GROUP, name)] == ["one"]
