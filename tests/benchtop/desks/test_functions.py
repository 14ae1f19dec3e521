"""Functions really run, and what cannot run is refused by name."""

from __future__ import annotations

import base64
import io
import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest
from botocore.model import ServiceModel

from benchtop.desks.functions.functions import FunctionsDesk
from benchtop.desks.functions.grants import FunctionGrantsDesk
from benchtop.desks.place import Place
from benchtop.door.json11 import Door
from benchtop.door.refusals import NotHonoured, Refusal
from benchtop.store.functions import FunctionFiles
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json

ROLE = "arn:aws:iam::000000000000:role/benchtop"
SAYS = """
import os
def handler(event, context):
    print("hello", event["name"])
    return {"name": event["name"], "function": context.function_name, "own": os.environ["OWN"]}
"""


def zipped(**files: str) -> bytes:
    """A ZIP archive of Python modules."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return content.getvalue()


@pytest.fixture
def ask(records: Records, tmp_path: Path, objects: Objects) -> Callable[..., Json]:
    """Lambda, by operation."""
    loader = botocore.loaders.create_loader()
    model = ServiceModel(loader.load_service_model("lambda", "service-2"), "lambda")
    place = Place()
    desk = FunctionsDesk(
        records, tmp_path / "functions", place, {"AWS_ENDPOINT_URL": "http://x"}, objects
    )
    door = Door(model, [desk, FunctionGrantsDesk(records, place)])

    def ask(operation: str, **members: Any) -> Json:
        asked = {"FunctionName": "f", **members}
        if operation == "ListFunctions" or "Resource" in members:
            del asked["FunctionName"]
        return door.ask(operation, asked)

    return ask


@pytest.fixture
def made(ask: Callable[..., Json]) -> Callable[[str], None]:
    """Make the function ``f`` of some code."""

    def make(code: str, **members: Any) -> None:
        ask(
            "CreateFunction", Role=ROLE, Runtime="python3.12", Handler="app.handler",
            Code={"ZipFile": zipped(app=code)}, **members,
        )  # fmt: skip

    return make


def invoked(ask: Callable[..., Json], event: object = None, **members: Any) -> Json:
    payload = json.dumps(event or {}).encode()
    answer = ask("Invoke", Payload=payload, **members)
    return {**answer, "Payload": json.loads(answer["Payload"])}


def test_a_function_runs_with_its_own_environment(ask: Any, made: Any) -> None:
    """The handler gets event and context, and its answer comes back as JSON."""
    made(SAYS, Environment={"Variables": {"OWN": "1"}})

    answer = invoked(ask, {"name": "Ada"}, LogType="Tail")

    assert answer["Payload"] == {"name": "Ada", "function": "f", "own": "1"}
    assert answer["StatusCode"] == 200
    assert "hello Ada" in base64.b64decode(answer["LogResult"]).decode()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("def handler(e, c): raise KeyError('x')", "KeyError"),
        ("def handler(e, c): return object()", "Runtime.MarshalError"),
        ("def handler(e, c): __import__('os')._exit(3)", "Runtime.ExitError"),
        ("import no_such_module", "Runtime.ImportModuleError"),
        ("x = 1", "Runtime.HandlerNotFound"),
        ("def handler(e, c", "Runtime.UserCodeSyntaxError"),
    ],
)
def test_what_goes_wrong_inside_is_told_as_aws_tells_it(
    ask: Any, made: Any, code: str, kind: str
) -> None:
    """A function's failure is an answer with an errorType, not a fault of the server."""
    made(code)

    answer = invoked(ask)

    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == kind


def test_a_function_is_killed_when_its_time_is_over(ask: Any, made: Any) -> None:
    """Timeout is kept, and the answer says so."""
    made("import time\ndef handler(e, c): time.sleep(60)", Timeout=1)

    answer = invoked(ask)

    assert "Task timed out after 1.00 seconds" in answer["Payload"]["errorMessage"]


def test_new_code_is_what_runs_next(ask: Any, made: Any) -> None:
    """UpdateFunctionCode and UpdateFunctionConfiguration take effect at once."""
    made("def handler(e, c): return 1")
    ask("UpdateFunctionCode", ZipFile=zipped(other="def run(e, c): return 2"))
    ask("UpdateFunctionConfiguration", Handler="other.run")

    assert invoked(ask)["Payload"] == 2


def test_code_can_come_from_s3(ask: Any, objects: Objects) -> None:
    """Code may name a bucket and a key."""
    objects.put("bucket", "code.zip", io.BytesIO(zipped(app="def handler(e, c): return 3")))
    ask(
        "CreateFunction", Role=ROLE, Runtime="python3.12", Handler="app.handler",
        Code={"S3Bucket": "bucket", "S3Key": "code.zip"},
    )  # fmt: skip

    assert invoked(ask)["Payload"] == 3


