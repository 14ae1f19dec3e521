"""Lambda and Callback: the work is done elsewhere, and output parameters come back."""

from __future__ import annotations

import json
import secrets
import string
import threading
from collections.abc import Callable, Mapping
from typing import Any

from benchtop.desks.sagemaker.pipelines.steps import Ending
from benchtop.door.refusals import Refusal
from benchtop.interpreter.definition import Step
from benchtop.interpreter.faults import ParameterFault
from benchtop.interpreter.parameters import TYPES, Value, text
from benchtop.interpreter.values import Scope, resolve
from benchtop.store.records import Record
from benchtop.wire import Json

Clients = Callable[[str], Any]
"""Gives a boto3 client of this benchtop, by service name."""

Tell = Callable[[str, str, str, Json], None]
"""Notes something of an attempt: execution name, step name, attempt, members."""

LAMBDA_LIMIT = 10 * 60.0
CALLBACK_LIMIT = 7 * 24 * 3600.0
ALPHABET = string.ascii_letters + string.digits


class LambdaSteps:
    """Invokes a function in a thread of its own, so that nothing else waits for it.

    The client's read timeout must be longer than 10 minutes, the longest that a step may take.
    """

    def __init__(self, clients: Clients, tell: Tell) -> None:
        self._clients = clients
        self._tell = tell
        self._begun: set[str] = set()

    def name(self, execution: Record, step: Step) -> str:  # noqa: ARG002 - a Doer
        """Tells one attempt from another."""
        return secrets.token_hex(8)

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The function, and what it is called with."""
        return {
            "FunctionArn": resolve(step.body["FunctionArn"], scope),
            "Payload": resolve(step.arguments, scope),
        }

    def launch(self, execution: Record, step: Step, state: Json) -> Json:
        """Invoke the function; after a crash it is invoked again."""
        self._begin(execution.name, step.name, state)
        return {
            "Metadata": {"Lambda": {"Arn": state["_request"]["FunctionArn"]}},
            "_deadline": state["_launched"] + LAMBDA_LIMIT,
        }

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:
        """Read what the function answered."""
        answer = state.get("_answer")
        if answer is None:
            self._begin(execution.name, step.name, state)
            return None
        if "fault" in answer:
            return Ending(status="Failed", reason=answer["fault"])
        metadata: Json = {"Arn": state["_request"]["FunctionArn"]}
        return finished(step, answer["result"], "Lambda", metadata)

    def stop(self, execution: Record, step: Step, state: Json) -> None:
        """AWS waits for a function that runs, and so do we."""

    def _begin(self, execution: str, step: str, state: Json) -> None:
        if state["_name"] in self._begun:
            return
        self._begun.add(state["_name"])
        threading.Thread(
            target=self._invoke, args=(execution, step, state), name=f"step {step}", daemon=True
        ).start()

    def _invoke(self, execution: str, step: str, state: Json) -> None:
        answer: Json = {}
        try:
            answer["result"] = self._call(**state["_request"])
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is the step's failure
            answer["fault"] = f"Failed to invoke lambda:Invoke. Error Details: {fault}"
        self._tell(execution, step, state["_name"], {"_answer": answer})

    def _call(self, FunctionArn: str, Payload: Json) -> Any:  # noqa: N803 - members of the request
        answered = self._clients("lambda").invoke(
            FunctionName=FunctionArn, Payload=json.dumps(Payload).encode()
        )
        body = answered["Payload"].read()
        if answered.get("FunctionError"):
            raise RuntimeError(body.decode("utf-8", "replace")[:1024])
        return json.loads(body or b"null")


class CallbackSteps:
    """Sends a token to a queue, and waits until somebody sends it back with the outcome."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def name(self, execution: Record, step: Step) -> str:  # noqa: ARG002 - a Doer
        """The token: ten letters and digits."""
        return "".join(secrets.choice(ALPHABET) for _ in range(10))

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The queue, and what the message says."""
        return {
            "SqsQueueUrl": resolve(step.body["SqsQueueUrl"], scope),
            "arguments": resolve(step.arguments, scope),
        }

    def launch(self, execution: Record, step: Step, state: Json) -> Json:
        """Send the message; after a crash it may be sent twice, with the same token."""
        self._send(execution, step, state, "Executing")
        return {"Metadata": _told(state), "_deadline": state["_launched"] + CALLBACK_LIMIT}

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:  # noqa: ARG002 - a Doer
        """Read what was sent back."""
        answer = state.get("_answer")
        if answer is None:
            return None
        if "fault" in answer:
            return Ending(status="Failed", reason=answer["fault"])
        return finished(step, answer["result"], "Callback", _told(state)["Callback"])

    def stop(self, execution: Record, step: Step, state: Json) -> None:
        """Tell the queue; the step ends when the token comes back."""
        self._send(execution, step, state, "Stopping")

    def _send(self, execution: Record, step: Step, state: Json, status: str) -> None:
        message = {
            "token": state["_name"],
            "pipelineExecutionArn": execution.arn,
            "stepName": step.name,
            "status": status,
            "arguments": state["_request"]["arguments"],
        }
        url = state["_request"]["SqsQueueUrl"]
        try:
            self._clients("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))
        except Exception as fault:
            raise Refusal(f"Failed to invoke sqs:SendMessage. Error Details: {fault}") from fault


def finished(step: Step, result: Any, metadata_name: str, metadata: Json) -> Ending:
    """The ending of a step that gave back a result: success, if it has every declared output."""
    given = result if isinstance(result, Mapping) else {}
    try:
        outputs = {name: _typed(name, kind, given) for name, kind in step.outputs.items()}
    except ParameterFault as fault:
        return Ending(status="Failed", reason=str(fault))
    shown = [{"Name": name, "Value": text(value)} for name, value in outputs.items()]
    return Ending(
        status="Succeeded",
        properties={"OutputParameters": outputs},
        metadata={metadata_name: {**metadata, "OutputParameters": shown}},
    )


def _typed(name: str, kind: str, given: Mapping[str, Any]) -> Value:
    if name not in given:
        # AWS: unknown, the wording.
        raise ParameterFault(f"Output parameter {name} was not given back.")
    value = given[name]
    try:
        return TYPES[kind](text(value) if kind == "String" else value)
    except ParameterFault as fault:
        raise ParameterFault(f"Output parameter {name}: {fault}") from None


def _told(state: Json) -> Json:
    return {
        "Callback": {
            "CallbackToken": state["_name"],
            "SqsQueueUrl": state["_request"]["SqsQueueUrl"],
        }
    }
