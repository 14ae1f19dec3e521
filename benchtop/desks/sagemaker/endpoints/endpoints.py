"""Endpoints: created, updated, scaled and deleted; each status is told when it is true.

What takes time happens in a thread for each change. The record says what is wanted
(``_Wanted``) and what serves (``_Serving``), both complete, so that a restart can go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from benchtop.desks.listing import page, row
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.endpoints.changes import Changes
from benchtop.desks.sagemaker.endpoints.endpoint_configs import check_count
from benchtop.desks.sagemaker.endpoints.naming import added, found, refuse_others
from benchtop.desks.sagemaker.endpoints.rollout import Alarms, read
from benchtop.desks.sagemaker.endpoints.variants import pending, plan, retained
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.runner.endpoints.serving import Serving
from benchtop.store.records import Record, Records, Search
from benchtop.wire import Json, Remembered

KIND = "endpoint"


class EndpointsDesk:
    """Keeps endpoints, and has them serve."""

    def __init__(
        self,
        records: Records,
        objects: object,
        place: Place,
        serving: Serving,
        alarms: Alarms | None = None,
        *,
        allow: Callable[[list[Json]], None] = lambda _: None,
    ) -> None:
        self.allow = allow
        self.records, self.objects, self.place = records, objects, place
        self.alarms = alarms
        self.changes = Changes(records, serving, alarms or (lambda _: ()))

    def resume(self) -> None:
        """Have every endpoint go on after a restart."""
        for record in self.records.search(Search(kind=KIND)):
            self.changes.resume(record)

    def close(self) -> None:
        """Leave the endpoints as they are, for :meth:`resume` to go on with."""
        self.changes.close()

    def create_endpoint(
        self,
        asked: Json,
        endpoint_name: str,
        endpoint_config_name: str,
        deployment_config: Json | None = None,
        tags: Remembered = None,  # noqa: ARG002
    ) -> Json:
        """Start what a configuration names; InService once it answers."""
        wanted = self._wanted(endpoint_config_name, deployment_config, [])
        arn = self.place.arn(KIND, endpoint_name)
        now = time.time()
        body = {**asked, "EndpointArn": arn, "EndpointStatus": "Creating", "CreationTime": now,
                "LastModifiedTime": now, "_Wanted": wanted}  # fmt: skip
        with self.records.transaction():
            self.allow(wanted["variants"])
            added(self.records, Record(
                kind=KIND, name=endpoint_name, arn=arn, status="Creating", body=body
            ))  # fmt: skip
        self.changes.begin(endpoint_name)
        return {"EndpointArn": arn}

    def describe_endpoint(self, endpoint_name: str) -> Json:
        """What serves now, and what is on its way."""
        return row(found(self.records, self.place, KIND, endpoint_name))

    def update_endpoint(
        self,
        *,
        endpoint_name: str,
        endpoint_config_name: str,
        retain_all_variant_properties: bool = False,
        exclude_retained_variant_properties: list[Json] | None = None,
        deployment_config: Json | None = None,
        retain_deployment_config: bool = False,
    ) -> Json:
        """Start another configuration, and stop the former one once the new one serves."""
        record = self._settled(endpoint_name)
        current = record.body["_Serving"] if retain_all_variant_properties else []
        excluded = {each["VariantPropertyType"]
                    for each in exclude_retained_variant_properties or []}  # fmt: skip
        if retain_deployment_config:
            deployment_config = record.body.get("LastDeploymentConfig")
        wanted = self._wanted(endpoint_config_name, deployment_config, current, excluded)
        self.allow(wanted["variants"])  # the new fleet serves beside the old one for a while
        summary = {"EndpointConfigName": endpoint_config_name, "StartTime": time.time(),
                   "ProductionVariants": pending(wanted["variants"])}  # fmt: skip
        return self._change(record, _Wanted=wanted, PendingDeploymentSummary=summary)

    def update_endpoint_weights_and_capacities(
        self, endpoint_name: str, desired_weights_and_capacities: list[Json]
    ) -> Json:
        """Give variants other weights, or other numbers of instances."""
        record = self._settled(endpoint_name)
        variants = {each["VariantName"]: dict(each) for each in record.body["_Serving"]}
        for desired in desired_weights_and_capacities:
            refuse_others(
                desired, {"VariantName", "DesiredWeight", "DesiredInstanceCount"},
                "DesiredWeightsAndCapacities",
            )  # fmt: skip
            _desire(variants, desired)
        self.allow(_more(record.body["_Serving"], variants))
        return self._change(record, _Wanted={"scale": list(variants.values())})

    def delete_endpoint(self, endpoint_name: str) -> None:
        """Stop serving, and forget the endpoint once its processes have ended."""
        record = found(self.records, self.place, KIND, endpoint_name)
        self._refuse_busy(record)
        self._change(record, status="Deleting", _Wanted=None)

    def list_endpoints(
        self,
        *,
        sort_by: str = "CreationTime",
        sort_order: str = "Descending",
        next_token: str | None = None,
        max_results: int | None = None,
        name_contains: str | None = None,
        creation_time_before: float | None = None,
        creation_time_after: float | None = None,
        last_modified_time_before: float | None = None,
        last_modified_time_after: float | None = None,
        status_equals: str | None = None,
    ) -> Json:
        """The endpoints, newest first unless asked otherwise."""
        asked = Search(
            kind=KIND, name_contains=name_contains, sort_by=sort_by, status=status_equals,
            created_before=creation_time_before, created_after=creation_time_after,
            modified_before=last_modified_time_before, modified_after=last_modified_time_after,
        )  # fmt: skip
        return page(
            self.records, "Endpoints", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def _wanted(
        self,
        config: str,
        deployment: Json | None,
        current: list[Json],
        excluded: Collection[str] = (),
    ) -> Json:
        """All that is needed to bring a configuration up, checked."""
        record = found(self.records, self.place, "endpoint-config", config)
        if record.body.get("AsyncInferenceConfig"):
            raise NotHonoured("AsyncInferenceConfig is not honoured by benchtop.")
        variants = retained(plan(self.records, self.place, record), current, excluded)
        instances = sum(each.get("InitialInstanceCount", 1) for each in variants)
        read(deployment, instances, watched=self.alarms is not None)
        return {"config": record.name, "variants": variants, "deployment": deployment}

    def _settled(self, name: str) -> Record:
        record = found(self.records, self.place, KIND, name)
        self._refuse_busy(record)
        if record.status != "InService":
            # AWS: unknown, the wording; a failed endpoint can only be deleted.
            raise ValidationException(
                f'Cannot update endpoint "{record.arn}" in status {record.status}: delete it.'
            )
        return record

    def _refuse_busy(self, record: Record) -> None:
        if record.status in ("Creating", "Updating", "RollingBack", "Deleting"):
            raise ValidationException(f'Cannot update in-progress endpoint "{record.arn}".')

    def _change(self, record: Record, *, status: str = "Updating", **members: object) -> Json:
        """Enter a status that a thread will leave; two requests at once cannot both enter."""

        def edit(now: Record) -> Record:
            self._refuse_busy(now)
            return now.evolve(
                status=status, EndpointStatus=status, FailureReason=None,
                LastModifiedTime=time.time(), **members,
            )  # fmt: skip

        self.records.change(KIND, record.name, edit)
        self.changes.begin(record.name)
        return {"EndpointArn": record.arn}


def _more(serving: list[Json], wanted: dict[str, Json]) -> list[Json]:
    """The variants that get more instances, each with as many as are new."""
    counts = {
        each["VariantName"]: wanted[each["VariantName"]].get("InitialInstanceCount", 1)
        - each.get("InitialInstanceCount", 1)
        for each in serving
    }
    return [
        {**wanted[name], "InitialInstanceCount": count}
        for name, count in counts.items()
        if count > 0
    ]


def _desire(variants: dict[str, Json], desired: Json) -> None:
    name = desired["VariantName"]
    if name not in variants:
        raise ValidationException(
            f'The variant name(s) "{name}" is/are not present in the endpoint.'
        )
    variant = variants[name]
    if "DesiredInstanceCount" in desired:
        if "ServerlessConfig" in variant:
            raise ValidationException(f"Variant {name} is serverless and has no instance count.")
        check_count(variant["InstanceType"], desired["DesiredInstanceCount"])
        if desired["DesiredInstanceCount"] < 1:
            raise ValidationException(f"Variant {name} needs at least one instance.")
        variant["InitialInstanceCount"] = desired["DesiredInstanceCount"]
    if "DesiredWeight" in desired:
        variant["InitialVariantWeight"] = desired["DesiredWeight"]
