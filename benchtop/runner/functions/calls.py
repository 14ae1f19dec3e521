"""A Lambda function as a child process: one process for each invocation, ended when it is over."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchtop.wire import Json

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
LARGEST_ANSWER = 6_291_556
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One invocation: what is called, with what, and for how long.

    Attributes:
        arn: the function's.
        code: the folder of its unpacked archive.
        handler: ``module.function``.
        event: JSON.
        seconds: after so many the process is killed.
        environment: what the function's environment has beside Lambda's own variables.
    """

    name: str
    arn: str
    request_id: str
    code: Path
    handler: str
    event: bytes
    seconds: float
    memory: int = 128
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an invocation gave: JSON, whether that is an error, and what was printed."""

    payload: bytes
    failed: bool
    log: bytes


def invoke(call: Call) -> Answer:
    """Run a function once, to its end or its time limit."""
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="function-") as folder:
        result, printed = Path(folder, "result.json"), Path(folder, "log")
        code = _run(call, result, printed, began)
        outcome = _outcome(call, code, result)
        log = printed.read_bytes()
    spent = (time.time() - began) * 1000
    log = (
        f"START RequestId: {call.request_id} Version: $LATEST\n".encode()
        + log
        + f"\nEND RequestId: {call.request_id}\n".encode()
        + f"REPORT RequestId: {call.request_id}\tDuration: {spent:.2f} ms\n".encode()
    )
    return Answer(
        payload=json.dumps(outcome.get("error", outcome.get("answer"))).encode(),
        failed="error" in outcome,
        log=log,
    )


def _run(call: Call, result: Path, printed: Path, began: float) -> int | None:
    """The exit code of the process, or None when its time was over."""
    with printed.open("wb") as out, tempfile.TemporaryFile() as event:
        event.write(call.event)
        event.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-u", str(BOOTSTRAP), str(result)],
            stdin=event, stdout=out, stderr=subprocess.STDOUT, cwd=call.code,
            env=_environment(call, began), start_new_session=True,
        )  # fmt: skip
        try:
            return process.wait(call.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            # The whole group: what a function leaves running must not outlive it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _environment(call: Call, began: float) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        **call.environment,
        "_HANDLER": call.handler,
        "AWS_LAMBDA_FUNCTION_NAME": call.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(call.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{call.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{_day(began)}/[$LATEST]{call.request_id.replace('-', '')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "LAMBDA_TASK_ROOT": str(call.code),
        "BENCHTOP_REQUEST_ID": call.request_id,
        "BENCHTOP_FUNCTION_ARN": call.arn,
        "BENCHTOP_DEADLINE": str(began + call.seconds),
    }


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y/%m/%d")


def _outcome(call: Call, code: int | None, result: Path) -> Json:
    if code is None:
        limit = f"Task timed out after {call.seconds:.2f} seconds"
        return _error("Sandbox.Timedout", f"RequestId: {call.request_id} Error: {limit}")
    if not result.is_file():
        ended = f"Runtime exited with error: exit status {code}"
        return _error("Runtime.ExitError", f"RequestId: {call.request_id} Error: {ended}")
    if result.stat().st_size > LARGEST_ANSWER:
        return _error(
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size "
            f"({LARGEST_ANSWER} bytes).",
        )
    try:
        outcome: Any = json.loads(result.read_bytes())
    except ValueError:
        outcome = None
    if isinstance(outcome, dict):
        return outcome
    return _error("Runtime.ExitError", f"RequestId: {call.request_id} Error: Runtime exited")


def _error(kind: str, message: str) -> Json:
    return {"error": {"errorType": kind, "errorMessage": message}}
