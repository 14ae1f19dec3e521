"""Search: any resource by any of its properties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchtop.desks.listing import row, window
from benchtop.desks.sagemaker.search.matching import matches, order
from benchtop.door.refusals import NotHonoured
from benchtop.store.records import Records
from benchtop.store.records import Search as Asked
from benchtop.wire import Json


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A kind of record as Search tells it."""

    kind: str
    member: str
    shape: Callable[[Json], Json] = lambda body: body


RESOURCES = {
    "TrainingJob": Resource(kind="training-job", member="TrainingJob"),
    "HyperParameterTuningJob": Resource(
        kind="hyper-parameter-tuning-job", member="HyperParameterTuningJob"
    ),
    "Endpoint": Resource(kind="endpoint", member="Endpoint"),
    "Model": Resource(kind="model", member="Model", shape=lambda body: {"Model": body}),
    "ModelPackage": Resource(kind="model-package", member="ModelPackage"),
    "ModelPackageGroup": Resource(kind="model-package-group", member="ModelPackageGroup"),
    "Pipeline": Resource(kind="pipeline", member="Pipeline"),
    "PipelineExecution": Resource(kind="pipeline-execution", member="PipelineExecution"),
}
"""What benchtop has of Search's resources; another is refused, for an empty answer would lie."""


class SearchDesk:
    """Searches the records of one kind."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def search(
        self,
        *,
        resource: str,
        search_expression: Json | None = None,
        sort_by: str = "LastModifiedTime",
        sort_order: str = "Descending",
        next_token: str | None = None,
        max_results: int | None = None,
        cross_account_filter_option: str = "SameAccount",
    ) -> Json:
        """The resources that an expression describes, sorted by any property."""
        if cross_account_filter_option != "SameAccount":
            raise NotHonoured(
                "CrossAccountFilterOption CrossAccount is not honoured by benchtop, which has "
                "one account."
            )
        told = RESOURCES.get(resource)
        if told is None:
            raise NotHonoured(
                f"Search for {resource} is not honoured by benchtop: it has {', '.join(RESOURCES)}."
            )
        bodies = [row(each) for each in self.records.search(Asked(kind=told.kind))]
        hits = [body for body in bodies if matches(body, search_expression or {})]
        ranked = order(hits, sort_by, descending=sort_order == "Descending")
        found, more = window(ranked, next_token, max_results)
        return {
            "Results": [{told.member: told.shape(body)} for body in found],
            "NextToken": more,
            "TotalHits": {"Value": len(hits), "Relation": "EqualTo"},
        }
