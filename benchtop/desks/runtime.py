"""SageMaker Runtime: InvokeEndpoint, answered by what the endpoint really runs."""

from __future__ import annotations

from benchtop.desks.place import Place
from benchtop.door.refusals import EndpointRefusal, ModelError
from benchtop.runner.endpoints.connections import Answer, Broken, TimedOut
from benchtop.runner.endpoints.serving import NoSuchVariant, Serving
from benchtop.store.records import Record, Records
from benchtop.wire import Json, Remembered

BODY = 25 * 1024 * 1024
"""The most bytes that a request or an answer may have."""
SERVING = ("InService", "Updating", "RollingBack")
PATIENCE = 60.0
"""Seconds that a request waits for an endpoint that a restart brings up again."""
CUSTOM = "X-Amzn-SageMaker-Custom-Attributes"
LATE = (
    "Your invocation timed out while waiting for a response from container primary. Review the "
    "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


class RuntimeDesk:
    """Has endpoints answer."""

    def __init__(self, records: Records, serving: Serving, place: Place | None = None) -> None:
        self.records = records
        self.serving = serving
        self.place = place or Place()

    def invoke_endpoint(
        self,
        *,
        endpoint_name: str,
        body: bytes = b"",
        content_type: str | None = None,
        accept: str | None = None,
        custom_attributes: str | None = None,
        target_variant: str | None = None,
        inference_id: Remembered = None,  # noqa: ARG002
    ) -> Json:
        """Ask one variant's model, and give back its bytes."""
        endpoint = self._endpoint(endpoint_name)
        if len(body) > BODY:
            raise EndpointRefusal(f"The request body is larger than {BODY} bytes.")
        headers = {"Content-Type": content_type, "Accept": accept, CUSTOM: custom_attributes}
        given = {name: value for name, value in headers.items() if value}
        try:
            variant, answer = self.serving.ask(endpoint.name, given, body, target_variant)
        except NoSuchVariant:
            raise EndpointRefusal(
                f"Variant {target_variant} not found for endpoint {endpoint_name}."
                if target_variant
                else f"Endpoint {endpoint_name} has no variant that takes traffic."
            ) from None
        except TimedOut:
            raise self._fault(endpoint, 0, LATE) from None
        except Broken:
            # AWS: unknown, the wording when a container dies while it is asked.
            raise self._fault(
                endpoint, 0, "The model server ended while it was answering."
            ) from None
        self._check(endpoint, answer)
        return {
            "Body": answer.body,
            "ContentType": answer.headers.get("content-type"),
            "InvokedProductionVariant": variant,
            "CustomAttributes": answer.headers.get(CUSTOM.lower()),
        }

    def _endpoint(self, name: str) -> Record:
        record = self.records.find("endpoint", name)
        # After a restart the status is true again a moment before the processes are.
        if (
            record is None
            or record.status not in SERVING
            or not self.serving.expect(record.name, PATIENCE)
        ):
            raise EndpointRefusal(f"Endpoint {name} of account {self.place.account} not found.")
        return record

    def _check(self, endpoint: Record, answer: Answer) -> None:
        if answer.status // 100 != 2:  # noqa: PLR2004 - 2xx
            message = answer.body.decode(errors="replace")
            raise self._fault(endpoint, answer.status, message)
        if len(answer.body) > BODY:
            raise self._fault(endpoint, 0, f"The answer is larger than {BODY} bytes.")

    def _fault(self, endpoint: Record, status: int, message: str) -> ModelError:
        group = f"/aws/sagemaker/Endpoints/{endpoint.name}"
        region, account = self.place.region, self.place.account
        whose = "client" if status // 100 == 4 else "server"  # noqa: PLR2004 - 4xx
        return ModelError(
            f'Received {whose} error ({status}) from primary with message "{message}". See '
            f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
            f"#logEventViewer:group={group} in account {account} for more information.",
            OriginalStatusCode=status,
            OriginalMessage=message,
            LogStreamArn=f"arn:aws:logs:{region}:{account}:log-group:{group}",
        )
