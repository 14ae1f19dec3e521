"""What the front promises: every request finds its service, or a refusal that it can read."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.door.server import Server

DESCRIBE = {"X-Amz-Target": "SageMaker.DescribeTrainingJob"}


def post(
    wire: http.client.HTTPConnection, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    wire.request("POST", "/", body, headers or DESCRIBE)
    answer = wire.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_describe_goes_there_and_back(client: Callable[[str], Any]) -> None:
    """
    A real client reads what the desk said, through the model's shape.
    """
    answer = client("sagemaker").describe_training_job(TrainingJobName="one")

    assert answer["TrainingJobName"] == "one"
    assert answer["CreationTime"].timestamp() == 1.5
    assert "_private" not in answer
    assert answer["ResponseMetadata"]["RequestId"]


def test_a_modelled_error_is_the_clients_own_exception(client: Callable[[str], Any]) -> None:
    """
    A modelled refusal arrives as the exception that the client has for it.
    """
    sagemaker = client("sagemaker")

    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match="Requested resource"):
        sagemaker.describe_training_job(TrainingJobName="missing")


@pytest.mark.parametrize(("name", "member"), [("missing", "Message"), ("not_a_name", "message")])
def test_the_message_stands_where_the_model_has_it(
    wire: http.client.HTTPConnection, name: str, member: str
) -> None:
    """
    Modelled errors say Message, the generic one says message.
    """
    status, body = post(wire, json.dumps({"TrainingJobName": name}).encode())

    assert status == 400
    assert {"__type", member} == set(body)


def test_a_fault_of_benchtop_is_an_internal_failure(
    client: Callable[[str], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """
    A fault of our own answers 500 without a traceback, which stands in the log.
    """
    with pytest.raises(ClientError, match="InternalFailure") as no:
        client("sagemaker").describe_training_job(TrainingJobName="broken")

    assert no.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "The request is not JSON"),
        (b"\xff\xfe", "The request is not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"TrainingJobName": NaN}', "NaN is not a JSON number"),
        (b'{"TrainingJobName": ' + b"9" * 5000 + b"}", "The request is not JSON"),
        (b'{"TrainingJobName": "\\ud800"}', "not Unicode"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested more than 64 levels"),
        (b"[" * 100_000, "nested more than 64 levels"),
        (b'{"TrainingJobName": 1}', "NUMBER_VALUE can not be converted to a String"),
    ],
)
def test_a_request_that_cannot_be_read_is_a_serialization_error(
    wire: http.client.HTTPConnection, body: bytes, said: str
) -> None:
    """
    Garbage is refused with a sentence, and the connection goes on.
    """
    status, answer = post(wire, body)

    assert (status, answer["__type"]) == (400, "SerializationException")
    assert said in answer["message"]
    assert post(wire, b'{"TrainingJobName": "one"}')[0] == 200


def test_null_members_count_as_absent(wire: http.client.HTTPConnection) -> None:
    """
    A null is nothing, at the top and below.
    """
    asked = {"ModelName": "m", "Containers": None, "PrimaryContainer": {"Image": None}}

    status, answer = post(
        wire, json.dumps(asked).encode(), {"X-Amz-Target": "SageMaker.CreateModel"}
    )

    assert status == 400
    assert answer["message"].startswith("PrimaryContainer of CreateModel is not honoured")


def test_an_unknown_member_is_refused_by_name(wire: http.client.HTTPConnection) -> None:
    """
    What the model does not have is named.
    """
    status, answer = post(wire, b'{"TrainingJobName": "one", "Colour": "red"}')

    assert (status, answer["__type"]) == (400, "ValidationException")
    assert "Colour" in answer["message"]


def test_a_body_that_is_too_large_is_refused_unread(wire: http.client.HTTPConnection) -> None:
    """
    The size is refused by its announcement, before the bytes arrive.
    """
    wire.putrequest("POST", "/")
    wire.putheader("X-Amz-Target", DESCRIBE["X-Amz-Target"])
    wire.putheader("Content-Length", str(1 << 40))
    wire.endheaders()

    assert wire.getresponse().status == 413


def test_a_refused_head_has_no_body(wire: http.client.HTTPConnection) -> None:
    """
    The connection goes on after a HEAD that was refused.
    """
    wire.request("HEAD", "/", headers={"X-Amz-Target": "Nobody.Nothing"})
    assert wire.getresponse().read() == b""

    assert post(wire, b'{"TrainingJobName": "one"}')[0] == 200


def test_a_chunked_body_is_read(wire: http.client.HTTPConnection) -> None:
    """
    A body without Content-Length is as good as one with.
    """
    chunks = iter([b'{"TrainingJob', b'Name": "one"}'])
    wire.request("POST", "/", chunks, DESCRIBE, encode_chunked=True)

    assert json.loads(wire.getresponse().read())["TrainingJobName"] == "one"


@pytest.mark.parametrize(
    "target", ["SageMaker.Nonsense", "SageMaker.ListModels", "Nobody.Nothing", "Nonsense", "."]
)
def test_an_unknown_target_is_refused_by_name(
    wire: http.client.HTTPConnection, target: str
) -> None:
    """
    An operation that is not built answers 501 and its own name.
    """
    status, answer = post(wire, b"{}", {"X-Amz-Target": target})

    assert (status, answer["__type"]) == (501, "UnknownOperationException")
    assert target.removeprefix("SageMaker.") in answer["message"]


def test_logs_are_answered_by_our_own_desk(client: Callable[[str], Any]) -> None:
    """
    CloudWatch Logs is one of our JSON services.
    """
    answer = client("logs").describe_log_groups(logGroupNamePrefix="/aws/x")

    assert answer["logGroups"] == [{"logGroupName": "/aws/x", "creationTime": 12}]


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_reaches_s3(client: Callable[..., Any], version: str) -> None:
    """
    A URL signed in its query, by either version, is S3's, and needs no header.
    """
    s3 = client("s3", signature_version=version)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k/x y"})

    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"GET /b/k/x y"


def test_a_stranger_is_sent_to_s3(server: Server) -> None:
    """
    An unsigned request is for S3, which may serve strangers.
    """
    with urllib.request.urlopen(f"{server.endpoint}/bucket/key") as answer:
        assert answer.read() == b"GET /bucket/key"


def test_pages_of_benchtop_are_for_the_unsigned(server: Server) -> None:
    """
    A browser finds benchtop's own pages under a path that no bucket can have.
    """
    with urllib.request.urlopen(f"{server.endpoint}/_benchtop/jobs") as answer:
        assert answer.read() == b"page"
