"""What InvokeEndpoint promises."""

from __future__ import annotations

import json
import os
import signal
import statistics
import time
from typing import Any

import pytest

from benchtop.door.refusals import EndpointRefusal, ModelError

LINEAR = """
class Model:
    def predict(self, rows):
        return rows.sum(axis=1) if rows.ndim == 2 else rows * 2
def model_fn(model_dir):
    return Model()
"""
CONTEXT = """
def model_fn(model_dir):
    return None
def transform_fn(model, body, content_type, accept, context):
    asked = context.get_request_header(0, "X-Amzn-SageMaker-Custom-Attributes")
    context.set_response_header(0, "X-Amzn-SageMaker-Custom-Attributes", asked + "!")
    return b"fine", "text/plain"
"""
DYING = """
import os
def model_fn(model_dir):
    return None
def input_fn(body, content_type):
    return body
def predict_fn(data, model):
    if data == "die":
        os._exit(7)
    return os.getpid()
"""


@pytest.mark.parametrize(
    ("kind", "body", "accept", "answer"),
    [
        ("text/csv", "1,2\n3,4\n", "text/csv", b"3.0\n7.0\n"),
        ("application/json", "[[1, 2], [3, 4]]", "application/json", b"[3, 7]"),
        ("text/csv; charset=utf-8", "1,2\n3,4\n", None, b"[3.0, 7.0]"),
    ],
)
def test_default_functions_convert(
    house: Any, kind: str, body: str, accept: str | None, answer: bytes
) -> None:
    """A script with only a model_fn takes and gives CSV and JSON as the toolkit does."""
    house.endpoint(house.model("linear", LINEAR))

    answered = house.ask(body, content_type=kind, accept=accept)

    assert answered["Body"] == answer
    assert answered["ContentType"] == (accept or "application/json")


def test_an_unknown_content_type_is_the_clients_fault(house: Any) -> None:
    """What no default function reads is answered with 415."""
    house.endpoint(house.model("linear", LINEAR))

    with pytest.raises(ModelError, match=r"Received client error \(415\) from primary") as caught:
        house.ask("x", content_type="image/png")

    assert caught.value.members["OriginalStatusCode"] == 415


def test_a_pickled_array_is_not_loaded(house: Any) -> None:
    """An NPY body that holds objects runs nothing."""
    house.endpoint(house.model("linear", LINEAR))
    hostile = b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    hostile = hostile.ljust(127) + b"\n" + b"cos\nsystem\n(S'false'\ntR."

    with pytest.raises(ModelError, match="allow_pickle"):
        house.runtime.invoke_endpoint(
            endpoint_name="endpoint", body=hostile, content_type="application/x-npy"
        )


def test_a_script_that_raises_is_a_model_error(house: Any) -> None:
    """The client gets the status, the message and the log; the log has the traceback."""
    house.endpoint(house.model("double"))

    with pytest.raises(ModelError, match="could not convert string to float") as caught:
        house.ask("four")

    members = caught.value.members
    assert members["OriginalStatusCode"] == 500
    assert members["LogStreamArn"].endswith(":log-group:/aws/sagemaker/Endpoints/endpoint")
    assert logged(house, "could not convert string to float: 'four'")


def test_attributes_travel_both_ways(house: Any) -> None:
    """CustomAttributes reach a transform_fn with a context, and its answer comes back."""
    house.endpoint(house.model("context", CONTEXT))

    answered = house.ask("", custom_attributes="trace=1")

    assert answered["CustomAttributes"] == "trace=1!"
    assert (answered["Body"], answered["ContentType"]) == (b"fine", "text/plain")


def test_a_missing_endpoint_is_named(house: Any) -> None:
    """An endpoint or variant that is not there is refused in the runtime's words."""
    with pytest.raises(EndpointRefusal, match="Endpoint no of account 000000000000 not found"):
        house.ask("1", name="no")
    house.endpoint(house.model("double"))
    with pytest.raises(EndpointRefusal, match="Variant no not found"):
        house.ask("1", target_variant="no")


