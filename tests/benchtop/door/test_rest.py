"""What the REST-JSON door promises: every member travels where the model puts it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.store.records import Records

METRIC = {
    "MetricName": "loss",
    "ResourceArn": "arn:aws:sagemaker:us-east-1:000000000000:training-job/one",
    "MetricStat": "Last",
    "Period": "OneHour",
    "XAxisType": "Timestamp",
}
STREAMED = {"EndpointName": "one", "Body": b""}
FEATURES = {"FeatureGroupName": "one", "RecordIdentifiersValueAsString": ["1"]}
ROLE = "arn:aws:iam::000000000000:role/benchtop"


def test_a_prediction_travels_as_bytes(client: Callable[[str], Any]) -> None:
    """
    The body goes there and back untouched, what describes it in headers.
    """
    content = bytes(range(256))

    answer = client("sagemaker-runtime").invoke_endpoint(
        EndpointName="one", Body=content, ContentType="text/csv", CustomAttributes="a=b"
    )

    assert content[::-1] == answer["Body"].read()
    assert (answer["ContentType"], answer["CustomAttributes"]) == ("text/csv", "a=b")
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-invoked-production-variant"] == "AllTraffic"


def test_a_failing_model_is_a_model_error(client: Callable[[str], Any]) -> None:
    """
    A modelled error has the status and the further members of its model.
    """
    runtime = client("sagemaker-runtime")

    with pytest.raises(runtime.exceptions.ModelError) as no:
        runtime.invoke_endpoint(EndpointName="failing", Body=b"")

    assert no.value.response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert no.value.response["OriginalStatusCode"] == 500


def test_a_wrong_name_is_the_services_own_validation_error(client: Callable[[str], Any]) -> None:
    """
    The runtime calls ValidationError what SageMaker calls ValidationException.
    """
    runtime = client("sagemaker-runtime")

    with pytest.raises(runtime.exceptions.ClientError, match="at 'endpointName'") as no:
        runtime.invoke_endpoint(EndpointName="a_b", Body=b"")

    assert no.value.response["Error"]["Code"] == "ValidationError"


def test_a_header_cannot_be_ended_from_outside(wire: http.client.HTTPConnection) -> None:
    """
    What a desk echoes into a header stays in that header.
    """
    headers = {"X-Amzn-SageMaker-Custom-Attributes": "a\tb"}
    wire.request("POST", "/endpoints/one/invocations", b"x", headers)

    answer = wire.getresponse()

    assert (answer.read(), answer.headers["X-Amzn-SageMaker-Custom-Attributes"]) == (b"x", "a b")


def test_an_archive_arrives_as_bytes(client: Callable[[str], Any]) -> None:
    """
    A blob inside JSON is base64 on the wire and bytes on the desk.
    """
    answer = client("lambda").create_function(
        FunctionName="one", Role=ROLE, Code={"ZipFile": b"\x00\xff" * 50}
    )

    assert answer["CodeSize"] == 100
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201


def test_an_arn_in_the_path_arrives_whole(client: Callable[[str], Any]) -> None:
    """
    Colons and slashes of a path member are unquoted once, and no earlier.
    """
    arn = "arn:aws:lambda:us-east-1:000000000000:function:one"

    assert client("lambda").list_tags(Resource=arn)["Tags"] == {"arn": arn}


def test_an_invocation_carries_status_header_and_payload(client: Callable[[str], Any]) -> None:
    """
    Members in status code, header and payload find their places.
    """
    answer = client("lambda").invoke(FunctionName="one", Payload=b'{"a": 1}')

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["Payload"].read() == b'one{"a": 1}'


def test_numbers_in_the_query_are_numbers(client: Callable[[str], Any]) -> None:
    """
    A query member has the type of its shape.
    """
    answer = client("lambda").list_functions(MaxItems=7, Marker="after ")

    assert answer["Functions"][0]["FunctionName"] == "after 7"


def test_metrics_arrive_with_their_times(client: Callable[[str], Any], kept: Records) -> None:
    """
    A time inside a body is seconds since 1970.
    """
    metric = {"MetricName": "loss", "Timestamp": 1.5, "Step": 3, "Value": 0.25}

    answer = client("sagemaker-metrics").batch_put_metrics(
        TrialComponentName="one", MetricData=[metric]
    )

    assert "Errors" not in answer
    points = kept.get("experiment-trial-component", "one").body["_Points"]["loss"]
    assert points == [{"Timestamp": 1.5, "Step": 3, "Value": 0.25}]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/2015-03-31/functions?MaxItems=many", b"", "SerializationException"),
        ("POST", "/2015-03-31/functions", b"{", "SerializationException"),
        (
            "POST",
            "/2015-03-31/functions",
            b'{"FunctionName": "a", "Role": "r", "Code": {"ZipFile": "%"}}',
            "SerializationException",
        ),
        ("POST", "/2015-03-31/functions", b"{}", "ValidationException"),
        ("GET", "/2015-03-31/functions/one", b"", "UnknownOperationException"),
    ],
)
def test_a_raw_request_is_refused_with_its_code(
    wire: http.client.HTTPConnection, method: str, path: str, body: bytes, code: str
) -> None:
    """
    What no client would send is refused in the protocol's own form.
    """
    wire.request(method, path, body)

    answer = wire.getresponse()

    assert (answer.headers["x-amzn-ErrorType"], answer.status >= 400) == (code, True)
    assert {"message"} == {name.lower() for name in json.loads(answer.read())}


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("lambda", "get_function", {"FunctionName": "one"}),
        ("sagemaker-metrics", "batch_get_metrics", {"MetricQueries": [METRIC]}),
        ("sagemaker-runtime", "invoke_endpoint_with_response_stream", STREAMED),
        ("sagemaker-featurestore-runtime", "batch_get_record", {"Identifiers": [FEATURES]}),
    ],
)
def test_an_operation_that_is_not_built_is_refused_by_name(
    client: Callable[[str], Any], service: str, operation: str, request_: dict[str, Any]
) -> None:
    """
    The refusal says which operation benchtop lacks, and is not retried as a fault would be.
    """
    with pytest.raises(ClientError, match="UnknownOperationException") as no:
        getattr(client(service), operation)(**request_)

    assert no.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
