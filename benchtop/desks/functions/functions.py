"""Lambda: functions that really run, each invocation a Python process of its own."""

from __future__ import annotations

import base64
import uuid
from pathlib import Path
from typing import Any

from benchtop.desks.functions import rules
from benchtop.desks.functions.invocations import Events
from benchtop.desks.functions.rules import InvalidParameterValueException, ResourceConflictException
from benchtop.desks.listing import window
from benchtop.desks.place import Place
from benchtop.door.refusals import NotHonoured
from benchtop.runner.functions.calls import Answer, Call, invoke
from benchtop.store.functions import BadArchive, FunctionFiles
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.store.s3.objects import NoSuchBucket, NoSuchKey, Objects
from benchtop.wire import Json, Remembered

MOST = 50
LOG_TAIL = 4096


class FunctionsDesk:
    """CreateFunction, Invoke and their neighbours."""

    def __init__(
        self,
        records: Records,
        folder: Path,
        place: Place,
        settings_environment: dict[str, str],
        objects: Objects | None = None,
    ) -> None:
        self._records = records
        self._place = place
        self._environment = settings_environment
        self._objects = objects
        self._files = FunctionFiles(folder)
        self._events = Events(self._files, self._deliver)

    def resume(self) -> None:
        """Deliver the events that were accepted and not dealt with."""
        self._events.resume()

    def create_function(
        self,
        *,
        function_name: str,
        role: Remembered,
        code: Json,
        handler: str | None = None,
        runtime: str | None = None,
        description: Remembered = "",
        timeout: int = 3,
        memory_size: int = 128,
        publish: bool = False,
        environment: Json | None = None,
        package_type: str = "Zip",
        tags: Remembered = None,
        vpc_config: Remembered = None,
        kms_key_arn: Remembered = None,
        tracing_config: Remembered = None,
        architectures: Remembered = None,
        ephemeral_storage: Remembered = None,
        logging_config: Remembered = None,
    ) -> Json:
        """Make a function from a ZIP archive, given or in S3."""
        name = rules.short_name(function_name)
        rules.check(publish=publish, package_type=package_type, runtime=runtime)
        if not handler or not runtime:
            raise InvalidParameterValueException(
                "Runtime and Handler are mandatory parameters for functions created with "
                "deployment packages."
            )
        archive = self._archive(code)
        if self._records.find(rules.KIND, name):
            raise ResourceConflictException(f"Function already exist: {name}")
        given = {
            "FunctionName": name, "Role": role, "Handler": handler, "Runtime": runtime,
            "Description": description, "Timeout": timeout, "MemorySize": memory_size,
            "Environment": rules.checked(environment), "PackageType": package_type,
            "VpcConfig": vpc_config, "KMSKeyArn": kms_key_arn,
            "TracingConfig": tracing_config or {"Mode": "PassThrough"},
            "Architectures": architectures or ["x86_64"],
            "EphemeralStorage": ephemeral_storage or {"Size": 512},
            "LoggingConfig": logging_config
            or {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
            "Version": "$LATEST", "State": "Active", "LastUpdateStatus": "Successful",
            "FunctionArn": rules.arn(self._place, name), "_tags": tags or {}, "_policy": {},
        }  # fmt: skip
        body = {member: value for member, value in given.items() if value is not None}
        body |= self._kept(name, archive)
        try:
            record = Record(
                kind=rules.KIND,
                name=name,
                arn=rules.arn(self._place, name),
                status="Active",
                body=body,
            )
            return self._records.add(record).body
        except Duplicate:
            raise ResourceConflictException(f"Function already exist: {name}") from None

    def get_function(self, function_name: str, qualifier: str | None = None) -> Json:
        """A function: its configuration, where its code lies, its tags."""
        body = self._function(function_name, qualifier).body
        location = self._files.code(body["FunctionName"], body["CodeSha256"]).resolve().as_uri()
        return {
            "Configuration": body,
            "Code": {"RepositoryType": "S3", "Location": location},
            "Tags": body["_tags"],
        }

    def get_function_configuration(self, function_name: str, qualifier: str | None = None) -> Json:
        """A function's configuration."""
        return self._function(function_name, qualifier).body

    def list_functions(self, marker: str | None = None, max_items: int | None = None) -> Json:
        """All functions, by name."""
        found = self._records.search(Search(kind=rules.KIND, sort_by="Name"))
        shown, more = window([record.body for record in found], marker, max_items or MOST)
        return {"Functions": shown, "NextMarker": more}

    def update_function_code(
        self,
        *,
        function_name: str,
        zip_file: bytes | None = None,
        s3_bucket: str | None = None,
        s3_key: str | None = None,
        architectures: Remembered = None,
        publish: bool = False,
        dry_run: bool = False,
    ) -> Json:
        """Give a function other code; what is under way keeps the code it began with."""
        rules.check(publish=publish)
        function = self._function(function_name)
        given = {"ZipFile": zip_file, "S3Bucket": s3_bucket, "S3Key": s3_key}
        archive = self._archive({name: v for name, v in given.items() if v is not None})
        if dry_run:
            return function.body
        changes = self._kept(function.name, archive)
        if architectures:
            changes["Architectures"] = architectures
        return self._change(function.name, **changes).body

    def update_function_configuration(
        self,
        *,
        function_name: str,
        role: Remembered = None,
        handler: str | None = None,
        description: Remembered = None,
        timeout: int | None = None,
        memory_size: int | None = None,
        environment: Json | None = None,
        runtime: str | None = None,
        vpc_config: Remembered = None,
        kms_key_arn: Remembered = None,
        tracing_config: Remembered = None,
        ephemeral_storage: Remembered = None,
        logging_config: Remembered = None,
    ) -> Json:
        """Change how a function runs."""
        rules.check(runtime=runtime)
        changes = {
            "Role": role, "Handler": handler, "Description": description, "Timeout": timeout,
            "MemorySize": memory_size, "Runtime": runtime,
            "Environment": rules.checked(environment),
            "VpcConfig": vpc_config, "KMSKeyArn": kms_key_arn, "TracingConfig": tracing_config,
            "EphemeralStorage": ephemeral_storage, "LoggingConfig": logging_config,
        }  # fmt: skip
        given = {member: value for member, value in changes.items() if value is not None}
        function = self._function(function_name)
        return self._change(function.name, **given, **rules.stamp()).body

    def delete_function(self, function_name: str) -> Json:
        """Forget a function, its code and the events it has not seen."""
        function = self._function(function_name)
        self._records.remove(rules.KIND, function.name)
        self._files.forget(function.name)
        return {"StatusCode": 204}

    def invoke(
        self,
        *,
        function_name: str,
        payload: bytes = b"",
        invocation_type: str = "RequestResponse",
        log_type: str = "None",
        qualifier: str | None = None,
    ) -> Json:
        """Run a function now (RequestResponse), soon (Event), or not at all (DryRun)."""
        function = self._function(function_name, qualifier)
        event = rules.event(payload)
        if invocation_type == "DryRun":
            return {"StatusCode": 204}
        if invocation_type == "Event":
            self._events.accept(function.name, event)
            return {"StatusCode": 202}
        answered = self._invoke(function, str(uuid.uuid4()), event)
        told: Json = {
            "StatusCode": 200,
            "Payload": answered.payload,
            "ExecutedVersion": "$LATEST",
        }
        if answered.failed:
            told["FunctionError"] = "Unhandled"
        if log_type == "Tail":
            told["LogResult"] = base64.b64encode(answered.log[-LOG_TAIL:]).decode()
        return told

    def _function(self, name: str, qualifier: str | None = None) -> Record:
        return rules.existing(self._records, self._place, name, qualifier)

    def _change(self, name: str, **members: Any) -> Record:
        return self._records.change(rules.KIND, name, lambda record: record.evolve(**members))

    def _archive(self, code: Json) -> bytes:
        """The bytes of an archive that is given, or that lies in S3."""
        for member in code:
            if member not in {"ZipFile", "S3Bucket", "S3Key"}:
                raise NotHonoured(f"{member} of Code is not honoured by benchtop: use a ZIP.")
        if "ZipFile" in code:
            return bytes(code["ZipFile"])
        if self._objects is None or not {"S3Bucket", "S3Key"} <= set(code):
            raise InvalidParameterValueException(
                "Please provide a source for function code: ZipFile, or S3Bucket and S3Key."
            )
        try:
            return self._objects.get(code["S3Bucket"], code["S3Key"]).path.read_bytes()
        except NoSuchBucket:
            raise InvalidParameterValueException(
                "Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
                "S3 Error Message: The specified bucket does not exist"
            ) from None
        except (NoSuchKey, FileNotFoundError):
            raise InvalidParameterValueException(
                "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
                "S3 Error Message: The specified key does not exist."
            ) from None

    def _kept(self, name: str, archive: bytes) -> Json:
        try:
            digest = self._files.keep_code(name, archive)
        except BadArchive as fault:
            raise InvalidParameterValueException(str(fault)) from None
        return {"CodeSha256": digest, "CodeSize": len(archive), **rules.stamp()}

    def _invoke(self, function: Record, request_id: str, event: bytes) -> Answer:
        body = function.body
        own = (body.get("Environment") or {}).get("Variables") or {}
        answered = invoke(
            Call(
                name=function.name,
                arn=function.arn,
                request_id=request_id,
                code=self._files.code(function.name, body["CodeSha256"]),
                handler=body["Handler"],
                event=event,
                seconds=float(body["Timeout"]),
                memory=body["MemorySize"],
                environment={**self._environment, **own},
            )
        )
        self._files.keep_log(function.name, request_id, answered.log)
        return answered

    def _deliver(self, name: str, request_id: str, event: bytes) -> bool:
        function = self._records.find(rules.KIND, name)
        return function is None or not self._invoke(function, request_id, event).failed
