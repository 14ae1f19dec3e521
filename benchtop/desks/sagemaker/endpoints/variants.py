"""Production variants: from a configuration to what is started, and to what Describe tells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.endpoints.models import one_container, resolved, source
from benchtop.desks.sagemaker.endpoints.naming import found
from benchtop.runner.endpoints.container import Container
from benchtop.runner.endpoints.serving import PATIENCE, Variant
from benchtop.store.records import Record, Records
from benchtop.wire import Json


def plan(records: Records, place: Place, config: Record) -> list[Json]:
    """What an endpoint needs to serve a configuration, whatever becomes of its records later.

    Each is a variant of the configuration with ``_Container`` added.

    Raises:
        ValidationException: when a model is missing.
    """
    return [
        {**variant, "_Container": asdict(_container(records, place, variant["ModelName"]))}
        for variant in config.body["ProductionVariants"]
    ]


def start(planned: Sequence[Json]) -> list[Variant]:
    """What the runner is asked to start."""
    return [
        Variant(
            name=each["VariantName"],
            container=Container(**each["_Container"]),
            instances=each.get("InitialInstanceCount", 1),
            weight=each["InitialVariantWeight"],
            patience=each.get("ContainerStartupHealthCheckTimeoutInSeconds", PATIENCE),
        )
        for each in planned
    ]


def summaries(planned: Sequence[Json], since: float) -> list[Json]:
    """The variants as DescribeEndpoint tells them once they serve."""
    return [_summary(each, since) for each in planned]


def pending(planned: Sequence[Json]) -> list[Json]:
    """The variants as DescribeEndpoint tells them while they are on their way."""
    return [
        {
            "VariantName": each["VariantName"],
            "DesiredWeight": each["InitialVariantWeight"],
            "DesiredInstanceCount": each.get("InitialInstanceCount"),
            "DesiredServerlessConfig": each.get("ServerlessConfig"),
            "InstanceType": each.get("InstanceType"),
        }
        for each in planned
    ]


def retained(
    planned: Sequence[Json], current: Sequence[Json], excluded: Collection[str]
) -> list[Json]:
    """New variants with the weights and counts that those of the same name have now."""
    kept = {
        "InitialVariantWeight": "DesiredWeight",
        "InitialInstanceCount": "DesiredInstanceCount",
    }
    now = {each["VariantName"]: each for each in current}
    return [
        {
            **each,
            **{
                member: now[each["VariantName"]][member]
                for member, kind in kept.items()
                if kind not in excluded and member in now.get(each["VariantName"], {})
            },
        }
        for each in planned
    ]


def _container(records: Records, place: Place, name: str) -> Container:
    model = found(records, place, "model", name).body
    given = one_container(model.get("PrimaryContainer"), model.get("Containers"))
    environment = given.get("Environment", {})
    if package := given.get("ModelPackageName"):
        given = resolved(records, place, package, given.get("InferenceSpecificationName"))
        environment = {**given.get("Environment", {}), **environment}
    uri, compressed = source(given)
    return Container(
        image=given["Image"], model=uri, compressed=compressed, environment=environment
    )


def _summary(variant: Json, since: float) -> Json:
    image = variant["_Container"]["image"]
    weight, count = variant["InitialVariantWeight"], variant.get("InitialInstanceCount")
    return {
        "VariantName": variant["VariantName"],
        "DeployedImages": [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": since}
        ],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": count or 0,
        "DesiredInstanceCount": count or 0,
        "CurrentServerlessConfig": variant.get("ServerlessConfig"),
        "DesiredServerlessConfig": variant.get("ServerlessConfig"),
        "RoutingConfig": variant.get("RoutingConfig"),
    }
