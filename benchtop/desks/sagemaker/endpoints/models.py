"""Models: an image, an archive, and an environment, under a name."""

from __future__ import annotations

import time

from benchtop.desks.listing import page, row
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.endpoints.naming import added, found, refuse_others
from benchtop.desks.sagemaker.registry.packages import package
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.store.records import Record, Records, Search
from benchtop.wire import Json, Remembered

CONTAINER = frozenset({
    "ContainerHostname", "Image", "ImageConfig", "Mode", "ModelDataUrl", "ModelDataSource",
    "Environment", "ModelPackageName", "InferenceSpecificationName",
})  # fmt: skip
SOURCE = frozenset({"S3Uri", "S3DataType", "CompressionType", "ModelAccessConfig"})


class ModelsDesk:
    """Keeps models; an endpoint runs them."""

    def __init__(self, records: Records, place: Place) -> None:
        self.records = records
        self.place = place

    def create_model(
        self,
        *,
        asked: Json,
        model_name: str,
        primary_container: Json | None = None,
        containers: list[Json] | None = None,
        execution_role_arn: Remembered = None,  # noqa: ARG002
        tags: Remembered = None,  # noqa: ARG002
        vpc_config: Remembered = None,  # noqa: ARG002
        enable_network_isolation: Remembered = None,  # noqa: ARG002
    ) -> Json:
        """Name one container; several, an inference pipeline, are refused."""
        self._check(one_container(primary_container, containers))
        arn = self.place.arn("model", model_name)
        body = {"EnableNetworkIsolation": False, **asked, "ModelArn": arn,
                "CreationTime": time.time()}  # fmt: skip
        added(self.records, Record(kind="model", name=model_name, arn=arn, body=body))
        return {"ModelArn": arn}

    def describe_model(self, model_name: str) -> Json:
        """The model as it was created."""
        return row(found(self.records, self.place, "model", model_name))

    def delete_model(self, model_name: str) -> None:
        """Forget a model; endpoints that serve it already go on."""
        found(self.records, self.place, "model", model_name)
        self.records.remove("model", model_name)

    def list_models(
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
        """The models, newest first unless asked otherwise."""
        asked = Search(
            kind="model", name_contains=name_contains, sort_by=sort_by,
            created_before=creation_time_before, created_after=creation_time_after,
        )  # fmt: skip
        return page(
            self.records, "Models", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def _check(self, container: Json) -> None:
        refuse_others(container, CONTAINER, "Container")
        if container.get("Mode", "SingleModel") != "SingleModel":
            raise NotHonoured(
                "Container.Mode MultiModel is not honoured by benchtop: run this on AWS."
            )
        if name := container.get("ModelPackageName"):
            resolved(self.records, self.place, name, container.get("InferenceSpecificationName"))
        elif not container.get("Image"):
            raise ValidationException("The container must have an Image or a ModelPackageName.")
        source(container)


def one_container(primary: Json | None, several: list[Json] | None) -> Json:
    """The container of a model that has exactly one."""
    if primary and several:
        raise ValidationException(
            "PrimaryContainer and Containers cannot both be specified: give one of them."
        )
    if primary:
        return primary
    if not several:
        raise ValidationException("A model needs a PrimaryContainer or Containers.")
    if len(several) > 1:
        raise NotHonoured(
            "Containers with more than one container (an inference pipeline) is not honoured "
            "by benchtop: use one container, or run this on AWS."
        )
    return several[0]


def source(container: Json) -> tuple[str, bool]:
    """Where a container's model lies, and whether it is an archive; '' if it has none."""
    given = container.get("ModelDataSource", {}).get("S3DataSource")
    if given is None:
        return container.get("ModelDataUrl", ""), True
    refuse_others(given, SOURCE, "ModelDataSource.S3DataSource")
    return given["S3Uri"], given["CompressionType"] == "Gzip"


def resolved(records: Records, place: Place, name: str, specification: str | None = None) -> Json:
    """The one container of a model package, by the main or an additional specification."""
    # AWS: unknown, whether a package that is not Approved is refused here; it is not.
    body = package(records, place, name).body
    named = {each["Name"]: each for each in body.get("AdditionalInferenceSpecifications", [])}
    found = named.get(specification) if specification else body.get("InferenceSpecification")
    containers = (found or {}).get("Containers", [])
    if not containers:
        wanted = specification or "InferenceSpecification"
        raise ValidationException(f"Model package {name} has no {wanted} to serve.")
    return one_container(None, containers)
