"""Pipeline executions: started, watched, stopped, tried again."""

from __future__ import annotations

import time

from benchtop.desks.listing import page, row, window
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.pipelines.beginning import new_execution
from benchtop.desks.sagemaker.pipelines.conductor import UNDER_WAY, Conductor
from benchtop.desks.sagemaker.pipelines.pipelines import existing, version_of
from benchtop.desks.sagemaker.pipelines.steps import Ask, Doer
from benchtop.desks.sagemaker.pipelines.steps.calls import CallbackSteps, Clients, LambdaSteps
from benchtop.desks.sagemaker.pipelines.steps.endpoints import EndpointSteps
from benchtop.desks.sagemaker.pipelines.steps.jobs import KINDS, JobSteps, TuningSteps
from benchtop.desks.sagemaker.pipelines.steps.registry import RegisterSteps
from benchtop.desks.sagemaker.pipelines.steps.states import KIND, States
from benchtop.desks.sagemaker.pipelines.steps.verdicts import ConditionSteps, FailSteps
from benchtop.door.refusals import ConflictException, ResourceNotFound
from benchtop.foreman import Foreman
from benchtop.interpreter.parameters import text
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json, Remembered

SORTS = {"CreationTime": "CreationTime", "PipelineExecutionArn": "Name"}