def test_an_event_is_delivered_after_it_was_accepted(ask: Any, made: Any, tmp_path: Path) -> None:
    """Invoke with Event returns 202, and the function runs; a restart would deliver it too."""
    pipe = tmp_path / "told"
    made(f"def handler(e, c): open({str(pipe)!r}, 'w').write(e['say'])")

    answer = ask("Invoke", InvocationType="Event", Payload=b'{"say": "done"}')
    for thread in threading.enumerate():
        if thread.name.startswith("event "):
            thread.join()

    assert answer["StatusCode"] == 202
    assert pipe.read_text() == "done"
    assert list((tmp_path / "functions").glob("f/events/*")) == []


def test_an_accepted_event_is_delivered_after_a_crash(
    made: Any, records: Records, tmp_path: Path
) -> None:
    """What was written down and not delivered is delivered by the next desk."""
    told = tmp_path / "told"
    made(f"def handler(e, c): open({str(told)!r}, 'w').write(e['say'])")
    FunctionFiles(tmp_path / "functions").keep_event("f", "1", {"event": {"say": "late"}})

    FunctionsDesk(records, tmp_path / "functions", Place(), {}).resume()
    for thread in threading.enumerate():
        if thread.name.startswith("event "):
            thread.join()

    assert told.read_text() == "late"


@pytest.mark.parametrize("name", ["../../escaped.py", "/escaped.py"])
def test_an_archive_cannot_leave_its_folder(ask: Any, name: str) -> None:
    """A path that leads out of the archive is refused, and nothing is unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "")

    with pytest.raises(Refusal, match="leaves its folder"):
        ask(
            "CreateFunction", Role=ROLE, Runtime="python3.12", Handler="app.handler",
            Code={"ZipFile": content.getvalue()},
        )  # fmt: skip


@pytest.mark.parametrize(
    "members",
    [
        {"Runtime": "nodejs20.x"},
        {"Runtime": "python3.12", "Publish": True},
        {"Runtime": "python3.12", "PackageType": "Image"},
        {"Runtime": "python3.12", "Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:a:1"]},
    ],
)
def test_what_cannot_run_is_refused_by_name(ask: Any, members: Json) -> None:
    """Another language, a version, an image and a layer are refused."""
    with pytest.raises(NotHonoured, match="is not honoured by benchtop"):
        ask("CreateFunction", Role=ROLE, Handler="a.b", Code={"ZipFile": zipped(a="")}, **members)


@pytest.mark.parametrize(
    ("operation", "members", "code"),
    [
        ("GetFunction", {"FunctionName": "none"}, "ResourceNotFoundException"),
        ("Invoke", {"Payload": b"{"}, "InvalidRequestContentException"),
        ("UpdateFunctionCode", {"ZipFile": b"no zip"}, "InvalidParameterValueException"),
        (
            "UpdateFunctionConfiguration",
            {"Environment": {"Variables": {"AWS_REGION": "x"}}},
            "InvalidParameterValueException",
        ),
    ],
)
def test_bad_requests_get_awss_codes(
    ask: Any, made: Any, operation: str, members: Json, code: str
) -> None:
    """Each mistake is refused with the code that AWS gives it."""
    made("def handler(e, c): return 1")

    with pytest.raises(Refusal) as refused:
        ask(operation, **members)

    assert refused.value.code == code


def test_permissions_are_remembered(ask: Any, made: Any) -> None:
    """What AddPermission said can be read again, and taken away."""
    made("def handler(e, c): return 1")
    grant = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    ask("AddPermission", StatementId="s", **grant)
    arn = ask("GetFunction")["Configuration"]["FunctionArn"]

    policy = json.loads(ask("GetPolicy")["Policy"])
    ask("RemovePermission", StatementId="s")

    assert policy["Statement"][0]["Principal"] == {"Service": "events.amazonaws.com"}
    with pytest.raises(Refusal, match="does not exist"):
        ask("GetPolicy", FunctionName=arn)


def test_tags_are_remembered(ask: Any, made: Any) -> None:
    """Tags given at creation and later are shown until they are taken away."""
    made("def handler(e, c): return 1", Tags={"team": "a"})
    arn = ask("GetFunction")["Configuration"]["FunctionArn"]

    ask("TagResource", Resource=arn, Tags={"cost": "b"})
    ask("UntagResource", Resource=arn, TagKeys=["team"])

    assert ask("ListTags", Resource=arn) == {"Tags": {"cost": "b"}}


def test_a_deleted_function_is_gone(ask: Any, made: Any, tmp_path: Path) -> None:
    """DeleteFunction takes the code too."""
    made("def handler(e, c): return 1")
    ask("DeleteFunction")

    assert ask("ListFunctions")["Functions"] == []
    assert not (tmp_path / "functions" / "f").exists()
