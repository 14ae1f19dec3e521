"""What Lambda accepts: names, runtimes, environments, events; and how it says no."""

from __future__ import annotations

import json
import re
import time
import uuid
from datetime import UTC, datetime

from benchtop.desks.place import Place
from benchtop.door.refusals import NotHonoured, Refusal
from benchtop.store.records import Record, Records
from benchtop.wire import Json

NAME = re.compile(
    r"(?:arn:aws[a-z-]*:lambda:[^:]*:\d{12}:function:|\d{12}:function:|function:)?"
    r"([a-zA-Z0-9-_]{1,64})(?::(\$LATEST|[a-zA-Z0-9-_]+))?"
)
RESERVED = re.compile(
    r"_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|AWS_REGION"
    r"|AWS_DEFAULT_REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?"
    r"|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|BENCHTOP_.*"
)
KIND = "function"
LARGEST_EVENT = 6_291_456


class ResourceNotFoundException(Refusal):
    """The function does not exist."""

    code, status = "ResourceNotFoundException", 404


class ResourceConflictException(Refusal):
    """The function exists already."""

    code, status = "ResourceConflictException", 409


class InvalidParameterValueException(Refusal):
    """A parameter is not valid."""

    code = "InvalidParameterValueException"


class InvalidRequestContentException(Refusal):
    """The event is not JSON."""

    code = "InvalidRequestContentException"


class RequestTooLargeException(Refusal):
    """The event is larger than a function may get."""

    code, status = "RequestTooLargeException", 413


def short_name(name: str, qualifier: str | None = None) -> str:
    """A function's own name, from its name, its ARN or a part of that.

    Raises:
        InvalidParameterValueException: when it is none of these.
        NotHonoured: for a version or an alias.
    """
    found = NAME.fullmatch(name)
    if not found:
        raise InvalidParameterValueException(f"{name} is not the name or ARN of a function.")
    wanted = qualifier or found.group(2)
    if wanted not in {None, "$LATEST"}:
        raise NotHonoured(
            f"Qualifier {wanted} is not honoured by benchtop: functions have no versions here."
        )
    return found.group(1)


def arn(place: Place, name: str) -> str:
    """The ARN of a function."""
    return f"arn:aws:lambda:{place.region}:{place.account}:function:{name}"


def existing(records: Records, place: Place, name: str, qualifier: str | None = None) -> Record:
    """The function of this name or ARN.

    Raises:
        ResourceNotFoundException: when there is none.
    """
    short = short_name(name, qualifier)
    found = records.find(KIND, short)
    if found is None:
        raise ResourceNotFoundException(f"Function not found: {arn(place, short)}")
    return found


def check(*, runtime: str | None = None, publish: bool = False, package_type: str = "Zip") -> None:
    """Refuse by name what benchtop cannot run.

    Raises:
        NotHonoured: for another language, an image, or a published version.
    """
    if runtime and not runtime.startswith("python3."):
        raise NotHonoured(f"Runtime {runtime} is not honoured by benchtop: only python3.x runs.")
    if publish:
        raise NotHonoured("Publish is not honoured by benchtop: functions have no versions here.")
    if package_type != "Zip":
        raise NotHonoured(f"PackageType {package_type} is not honoured by benchtop: use Zip.")


def checked(environment: Json | None) -> Json | None:
    """An Environment, if it leaves Lambda's own variables alone.

    Raises:
        InvalidParameterValueException: names the variables that are Lambda's.
    """
    variables = (environment or {}).get("Variables") or {}
    taken = sorted(name for name in variables if RESERVED.fullmatch(name))
    if taken:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(taken)}"
        )
    return environment


def event(payload: bytes) -> bytes:
    """An invocation's event, if it is JSON.

    Raises:
        InvalidRequestContentException, RequestTooLargeException: when it is not, or is too large.
    """
    if len(payload) > LARGEST_EVENT:
        raise RequestTooLargeException(
            f"{len(payload)} byte payload is too large for the RequestResponse invocation type "
            f"(limit {LARGEST_EVENT} bytes)"
        )
    if not payload:
        return b"{}"
    try:
        json.loads(payload)
    except (ValueError, RecursionError) as fault:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: {fault}"
        ) from None
    return payload


def statement(
    *, sid: str, function: str, action: str, principal: str, source: str | None, account: str | None
) -> Json:
    """One statement of a function's policy."""
    conditions: Json = {}
    if source:
        conditions["ArnLike"] = {"AWS:SourceArn": source}
    if account:
        conditions["StringEquals"] = {"AWS:SourceAccount": account}
    kind = "Service" if principal.endswith(".amazonaws.com") else "AWS"
    told = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {kind: principal},
        "Action": action,
        "Resource": function,
    }
    return {**told, "Condition": conditions} if conditions else told


def stamp() -> Json:
    """The members that change with every change."""
    now = datetime.fromtimestamp(time.time(), UTC)
    return {
        "LastModified": now.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "RevisionId": str(uuid.uuid4()),
    }
