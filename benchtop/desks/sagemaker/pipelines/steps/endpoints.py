"""Endpoint: create it, or update the one of that name, and wait until it serves."""

from __future__ import annotations

from benchtop.desks.sagemaker.pipelines.steps import Ask, Ending
from benchtop.desks.sagemaker.pipelines.steps.fitting import fit_request
from benchtop.desks.sagemaker.pipelines.steps.jobs import adopt
from benchtop.interpreter.definition import Step
from benchtop.interpreter.values import Scope, resolve
from benchtop.store.records import Record, Records
from benchtop.wire import Json

KIND = "endpoint"
UPDATED = ("EndpointName", "EndpointConfigName", "DeploymentConfig")


class EndpointSteps:
    """Creates or updates endpoints; the name is used as it is given."""

    def __init__(self, records: Records, ask: Ask) -> None:
        self._records = records
        self._ask = ask

    def name(self, execution: Record, step: Step) -> str:  # noqa: ARG002 - a Doer
        """The definition names the endpoint."""
        return ""

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The CreateEndpoint request."""
        return fit_request("CreateEndpoint", step.arguments, resolve(step.arguments, scope))

    def launch(self, execution: Record, step: Step, state: Json) -> Json:  # noqa: ARG002 - a Doer
        """Create or update, unless the endpoint has, or is about to have, this configuration."""
        request = state["_request"]
        name = request["EndpointName"]
        there = self._records.find(KIND, name)
        if there is None:
            self._ask("CreateEndpoint", request)
        elif there.status == "Failed" or not _has(there, request["EndpointConfigName"]):
            self._ask("UpdateEndpoint", {n: request[n] for n in UPDATED if n in request})
        child = adopt(self._records, KIND, name, execution)
        return {"Metadata": {"Endpoint": {"Arn": child.arn}}, "_child": name}

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:  # noqa: ARG002 - a Doer
        """Serving with the new configuration is success; with another one it was rolled back."""
        endpoint = self._records.find(KIND, state["_child"])
        if endpoint is None:
            return Ending(status="Failed", reason="The endpoint does not exist any more.")
        reason = endpoint.body.get("FailureReason")
        if endpoint.status in {"Failed", "UpdateRollbackFailed", "OutOfService"}:
            return Ending(status="Failed", reason=reason or f"Endpoint {endpoint.status}.")
        if endpoint.status != "InService":
            return None
        wanted = state["_request"]["EndpointConfigName"]
        if endpoint.body.get("EndpointConfigName") != wanted:
            return Ending(status="Failed", reason=reason or f"It does not serve {wanted}.")
        found = self._ask("DescribeEndpoint", {"EndpointName": endpoint.name})
        return Ending(status="Succeeded", properties=found)

    def stop(self, execution: Record, step: Step, state: Json) -> None:
        """An endpoint on its way cannot be stopped; it is waited for."""


def _has(endpoint: Record, configuration: str) -> bool:
    pending = endpoint.body.get("PendingDeploymentSummary") or {}
    return configuration in {
        endpoint.body.get("EndpointConfigName"),
        pending.get("EndpointConfigName"),
    }
