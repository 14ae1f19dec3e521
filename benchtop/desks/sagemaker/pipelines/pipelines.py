"""Pipelines: definitions under a name, every version of them kept."""

from __future__ import annotations

import time
from typing import Any

from benchtop.desks.listing import page, row
from benchtop.desks.place import Place
from benchtop.door.refusals import (
    ConflictException,
    NotHonoured,
    ResourceNotFound,
    ValidationException,
)
from benchtop.interpreter import faults
from benchtop.interpreter.definition import read
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.store.s3.objects import NoSuchBucket, NoSuchKey, Objects
from benchtop.wire import Json, Remembered

KIND = "pipeline"
VERSION = "pipeline-version"
EXECUTION = "pipeline-execution"
LARGEST_DEFINITION = 1 << 20


class PipelinesDesk:
    """CreatePipeline and its neighbours."""

    def __init__(self, records: Records, objects: Objects, place: Place) -> None:
        self._records = records
        self._objects = objects
        self._place = place

    def create_pipeline(
        self,
        *,
        pipeline_name: str,
        role_arn: str,
        client_request_token: str,
        pipeline_definition: str | None = None,
        pipeline_definition_s3_location: Json | None = None,
        pipeline_display_name: Remembered = None,
        pipeline_description: Remembered = None,
        tags: Remembered = None,
        parallelism_configuration: Json | None = None,
    ) -> Json:
        """Keep a new pipeline, once its definition is known to make sense."""
        text = self._definition(pipeline_definition, pipeline_definition_s3_location)
        body: Json = {
            "PipelineArn": self._place.arn(KIND, pipeline_name),
            "PipelineName": pipeline_name,
            "PipelineDisplayName": pipeline_display_name or pipeline_name,
            "PipelineDescription": pipeline_description,
            "PipelineDefinition": text,
            "RoleArn": role_arn,
            "PipelineStatus": "Active",
            "ParallelismConfiguration": parallelism_configuration,
            "Tags": tags,
            "PipelineVersionId": 1,
            "_token": client_request_token,
        }
        return self._added(pipeline_name, {n: v for n, v in body.items() if v is not None})

    def update_pipeline(
        self,
        *,
        pipeline_name: str,
        pipeline_definition: str | None = None,
        pipeline_definition_s3_location: Json | None = None,
        pipeline_display_name: Remembered = None,
        pipeline_description: Remembered = None,
        role_arn: str | None = None,
        parallelism_configuration: Json | None = None,
    ) -> Json:
        """Change a pipeline; executions under way keep the definition they began with."""
        changes: Json = {
            "PipelineDisplayName": pipeline_display_name,
            "PipelineDescription": pipeline_description,
            "RoleArn": role_arn,
            "ParallelismConfiguration": parallelism_configuration,
        }
        if pipeline_definition or pipeline_definition_s3_location:
            changes["PipelineDefinition"] = self._definition(
                pipeline_definition, pipeline_definition_s3_location
            )
        given = {name: value for name, value in changes.items() if value is not None}
        with self._records.transaction():
            before = existing(self._records, pipeline_name)
            version = int(before.body["PipelineVersionId"]) + 1
            after = self._records.change(
                KIND, before.name, lambda r: r.evolve(**given, PipelineVersionId=version)
            )
            self._keep_version(after)
        return after.body

    def describe_pipeline(self, pipeline_name: str, pipeline_version_id: int | None = None) -> Json:
        """A pipeline as it is now, or as it was in an earlier version."""
        pipeline = existing(self._records, pipeline_name)
        if pipeline_version_id is None:
            return row(pipeline)
        return {**row(pipeline), **version_of(self._records, pipeline, pipeline_version_id).body}

    def list_pipelines(
        self,
        *,
        pipeline_name_prefix: str | None = None,
        created_after: float | None = None,
        created_before: float | None = None,
        sort_by: str = "CreationTime",
        sort_order: str = "Descending",
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Json:
        """The pipelines, newest first unless asked otherwise."""
        asked = Search(
            kind=KIND,
            name_contains=pipeline_name_prefix,
            created_after=created_after,
            created_before=created_before,
            sort_by=sort_by,
        )
        answer = page(
            self._records, "PipelineSummaries", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip
        answer["PipelineSummaries"] = [
            {**each, "LastExecutionTime": each.get("LastRunTime")}
            for each in answer["PipelineSummaries"]
            if each["PipelineName"].startswith(pipeline_name_prefix or "")
        ]
        return answer

    def delete_pipeline(self, pipeline_name: str, client_request_token: Remembered) -> Json:  # noqa: ARG002 - deleting twice is refused by name
        """Forget a pipeline with its versions and executions, unless one is under way."""
        with self._records.transaction():
            pipeline = existing(self._records, pipeline_name)
            for each in ("Executing", "Stopping"):
                if self._records.count(EXECUTION, status=each, parent=pipeline.arn):
                    # AWS: unknown, the wording.
                    raise ConflictException(
                        f"Pipeline {pipeline.name} has executions under way; stop them first."
                    )
            for kind in (EXECUTION, VERSION):
                for child in self._records.search(Search(kind=kind, parent=pipeline.arn)):
                    self._records.remove(kind, child.name)
            self._records.remove(KIND, pipeline.name)
        return {"PipelineArn": pipeline.arn}

    def list_pipeline_versions(
        self,
        *,
        pipeline_name: str,
        created_after: float | None = None,
        created_before: float | None = None,
        sort_order: str = "Descending",
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Json:
        """The versions of a pipeline, newest first unless asked otherwise."""
        asked = Search(
            kind=VERSION,
            parent=existing(self._records, pipeline_name).arn,
            created_after=created_after,
            created_before=created_before,
        )
        return page(
            self._records, "PipelineVersionSummaries", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def update_pipeline_version(
        self,
        pipeline_arn: str,
        pipeline_version_id: int,
        pipeline_version_display_name: Remembered = None,
        pipeline_version_description: Remembered = None,
    ) -> Json:
        """Give a version a name and a description."""
        pipeline = existing(self._records, pipeline_arn)
        version = version_of(self._records, pipeline, pipeline_version_id)
        changes = {
            "PipelineVersionDisplayName": pipeline_version_display_name,
            "PipelineVersionDescription": pipeline_version_description,
        }
        given = {name: value for name, value in changes.items() if value is not None}
        return self._records.change(VERSION, version.name, lambda r: r.evolve(**given)).body

    def _added(self, name: str, body: Json) -> Json:
        record = Record(kind=KIND, name=name, arn=body["PipelineArn"], status="Active", body=body)
        try:
            with self._records.transaction():
                self._records.add(record)
                self._keep_version(record)
        except Duplicate:
            held = self._records.get(KIND, name).body
            if held["_token"] != body["_token"]:
                raise ValidationException(
                    "Pipeline names must be unique within an AWS account and region. "
                    f"Pipeline with name ({name}) already exists."
                ) from None
        return {"PipelineArn": body["PipelineArn"]}

    def _keep_version(self, pipeline: Record) -> None:
        number = pipeline.body["PipelineVersionId"]
        kept = ("PipelineArn", "PipelineDefinition", "PipelineVersionId", "RoleArn")
        self._records.add(
            Record(
                kind=VERSION,
                name=_version_name(pipeline, number),
                arn=f"{pipeline.arn}/version/{number}",
                parent=pipeline.arn,
                body={name: pipeline.body[name] for name in kept},
                created=time.time(),
            )
        )

    def _definition(self, text: str | None, location: Json | None) -> str:
        if (text is None) == (location is None):
            raise ValidationException(
                "Exactly one of PipelineDefinition and PipelineDefinitionS3Location is needed."
            )
        found = text if text is not None else self._stored(location or {})
        try:
            read(found)
        except faults.NotBuilt as fault:
            raise NotHonoured(str(fault)) from None
        except faults.DefinitionFault as fault:
            raise ValidationException(f"Unable to parse pipeline definition. {fault}") from None
        return found

    def _stored(self, location: Json) -> str:
        if location.get("VersionId"):
            raise NotHonoured("VersionId of PipelineDefinitionS3Location is not honoured.")
        where = f"s3://{location['Bucket']}/{location['ObjectKey']}"
        try:
            found = self._objects.get(location["Bucket"], location["ObjectKey"])
        except (NoSuchBucket, NoSuchKey):
            raise ValidationException(f"There is no pipeline definition at {where}.") from None
        if found.size > LARGEST_DEFINITION:
            raise ValidationException(f"The pipeline definition at {where} is larger than 1 MB.")
        try:
            return found.path.read_text("utf-8")
        except UnicodeDecodeError:
            raise ValidationException(f"The pipeline definition at {where} is no text.") from None


def existing(records: Records, name_or_arn: str) -> Record:
    """The pipeline of this name or ARN.

    Raises:
        ResourceNotFound: when there is none.
    """
    found = records.find(KIND, name_or_arn.rpartition("/")[2])
    if found is None:
        raise ResourceNotFound(f"Pipeline '{name_or_arn}' does not exist.")
    return found


def version_of(records: Records, pipeline: Record, number: int) -> Record:
    """A version of a pipeline.

    Raises:
        ResourceNotFound: when there is none.
    """
    found = records.find(VERSION, _version_name(pipeline, number))
    if found is None:
        raise ResourceNotFound(f"Pipeline '{pipeline.name}' has no version {number}.")
    return found


def _version_name(pipeline: Record, number: Any) -> str:
    return f"{pipeline.name}/{number}"