class ExecutionsDesk:
    """StartPipelineExecution and its neighbours."""

    def __init__(  # noqa: PLR0917 - the parts of benchtop that it joins
        self,
        records: Records,
        objects: Objects,
        place: Place,
        ask: Ask,
        foreman: Foreman,
        clients: Clients,
    ) -> None:
        self._records = records
        self._place = place
        self._foreman = foreman
        states = States(records, foreman.wake)
        self._states = states
        doers: dict[str, Doer] = {
            **{name: JobSteps(kind, records, ask) for name, kind in KINDS.items()},
            "Tuning": TuningSteps(KINDS["Tuning"], records, ask),
            "RegisterModel": RegisterSteps(records, ask),
            "Endpoint": EndpointSteps(records, ask),
            "Condition": ConditionSteps(),
            "Fail": FailSteps(),
            "Lambda": LambdaSteps(clients, states.tell),
            "Callback": CallbackSteps(clients),
        }
        foreman.hire(KIND, Conductor(records, objects, states, doers).advance)

    def resume(self) -> None:
        """Go on with every execution that was under way when benchtop ended."""
        for record in self._under_way():
            self._foreman.wake(record.arn)

    def start_pipeline_execution(
        self,
        *,
        asked: Json,
        pipeline_name: str,
        client_request_token: str,
        pipeline_execution_display_name: Remembered = None,
        pipeline_parameters: list[Json] | None = None,
        pipeline_execution_description: Remembered = None,
        parallelism_configuration: Json | None = None,
        pipeline_version_id: int | None = None,
        role_arn: Remembered = None,
    ) -> Json:
        """Begin an execution of a pipeline's newest version, or of an earlier one."""
        pipeline = existing(self._records, pipeline_name)
        version = pipeline_version_id or pipeline.body["PipelineVersionId"]
        kept = version_of(self._records, pipeline, version).body
        described = {
            "PipelineExecutionDisplayName": pipeline_execution_display_name,
            "PipelineExecutionDescription": pipeline_execution_description,
            "ParallelismConfiguration": parallelism_configuration
            or pipeline.body.get("ParallelismConfiguration"),
            "RoleArn": role_arn or kept["RoleArn"],
        }
        execution = new_execution(
            pipeline, kept, asked=asked, described=described,
            parameters=pipeline_parameters or [], token=client_request_token, now=time.time(),
        )  # fmt: skip
        self._begin(pipeline, execution)
        return {"PipelineExecutionArn": execution.arn}

    def describe_pipeline_execution(self, pipeline_execution_arn: str) -> Json:
        """How an execution stands."""
        return row(self._execution(pipeline_execution_arn))

    def list_pipeline_executions(
        self,
        *,
        pipeline_name: str,
        created_after: float | None = None,
        created_before: float | None = None,
        sort_by: str = "CreationTime",
        sort_order: str = "Descending",
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Json:
        """The executions of a pipeline, newest first unless asked otherwise."""
        asked = Search(
            kind=KIND,
            parent=existing(self._records, pipeline_name).arn,
            created_after=created_after,
            created_before=created_before,
            sort_by=SORTS[sort_by],
        )
        answer = page(
            self._records, "PipelineExecutionSummaries", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip
        for each in answer["PipelineExecutionSummaries"]:
            each["PipelineExecutionFailureReason"] = each.get("FailureReason")
        return answer

    def list_pipeline_execution_steps(
        self,
        pipeline_execution_arn: str,
        next_token: str | None = None,
        max_results: int | None = None,
        sort_order: str = "Descending",
    ) -> Json:
        """The steps that were started, the last one first unless asked otherwise."""
        steps = list(self._execution(pipeline_execution_arn).body["_steps"].values())
        steps.sort(key=lambda state: float(state["StartTime"]))
        if sort_order == "Descending":
            steps.reverse()
        found, token = window(steps, next_token, max_results)
        return {"PipelineExecutionSteps": found, "NextToken": token}

    def list_pipeline_parameters_for_execution(
        self,
        pipeline_execution_arn: str,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Json:
        """The value of every parameter, given or default."""
        values = self._execution(pipeline_execution_arn).body["_parameters"]
        shown = [{"Name": name, "Value": text(value)} for name, value in values.items()]
        found, token = window(shown, next_token, max_results)
        return {"PipelineParameters": found, "NextToken": token}

    def describe_pipeline_definition_for_execution(self, pipeline_execution_arn: str) -> Json:
        """The definition that an execution began with."""
        execution = self._execution(pipeline_execution_arn)
        definition = execution.body["_definition"]
        return {"PipelineDefinition": definition, "CreationTime": execution.created}

    def update_pipeline_execution(
        self,
        pipeline_execution_arn: str,
        pipeline_execution_description: Remembered = None,
        pipeline_execution_display_name: Remembered = None,
        parallelism_configuration: Json | None = None,
    ) -> Json:
        """Change what an execution is called, or how many of its steps run at a time."""
        changes: Json = {
            "PipelineExecutionDescription": pipeline_execution_description,
            "PipelineExecutionDisplayName": pipeline_execution_display_name,
            "ParallelismConfiguration": parallelism_configuration,
        }
        given = {name: value for name, value in changes.items() if value is not None}
        execution = self._execution(pipeline_execution_arn)
        self._records.change(KIND, execution.name, lambda record: record.evolve(**given))
        self._foreman.wake(execution.arn)
        return {"PipelineExecutionArn": execution.arn}

    def stop_pipeline_execution(
        self,
        pipeline_execution_arn: str,
        client_request_token: Remembered,  # noqa: ARG002 - stopping twice changes nothing
    ) -> Json:
        """Stop an execution; it is Stopping until what runs has stopped."""
        execution = self._execution(pipeline_execution_arn)

        def edit(record: Record) -> Record:
            if record.status not in UNDER_WAY:
                # AWS: unknown, the wording.
                raise ConflictException(
                    f"Pipeline execution {record.arn} is {record.status} already."
                )
            return record.evolve(status="Stopping", PipelineExecutionStatus="Stopping")

        self._records.change(KIND, execution.name, edit)
        self._foreman.wake(execution.arn)
        return {"PipelineExecutionArn": execution.arn}

    def retry_pipeline_execution(
        self,
        pipeline_execution_arn: str,
        client_request_token: Remembered,  # noqa: ARG002 - a second retry is refused by status
        parallelism_configuration: Json | None = None,
    ) -> Json:
        """Go on from the steps that failed or were stopped; what succeeded is not done again."""
        execution = self._execution(pipeline_execution_arn)

        def edit(record: Record) -> Record:
            if record.status not in {"Failed", "Stopped"}:
                raise ConflictException(
                    f"Pipeline execution {record.arn} is {record.status}; "
                    "only a Failed or Stopped one can be retried."
                )
            changes: Json = {
                "PipelineExecutionStatus": "Executing",
                "_steps": {
                    name: state
                    for name, state in record.body["_steps"].items()
                    if state["StepStatus"] == "Succeeded"
                },
            }
            if parallelism_configuration:
                changes["ParallelismConfiguration"] = parallelism_configuration
            return record.evolve(status="Executing", FailureReason=None, **changes)

        self._records.change(KIND, execution.name, edit)
        self._foreman.wake(execution.arn)
        return {"PipelineExecutionArn": execution.arn}

    def send_pipeline_execution_step_success(
        self,
        callback_token: str,
        output_parameters: list[Json] | None = None,
        client_request_token: Remembered = None,  # noqa: ARG002 - the token of the step is enough
    ) -> Json:
        """End a Callback step well, with its outputs."""
        given = {each["Name"]: each["Value"] for each in output_parameters or []}
        return self._call_back(callback_token, {"result": given})

    def send_pipeline_execution_step_failure(
        self,
        callback_token: str,
        failure_reason: str = "",
        client_request_token: Remembered = None,  # noqa: ARG002 - the token of the step is enough
    ) -> Json:
        """End a Callback step badly, with the reason."""
        return self._call_back(callback_token, {"fault": failure_reason or "The callback failed."})

    def _call_back(self, token: str, answer: Json) -> Json:
        for execution in self._under_way():
            for name, state in execution.body["_steps"].items():
                waiting = "SqsQueueUrl" in state.get("_request", {}) and "EndTime" not in state
                if waiting and state["_name"] == token:
                    if state.get("_answer", answer) != answer:
                        raise ConflictException("The callback step has been answered already.")
                    self._states.tell(execution.name, name, token, {"_answer": answer})
                    return {"PipelineExecutionArn": execution.arn}
        raise ResourceNotFound(f"No callback step waits for token {token}.")

    def _under_way(self) -> list[Record]:
        return [
            record
            for status in sorted(UNDER_WAY)
            for record in self._records.search(Search(kind=KIND, status=status))
        ]

    def _execution(self, arn: str) -> Record:
        found = self._records.find(KIND, arn.rpartition("/")[2])
        if found is None or found.arn.lower() != arn.lower():
            raise ResourceNotFound(f"Pipeline execution '{arn}' does not exist.")
        return found

    def _begin(self, pipeline: Record, execution: Record) -> None:
        try:
            self._records.add(execution)
        except Duplicate:
            before = self._records.get(KIND, execution.name)
            if before.body["_asked"] != execution.body["_asked"]:
                raise ConflictException(
                    "The ClientRequestToken was used for another execution."
                ) from None
            return
        self._records.change(
            "pipeline", pipeline.name, lambda record: record.evolve(LastRunTime=execution.created)
        )
        self._foreman.wake(execution.arn)
