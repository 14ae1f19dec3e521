"""Endpoint configurations: which models serve under one name, and with what share."""

from __future__ import annotations

import time

from benchtop.desks.listing import page, row
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.endpoints.naming import added, found, refuse_others
from benchtop.door.refusals import NotHonoured, ResourceLimitExceeded, ValidationException
from benchtop.store.records import Record, Records, Search
from benchtop.wire import Json, Remembered

KIND = "endpoint-config"
INSTANCES = 8
"""How many instances one variant may have here: each is real, and this is one machine."""
VARIANT = frozenset({
    "VariantName", "ModelName", "InitialInstanceCount", "InstanceType", "InitialVariantWeight",
    "ServerlessConfig", "VolumeSizeInGB", "ModelDataDownloadTimeoutInSeconds",
    "ContainerStartupHealthCheckTimeoutInSeconds", "RoutingConfig", "InferenceAmiVersion",
})  # fmt: skip


class EndpointConfigsDesk:
    """Keeps endpoint configurations."""

    def __init__(self, records: Records, place: Place) -> None:
        self.records = records
        self.place = place

    def create_endpoint_config(
        self,
        *,
        asked: Json,
        endpoint_config_name: str,
        production_variants: list[Json],
        data_capture_config: Json | None = None,
        tags: Remembered = None,  # noqa: ARG002
        kms_key_id: Remembered = None,  # noqa: ARG002
        execution_role_arn: Remembered = None,  # noqa: ARG002
        vpc_config: Remembered = None,  # noqa: ARG002
        enable_network_isolation: Remembered = None,  # noqa: ARG002
    ) -> Json:
        """Name a set of variants, each with a model that exists."""
        if data_capture_config and data_capture_config.get("EnableCapture", True):
            raise NotHonoured(
                "DataCaptureConfig.EnableCapture is not honoured by benchtop: set it to false, "
                "or run this on AWS."
            )
        for variant in production_variants:
            self._check(variant)
        names = [variant["VariantName"] for variant in production_variants]
        if len(set(names)) < len(names):
            raise ValidationException("The names of the production variants must be unique.")
        arn = self.place.arn(KIND, endpoint_config_name)
        body = {
            **asked,
            "ProductionVariants": [{"InitialVariantWeight": 1.0, **v} for v in production_variants],
            "EndpointConfigArn": arn,
            "CreationTime": time.time(),
        }
        added(self.records, Record(kind=KIND, name=endpoint_config_name, arn=arn, body=body))
        return {"EndpointConfigArn": arn}

    def describe_endpoint_config(self, endpoint_config_name: str) -> Json:
        """The configuration as it was created."""
        return row(found(self.records, self.place, KIND, endpoint_config_name))

    def delete_endpoint_config(self, endpoint_config_name: str) -> None:
        """Forget a configuration; endpoints made from it go on."""
        found(self.records, self.place, KIND, endpoint_config_name)
        self.records.remove(KIND, endpoint_config_name)

    def list_endpoint_configs(
        self,
        *,
        sort_by: str = "CreationTime",
        sort_order: str = "Descending",
        next_token: str | None = None,
        max_results: int | None = None,
        name_contains: str | None = None,
        creation_time_before: float | None = None,
        creation_time_after: float | None = None,
    ) -> Json:
        """The configurations, newest first unless asked otherwise."""
        asked = Search(
            kind=KIND, name_contains=name_contains, sort_by=sort_by,
            created_before=creation_time_before, created_after=creation_time_after,
        )  # fmt: skip
        return page(
            self.records, "EndpointConfigs", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def _check(self, variant: Json) -> None:
        name = variant["VariantName"]
        refuse_others(variant, VARIANT, f"ProductionVariants[{name}]")
        strategy = variant.get("RoutingConfig", {}).get("RoutingStrategy")
        if strategy not in (None, "LEAST_OUTSTANDING_REQUESTS", "RANDOM"):
            raise NotHonoured(f"RoutingStrategy {strategy} is not honoured by benchtop.")
        if "ModelName" not in variant:
            raise NotHonoured(
                f"Variant {name} has no ModelName: inference components are not honoured by "
                "benchtop. Give it a model, or run this on AWS."
            )
        found(self.records, self.place, "model", variant["ModelName"])
        if "ServerlessConfig" not in variant:
            _check_instances(variant)


def _check_instances(variant: Json) -> None:
    for member in ("InstanceType", "InitialInstanceCount"):
        if member not in variant:
            raise ValidationException(
                f"Variant {variant['VariantName']} needs {member}, or a ServerlessConfig."
            )
    check_count(variant["InstanceType"], variant["InitialInstanceCount"])


def check_count(instance_type: str, count: int) -> None:
    """Refuse more instances than one machine should run."""
    if count > INSTANCES:
        raise ResourceLimitExceeded(
            f"The account-level service limit '{instance_type} for endpoint usage' is "
            f"{INSTANCES} Instances, with current utilization of 0 Instances and a request delta "
            f"of {count} Instances. Benchtop starts a real process for each."
        )
