"""The model registry: groups, their numbered versions, and packages that stand alone."""

from __future__ import annotations

import time

from benchtop.desks.listing import page, row
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.registry.packages import (
    GROUP,
    PACKAGE,
    next_version,
    package,
    register,
    updated,
)
from benchtop.door.refusals import ConflictException, NotHonoured, ValidationException
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.wire import Json, Remembered


class RegistryDesk:
    """Keeps model package groups and model packages."""

    def __init__(self, records: Records, place: Place) -> None:
        self.records = records
        self.place = place

    def create_model_package_group(
        self,
        asked: Json,
        model_package_group_name: str,
        model_package_group_description: Remembered = None,  # noqa: ARG002
        tags: Remembered = None,  # noqa: ARG002
    ) -> Json:
        """Open a group, in which versions count from 1."""
        arn = self.place.arn(GROUP, model_package_group_name)
        body = {**asked, "ModelPackageGroupArn": arn, "ModelPackageGroupStatus": "Completed",
                "CreationTime": time.time(),
                "_LastVersion": 0}  # fmt: skip
        record = Record(
            kind=GROUP, name=model_package_group_name, arn=arn, body=body, status="Completed"
        )
        try:
            self.records.add(record)
        except Duplicate:
            raise ValidationException(f"Model Package Group already exists: {arn}") from None
        return {"ModelPackageGroupArn": arn}

    def describe_model_package_group(self, model_package_group_name: str) -> Json:
        """A group, by name or ARN."""
        return row(self._group(model_package_group_name))

    def delete_model_package_group(self, model_package_group_name: str) -> None:
        """Forget an empty group."""
        group = self._group(model_package_group_name)
        inside = Search(kind=PACKAGE, members={"ModelPackageGroupName": group.name}, limit=1)
        if self.records.search(inside):
            raise ConflictException(
                f"Model Package Group {group.arn} cannot be deleted: it has model packages."
            )
        self.records.remove(GROUP, group.name)

    def list_model_package_groups(
        self,
        *,
        creation_time_after: float | None = None,
        creation_time_before: float | None = None,
        max_results: int | None = None,
        name_contains: str | None = None,
        next_token: str | None = None,
        sort_by: str = "CreationTime",
        sort_order: str = "Ascending",
    ) -> Json:
        """The groups, oldest first unless asked otherwise."""
        asked = Search(
            kind=GROUP, name_contains=name_contains, sort_by=sort_by,
            created_before=creation_time_before, created_after=creation_time_after,
        )  # fmt: skip
        return page(
            self.records, "ModelPackageGroupSummaryList", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def put_model_package_group_policy(
        self, model_package_group_name: str, resource_policy: str
    ) -> Json:
        """Keep the group's resource policy."""
        group = self._group(model_package_group_name)
        self.records.change(GROUP, group.name, lambda r: r.evolve(_Policy=resource_policy))
        return {"ModelPackageGroupArn": group.arn}

    def get_model_package_group_policy(self, model_package_group_name: str) -> Json:
        """The group's resource policy."""
        return {"ResourcePolicy": self._policy(self._group(model_package_group_name))}

    def delete_model_package_group_policy(self, model_package_group_name: str) -> None:
        """Forget the group's resource policy."""
        group = self._group(model_package_group_name)
        self._policy(group)
        self.records.change(GROUP, group.name, lambda r: r.evolve(_Policy=None))

    def create_model_package(
        self,
        *,
        asked: Json,
        model_package_name: str | None = None,
        model_package_group_name: str | None = None,
        inference_specification: Json | None = None,
        source_algorithm_specification: Remembered = None,
        validation_specification: Json | None = None,
        client_token: str | None = None,
        model_package_description: Remembered = None,  # noqa: ARG002
        certify_for_marketplace: Remembered = None,  # noqa: ARG002
        tags: Remembered = None,  # noqa: ARG002
        model_approval_status: str | None = None,
        metadata_properties: Remembered = None,  # noqa: ARG002
        model_metrics: Remembered = None,  # noqa: ARG002
        domain: Remembered = None,  # noqa: ARG002
        task: Remembered = None,  # noqa: ARG002
        sample_payload_url: Remembered = None,  # noqa: ARG002
        customer_metadata_properties: Remembered = None,  # noqa: ARG002
        drift_check_baselines: Remembered = None,  # noqa: ARG002
        additional_inference_specifications: Remembered = None,  # noqa: ARG002
        skip_model_validation: Remembered = None,  # noqa: ARG002
        source_uri: Remembered = None,  # noqa: ARG002
        security_config: Remembered = None,  # noqa: ARG002
        model_card: Remembered = None,  # noqa: ARG002
        model_life_cycle: Remembered = None,  # noqa: ARG002
        model_package_registration_type: Remembered = None,  # noqa: ARG002
    ) -> Json:
        """Register a version in a group, or a package of its own name."""
        if validation_specification:
            raise NotHonoured(
                "ValidationSpecification of CreateModelPackage is not honoured by benchtop: "
                "remove it, or run this on AWS."
            )
        if inference_specification is None and source_algorithm_specification is None:
            # AWS: unknown, the wording; a package without either has nothing to serve.
            raise ValidationException(
                "Either InferenceSpecification or SourceAlgorithmSpecification is required."
            )
        body = {name: value for name, value in asked.items() if name != "ClientToken"}
        if model_package_group_name and model_package_name:
            raise ValidationException(
                "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
                "Cannot determine which one to use."
            )
        if model_package_group_name:
            status = model_approval_status or "PendingManualApproval"
            group = self._group(model_package_group_name)
            more = {"ModelApprovalStatus": status, "_ClientToken": client_token}
            return next_version(self.records, self.place, group, {**body, **more})
        if not model_package_name:
            raise ValidationException("Missing ARN.")
        return register(self.records, self.place, model_package_name, body)

    def describe_model_package(
        self,
        model_package_name: str,
        included_data: str = "AllData",
    ) -> Json:
        """A package, by ARN or name; without its model card if only metadata is asked for."""
        body = row(package(self.records, self.place, model_package_name))
        if included_data == "MetadataOnly":
            body.pop("ModelCard", None)
        return body

    def batch_describe_model_package(self, model_package_arn_list: list[str]) -> Json:
        """Several packages by ARN; one that is missing is told of beside the others."""
        rows: Json = {}
        errors: Json = {}
        for arn in model_package_arn_list:
            try:
                rows[arn] = row(package(self.records, self.place, arn))
            except ValidationException as missing:
                errors[arn] = {"ErrorCode": missing.code, "ErrorResponse": missing.message}
        return {"ModelPackageSummaries": rows, "BatchDescribeModelPackageErrorMap": errors}

    def update_model_package(
        self,
        *,
        model_package_arn: str,
        model_approval_status: str | None = None,
        approval_description: str | None = None,
        model_package_registration_type: str | None = None,
        customer_metadata_properties: dict[str, str] | None = None,
        customer_metadata_properties_to_remove: list[str] | None = None,
        additional_inference_specifications_to_add: list[Json] | None = None,
        inference_specification: Json | None = None,
        source_uri: str | None = None,
        model_card: Json | None = None,
        model_life_cycle: Json | None = None,
        client_token: Remembered = None,  # noqa: ARG002 - the same change twice is one change
    ) -> Json:
        """Change what the registry says of a package; what is not named stays as it is."""
        given = {
            "ModelApprovalStatus": model_approval_status,
            "ApprovalDescription": approval_description,
            "ModelPackageRegistrationType": model_package_registration_type,
            "InferenceSpecification": inference_specification,
            "SourceUri": source_uri,
            "ModelCard": model_card,
            "ModelLifeCycle": model_life_cycle,
        }
        changed = {name: value for name, value in given.items() if value is not None}

        notes = customer_metadata_properties or {}
        gone = customer_metadata_properties_to_remove or []
        more = additional_inference_specifications_to_add or []
        found = package(self.records, self.place, model_package_arn)
        self.records.change(
            PACKAGE, found.name, lambda record: updated(record, changed, notes, gone, more)
        )
        return {"ModelPackageArn": found.arn}

    def delete_model_package(self, model_package_name: str) -> None:
        """Forget a package; its version number is not given again."""
        found = package(self.records, self.place, model_package_name)
        self.records.remove(PACKAGE, found.name)

    def list_model_packages(
        self,
        *,
        creation_time_after: float | None = None,
        creation_time_before: float | None = None,
        max_results: int | None = None,
        name_contains: str | None = None,
        model_approval_status: str | None = None,
        model_package_group_name: str | None = None,
        model_package_type: str | None = None,
        next_token: str | None = None,
        sort_by: str = "CreationTime",
        sort_order: str = "Ascending",
    ) -> Json:
        """The packages of a group, or those that stand alone unless other types are asked for."""
        members: dict[str, str | bool] = {}
        if model_package_group_name:
            members["ModelPackageGroupName"] = self._group(model_package_group_name).name
        elif model_package_type != "Both":
            members["ModelPackageGroupName"] = model_package_type == "Versioned"
        if model_approval_status:
            members["ModelApprovalStatus"] = model_approval_status
        asked = Search(
            kind=PACKAGE, name_contains=name_contains, sort_by=sort_by, members=members,
            created_before=creation_time_before, created_after=creation_time_after,
        )  # fmt: skip
        return page(
            self.records, "ModelPackageSummaryList", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def _group(self, name: str) -> Record:
        short = name.rpartition("/")[2]
        record = self.records.find(GROUP, short)
        if record is None:
            arn = self.place.arn(GROUP, short)
            raise ValidationException(f"ModelPackageGroup {arn} does not exist.")
        return record

    def _policy(self, group: Record) -> str:
        policy = group.body.get("_Policy")
        if policy is None:
            raise ValidationException(f"Cannot find resource policy for: {group.arn}")
        return str(policy)
