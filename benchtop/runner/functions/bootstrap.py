"""Runs in the child process: imports a Lambda function's handler, calls it once, writes its answer.

Started as ``python -P bootstrap.py RESULT``, with the event on standard input and the
Lambda variables in the environment. RESULT receives ``{"answer": …}`` or ``{"error": …}``, in the
form that the Python runtime of AWS gives errors. Standard library only: it shares nothing with
benchtop.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any


class Context:
    """What a handler gets as its second argument."""

    def __init__(self) -> None:
        self.aws_request_id = os.environ["BENCHTOP_REQUEST_ID"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = os.environ["BENCHTOP_FUNCTION_ARN"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = float(os.environ["BENCHTOP_DEADLINE"])

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""
        return max(int((self._deadline - time.time()) * 1000), 0)


def run(event: bytes) -> dict[str, Any]:
    """Import the handler and call it; what came of it."""
    try:
        called = find(os.environ["_HANDLER"])
    except Exception as fault:  # noqa: BLE001 - whatever the module raises is the answer
        return unloadable(os.environ["_HANDLER"], fault)
    try:
        answer = called(json.loads(event or b"{}"), Context())
    except Exception as fault:  # noqa: BLE001 - whatever the function raises is the answer
        traceback.print_exc()
        frames = traceback.format_tb(fault.__traceback__)[1:]
        return error(type(fault).__name__, str(fault), frames)
    try:
        json.dumps(answer)
    except (TypeError, ValueError) as fault:
        return error("Runtime.MarshalError", f"Unable to marshal response: {fault}")
    return {"answer": answer}


def find(handler: str) -> Any:
    """The function that a handler such as ``package/module.function`` names."""
    module, _, function = handler.rpartition(".")
    found = importlib.import_module(module.replace("/", "."))
    if not hasattr(found, function):
        raise NotImplementedError(f"Handler '{function}' missing on module '{module}'")
    return getattr(found, function)


def unloadable(handler: str, fault: Exception) -> dict[str, Any]:
    """Why a handler cannot be called."""
    traceback.print_exc()
    module = handler.rpartition(".")[0]
    match fault:
        case NotImplementedError():
            return error("Runtime.HandlerNotFound", str(fault))
        case SyntaxError():
            return error("Runtime.UserCodeSyntaxError", f"Syntax error in '{module}': {fault}")
        case ImportError() | ValueError():
            return error(
                "Runtime.ImportModuleError", f"Unable to import module '{module}': {fault}"
            )
    return error(type(fault).__name__, str(fault))


def error(kind: str, message: str, frames: list[str] | None = None) -> dict[str, Any]:
    """An error, as the Python runtime of AWS tells it."""
    told = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": os.environ["BENCHTOP_REQUEST_ID"],
        "stackTrace": frames or [],
    }
    return {"error": told}


if __name__ == "__main__":
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    outcome = run(sys.stdin.buffer.read())
    Path(sys.argv[1]).write_text(json.dumps(outcome), encoding="utf-8")
