"""What each command of ``python -m pipelines`` does; every function returns the exit code."""

from __future__ import annotations

import json
import sys
from argparse import Namespace

from rich.console import Console

from pipelines import ARRIVALS, PIPELINES, executions
from pipelines.aws import Aws
from pipelines.compiling import Unknown, compiled, environment_named
from pipelines.environments import ENVIRONMENTS
from pipelines.outcome import say, tell, troubles
from pipelines.screen import shown
from pipelines.watching import Seen, follow, observe

SUCCEEDED, FAILED, STOPPED, INTERRUPTED = 0, 1, 3, 130
ENDINGS = {"Succeeded": SUCCEEDED, "Stopped": STOPPED}
"""Exit codes of an execution that ended; any other status is a failure."""


def list_(_: Namespace) -> int:
    """Name every pipeline and environment."""
    for name, pipeline in PIPELINES.items():
        _print(f"{name:<12} {(pipeline.__doc__ or '').strip().splitlines()[0]}")
    _print()
    for name, here in ENVIRONMENTS.items():
        _print(f"{name:<12} account {here.account}, {here.region}, bucket {here.bucket}")
    return SUCCEEDED


def show(asked: Namespace) -> int:
    """Print the definition: the exact bytes, or laid out when a person reads it."""
    definition = compiled(asked.name, environment_named(asked.environment)).definition
    _print(json.dumps(json.loads(definition), indent=2) if sys.stdout.isatty() else definition)
    return SUCCEEDED


def upsert(asked: Namespace) -> int:
    """Create the pipeline, or bring it up to date."""
    aws = _aws(asked)
    made = compiled(asked.name, aws.environment)
    aws.make_bucket()
    _print(executions.upsert(aws, made))
    return SUCCEEDED


def start(asked: Namespace) -> int:
    """Start an execution."""
    arn = executions.start(_aws(asked), _known(asked.name), asked.parameter)
    _print(arn)
    return SUCCEEDED


def stop(asked: Namespace) -> int:
    """Stop an execution; what it has done so far stays."""
    aws = _aws(asked)
    arn = asked.execution or executions.latest(aws, list(PIPELINES))
    _print(f"{arn} is {executions.stop(aws, arn)}.")
    return SUCCEEDED


def watch(asked: Namespace) -> int:
    """Watch an execution until it ends."""
    aws, console = _aws(asked), Console()
    arn = asked.execution or executions.latest(aws, list(PIPELINES))
    say(console, arn)
    try:
        seen = _follow(console, aws, arn)
    except KeyboardInterrupt:
        say(console, f"Left; the execution goes on. Stop it with: {_how_to_stop(aws, arn)}")
        return INTERRUPTED
    return _ending(console, seen)


def run(asked: Namespace) -> int:
    """Everything: data, pipeline, execution, and what it came to."""
    aws, console = _aws(asked), Console()
    arrivals = ARRIVALS.get(_known(asked.name))
    aws.make_bucket()
    parameters = dict(asked.parameter)
    if arrivals is not None and "InputDataUri" not in parameters:
        parameters["InputDataUri"] = arrivals.arrive(aws.environment, aws.s3)
        say(console, f"data      {parameters['InputDataUri']}")
    say(console, f"pipeline  {executions.upsert(aws, compiled(asked.name, aws.environment))}")
    arn = executions.start(aws, asked.name, parameters)
    say(console, f"started   {arn}\n")
    try:
        seen, interrupted = _follow_or_stop(console, aws, arn)
    except KeyboardInterrupt:
        say(console, f"Left. Look again with: python -m pipelines watch {arn}")
        return INTERRUPTED
    code = _ending(console, seen)
    if code == SUCCEEDED:
        tell(console, aws, seen, arrivals.examples() if arrivals is not None else [])
    return INTERRUPTED if interrupted else code


def _print(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")


def _follow(console: Console, aws: Aws, arn: str) -> Seen:
    with shown(console) as see:
        return follow(lambda: observe(aws, arn), see)


def _follow_or_stop(console: Console, aws: Aws, arn: str) -> tuple[Seen, bool]:
    """Follow to the end; after Ctrl-C, to the end of stopping. A second Ctrl-C is not caught."""
    with shown(console) as see:
        try:
            return follow(lambda: observe(aws, arn), see), False
        except KeyboardInterrupt:
            say(console, "Stopping the execution; Ctrl-C again leaves it to stop by itself.")
            executions.stop(aws, arn)
            return follow(lambda: observe(aws, arn), see), True


def _ending(console: Console, seen: Seen) -> int:
    for told in troubles(seen):
        say(console, told)
    say(console, f"\n{seen.status}{': ' + seen.reason if seen.reason else ''}")
    return ENDINGS.get(seen.status, FAILED)


def _how_to_stop(aws: Aws, arn: str) -> str:
    return f"python -m pipelines stop {arn} --environment {aws.environment.name}"


def _aws(asked: Namespace) -> Aws:
    aws = Aws(environment_named(asked.environment))
    aws.check_account()
    return aws


def _known(name: str) -> str:
    if name not in PIPELINES:
        raise Unknown(f"There is no pipeline '{name}'; there are {', '.join(PIPELINES)}.")
    return name
