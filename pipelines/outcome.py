"""What an execution came to: leaderboard, verdict, model version, endpoint, first predictions."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console

from pipelines.arrivals import Example
from pipelines.aws import Aws
from pipelines.screen import trials_table
from pipelines.watching import Seen

Row = dict[str, Any]


def tell(console: Console, aws: Aws, seen: Seen, examples: list[Example]) -> None:
    """Print it all."""
    console.print()
    if seen.trials:
        console.print(trials_table(seen))
    report = verdict(aws, seen)
    for line in [*verdict_lines(report), *model_lines(aws, seen)]:
        say(console, line)
    endpoint = arn_of(seen, "Endpoint").rpartition("/")[2]
    if endpoint and examples:
        say(console, "")
        for line in prediction_lines(examples, predictions(aws, endpoint, examples)):
            say(console, line)


def say(console: Console, text: str) -> None:
    """One plain line."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def arn_of(seen: Seen, kind: str) -> str:
    """The ARN of what a step of this kind made; empty if none did."""
    return next((step.arns[kind] for step in seen.steps if kind in step.arns), "")


def troubles(seen: Seen) -> list[str]:
    """Why the first trial failed, if one did, and how to read what failed jobs printed."""
    failed = [each for each in seen.trials if each.status == "Failed"][:1]
    lines = [f"\n{each.name} failed: {each.reason}" for each in failed]
    lines += [_how_to_read("TrainingJobs", each.name) for each in failed]
    for step in seen.steps:
        job = step.arns.get("ProcessingJob", "").rpartition("/")[2]
        if job and step.status == "Failed":
            lines += ["", _how_to_read("ProcessingJobs", job)]
    return lines


def _how_to_read(group: str, job: str) -> str:
    return (
        f"its log: aws logs tail --since 1d /aws/sagemaker/{group} --log-stream-name-prefix {job}"
    )


def verdict(aws: Aws, seen: Seen) -> Row:
    """The report of the step that has an output ``evaluation``; empty if there is none."""
    for step in seen.steps:
        job = step.arns.get("ProcessingJob", "").rpartition("/")[2]
        if not job or step.status != "Succeeded":
            continue
        found = aws.sagemaker.describe_processing_job(ProcessingJobName=job)
        for output in found.get("ProcessingOutputConfig", {}).get("Outputs", []):
            if output["OutputName"] == "evaluation":
                return dict(json.loads(aws.read(f"{output['S3Output']['S3Uri']}/evaluation.json")))
    return {}


def verdict_lines(report: Row) -> list[str]:
    """How the candidates did on flights that none of them had seen."""
    if not report:
        return []
    winner, baseline = report["winner"], report["baseline"]
    return [
        "",
        f"judged on {report['flights']} flights of unseen days:",
        *(
            f"  {each['name']}  auc {each['auc']:.4f}  logloss {each['logloss']:.4f}"
            f"  {each['p50_ms']:.2f} ms{'  winner' if each == winner else ''}"
            for each in report["candidates"]
        ),
        f"  {baseline['name']}  auc {baseline['auc']:.4f}",
    ]


def model_lines(aws: Aws, seen: Seen) -> list[str]:
    """Which version was registered, and where it serves."""
    lines = [""]
    package = arn_of(seen, "RegisterModel")
    if package:
        found = aws.sagemaker.describe_model_package(ModelPackageName=package)
        lines.append(
            f"model     {found['ModelPackageGroupName']}, version {found['ModelPackageVersion']}, "
            f"{found['ModelApprovalStatus']}"
        )
    endpoint = arn_of(seen, "Endpoint")
    if endpoint:
        lines.append(f"endpoint  {endpoint.rpartition('/')[2]}")
    return lines


def predictions(aws: Aws, endpoint: str, examples: list[Example]) -> list[Row]:
    """What the endpoint says about flights."""
    body = json.dumps({"instances": [each.request for each in examples]})
    answer = aws.runtime.invoke_endpoint(
        EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=body
    )
    return list(json.loads(answer["Body"].read())["predictions"])


def prediction_lines(examples: list[Example], said: list[Row]) -> list[str]:
    """Each prediction beside what really happened."""
    return [
        line
        for example, answer in zip(examples, said, strict=True)
        for line in (f"  {example.title}", f"    {_said(answer)}; happened: {example.happened}")
    ]


def _said(answer: Row) -> str:
    return f"says: late with probability {answer['probability']:.2f}"
