"""What a step's expressions can refer to, and the documents that a step leaves behind."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from benchtop.interpreter.definition import Step
from benchtop.interpreter.faults import ValueFault
from benchtop.interpreter.values import Scope
from benchtop.store.records import Record
from benchtop.store.s3.objects import NoSuchBucket, NoSuchKey, Objects, split
from benchtop.wire import Json

NAME_VARIABLES = {"Training": "TrainingJobName", "Processing": "ProcessingJobName"}
LARGEST_DOCUMENT = 16 << 20

log = logging.getLogger(__name__)


class Scopes:
    """Makes scopes, and reads what lies in S3 for them."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def of(self, execution: Record, step: Step, state: Json, now: float) -> Scope:
        """The scope of a step that is about to start."""
        body = execution.body
        own_name = NAME_VARIABLES.get(step.type)
        return Scope(
            parameters=body["_parameters"],
            execution={
                **body["_variables"],
                "CurrentDateTime": moment(now),
                **({own_name: state["_name"]} if own_name else {}),
            },
            steps={
                name: each["_properties"]
                for name, each in body["_steps"].items()
                if each["StepStatus"] == "Succeeded"
            },
            document=self._document,
        )

    def property_files(self, step: Step, properties: Json) -> Json:
        """What the step's property files hold; one that is missing has no value for anybody."""
        outputs = (properties.get("ProcessingOutputConfig") or {}).get("Outputs", ())
        places = {
            each["OutputName"]: each["S3Output"]["S3Uri"] for each in outputs if "S3Output" in each
        }
        found: Json = {}
        for file in step.property_files:
            try:
                found[file.name] = self._document(f"{places[file.output].rstrip('/')}/{file.path}")
            except (KeyError, ValueFault) as fault:
                log.warning("Property file %s of step %s: %s", file.name, step.name, fault)
        return found

    def _document(self, uri: str) -> Any:
        try:
            stored = self._objects.get(*split(uri))
            if stored.size > LARGEST_DOCUMENT:
                raise ValueFault(f"{uri} is larger than {LARGEST_DOCUMENT >> 20} MB.")
            return json.loads(stored.path.read_bytes())
        except (NoSuchBucket, NoSuchKey, FileNotFoundError):
            raise ValueFault(f"{uri} does not exist.") from None
        except (ValueError, RecursionError) as fault:
            raise ValueFault(f"{uri} is not JSON: {fault}.") from None


def moment(seconds: float) -> str:
    """A time as pipelines write it into text."""
    # AWS: unknown, the format; ISO 8601 in UTC, to the millisecond.
    return (
        datetime.fromtimestamp(seconds, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
