"""SageMaker's rules of tuning, one row each, over raw HTTP and over boto3."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from benchtop.store.records import Record
from benchtop.wire import Json
from tests.conformance.bench import Answer, Bench
from tests.conformance.page import PAGE, page
from tests.conformance.rule import (
    ANY,
    CHILD,
    CREATE,
    DESCRIBE,
    GONE,
    TRAIN,
    Like,
    Rule,
    Same,
    at,
    changed,
)
from tests.conformance.tables import RULES
from tests.conformance.valid import TRAINING, TUNING

Ask = Callable[[str, Json], Answer]
LIST = "ListTrainingJobsForHyperParameterTuningJob"
LOCAL = (0, {"__type": "ParamValidationError", "message": ""})
BASES = {CREATE: TUNING, TRAIN: TRAINING}


def over_boto3(bench: Bench) -> Ask:
    """Requests through a real client; what it refuses by itself has no status."""
    client = bench.client()

    def ask(operation: str, request: Json) -> Answer:
        try:
            answer = getattr(client, xform_name(operation))(**request)
        except ParamValidationError:
            return LOCAL
        except ClientError as refusal:
            error = refusal.response["Error"]
            status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
            return status, {"__type": error["Code"], "message": error["Message"]}
        answer.pop("ResponseMetadata")
        return 200, answer

    return ask


ROADS: dict[str, Callable[[Bench], Ask]] = {
    "http": lambda bench: bench.raw,
    "boto3": over_boto3,
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_rule_holds(bench: Bench, rule: Rule, road: str) -> None:
    """What AWS accepts is accepted and described as AWS does; what it refuses leaves no trace."""
    ask = ROADS[road](bench)
    follow(bench, ask, rule.before)
    known = contents(bench)
    request = changed(BASES.get(rule.operation, {}), rule.change)

    status, answer = ask(rule.operation, request)

    if road == "boto3" and rule.by == "boto3":
        assert (status, answer) == LOCAL
    elif rule.code:
        assert (status, answer["__type"]) == (400, rule.code), answer
        assert rule.message in (answer.get("message") or answer.get("Message") or "")
        assert contents(bench) == known
    else:
        assert status == 200, answer
        follow(bench, ask, rule.after)
        compare(last_answer(ask, rule, request, answer), rule.shows)


def follow(bench: Bench, ask: Ask, steps: tuple[Any, ...]) -> None:
    """Take a row's steps, each of which must succeed."""
    for step in steps:
        if isinstance(step, str):
            bench.do(step)
        else:
            operation, change = step
            status, answer = ask(operation, changed(BASES.get(operation, {}), change))
            assert status == 200, answer


def last_answer(ask: Ask, rule: Rule, request: Json, answer: Json) -> Json:
    """What the row looks at in the end."""
    if rule.ask == CHILD:
        return child(ask)
    asked = rule.ask or described(rule.operation, request)
    if asked is None:
        return answer
    operation, change = asked
    status, answer = ask(operation, changed({}, change))
    assert status == 200, answer
    return answer


def described(operation: str, request: Json) -> tuple[str, Json] | None:
    """How what was created is described."""
    if operation == CREATE:
        return DESCRIBE, {"N": request["HyperParameterTuningJobName"]}
    if operation == TRAIN:
        return "DescribeTrainingJob", {"TrainingJobName": request["TrainingJobName"]}
    return None


def child(ask: Ask) -> Json:
    """The first training job of the tuning job, described, with its tags."""
    listed = ask(LIST, {"HyperParameterTuningJobName": "job"})[1]["TrainingJobSummaries"]
    named = {"TrainingJobName": listed[0]["TrainingJobName"]}
    answer = ask("DescribeTrainingJob", named)[1]
    tags = ask("ListTags", {"ResourceArn": answer["TrainingJobArn"]})[1]["Tags"]
    return {**answer, "Tags": tags}


def compare(answer: Json, shows: Json) -> None:
    """Every path shows what it must."""
    for path, wanted in shows.items():
        found = at(answer, path)
        if wanted is ANY:
            assert found is not GONE, path
        elif isinstance(wanted, Like):
            assert re.fullmatch(wanted.pattern, str(found)), (path, found)
        elif isinstance(wanted, Same):
            assert found == at(answer, wanted.path), path
        else:
            assert found == wanted, (path, found)
            assert not isinstance(found, datetime)


def contents(bench: Bench) -> list[Record]:
    """Everything that is remembered."""
    rows = bench.records._db.execute("SELECT * FROM records ORDER BY kind, name").fetchall()
    return list(rows)


def test_the_table_is_large() -> None:
    """At least 200 rules, each with a name of its own, some of them refusals and some not."""
    assert len(RULES) >= 200
    assert [name for name, times in Counter(each.id for each in RULES).items() if times > 1] == []
    assert min(Counter(bool(each.code) for each in RULES).values()) >= 60


def test_the_page_tells_these_rules() -> None:
    """docs/tuning-rules.md is what the tables say."""
    assert PAGE.read_text() == page(), "run python -m tests.conformance.page"