def test_a_worker_that_dies_is_replaced(house: Any) -> None:
    """One request fails with a ModelError; the next ones are answered."""
    house.endpoint(house.model("dying", DYING, SAGEMAKER_MODEL_SERVER_WORKERS="1"))
    first = house.ask("live")["Body"]

    with pytest.raises(ModelError, match="ended while it was answering"):
        house.ask("die")

    assert house.ask("live")["Body"] != first
    assert "A worker ended with 7" in house.logs.text()


def test_a_server_that_dies_is_started_again(house: Any) -> None:
    """Killing the whole model server costs some seconds, not the endpoint."""
    house.endpoint(house.model("dying", DYING))
    (instance,) = house.serving.live("endpoint")[0].instances()

    os.kill(instance._process.pid, signal.SIGKILL)

    assert logged(house, "starting it again")
    assert int(answered_in_time(house)) > 0


def logged(house: Any, text: str) -> bool:
    """Whether a text comes to stand in the endpoint's log."""
    until = time.monotonic() + 20
    while text not in house.logs.text() and time.monotonic() < until:
        time.sleep(0.02)
    return text in house.logs.text()


def answered_in_time(house: Any) -> bytes:
    """The first answer that is not a ModelError."""
    for _ in range(10):
        try:
            return bytes(house.ask("live")["Body"])
        except ModelError:
            continue
    raise AssertionError("no answer")


def test_a_request_without_end_is_given_up(house: Any) -> None:
    """The model server gives up a request after its timeout, and answers the next one."""
    script = "import time\n" + DYING.replace("os._exit(7)", "time.sleep(600)")
    limits = {"SAGEMAKER_MODEL_SERVER_WORKERS": "1", "SAGEMAKER_MODEL_SERVER_TIMEOUT": "1"}
    house.endpoint(house.model("hanging", script, **limits))

    with pytest.raises(ModelError):
        house.ask("die")

    assert int(house.ask("live")["Body"]) > 0


def test_workers_answer_at_the_same_time(house: Any) -> None:
    """Two workers are two processes, and both take requests."""
    house.endpoint(house.model("dying", DYING))
    (instance,) = house.serving.live("endpoint")[0].instances()
    connections = instance._connections

    kept = connections._places.get()
    other = house.ask("live")["Body"]
    connections._places.put(kept)

    assert other != house.ask("live")["Body"]


def test_the_environment_is_the_models(house: Any) -> None:
    """A script sees its model's variables and benchtop's surroundings."""
    script = (
        "import os, json\ndef model_fn(d): return [os.environ[n] for n in ('MINE', 'AROUND')]\n"
    )
    script += "def transform_fn(m, *rest): return json.dumps(m)\n"
    house.endpoint(house.model("curious", script.replace("*rest", "b, c, a"), MINE="1"))

    assert json.loads(house.ask("")["Body"]) == ["1", "us"]


def test_an_invocation_costs_little(house: Any) -> None:
    """The median of an invocation of a trivial model is far below ten milliseconds."""
    house.endpoint(house.model("double"))
    taken = []
    for _ in range(200):
        began = time.perf_counter()
        house.ask("1")
        taken.append(time.perf_counter() - began)

    assert statistics.median(taken) < 0.01


def test_the_pytorch_image_calls_the_module_with_a_tensor(house: Any) -> None:
    """Without functions of the script's own, JSON becomes a tensor, and a tensor JSON."""
    torch = "import contextlib\nfrom_numpy = lambda array: ('tensor', str(array.dtype), array)\n"
    torch += "no_grad = contextlib.nullcontext\n"
    script = "def model_fn(d):\n    return lambda tensor: [*tensor[:2], tensor[2].sum()]\n"
    house.upload("net.tar.gz", {"code/torch.py": torch, "code/inference.py": script})
    house.client.create_model(
        ModelName="net",
        PrimaryContainer={
            "Image": "pytorch-inference:2", "ModelDataUrl": "s3://bucket/net.tar.gz"
        },
    )  # fmt: skip
    house.endpoint(house.config("net", {"net": 1.0}))

    answered = house.ask("[1, 2]", content_type="application/json")

    assert json.loads(answered["Body"]) == ["tensor", "float32", 3.0]
