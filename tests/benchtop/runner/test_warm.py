"""A script that is forked from a warm process finds what it finds in a new interpreter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.isolation import Isolation
from benchtop.runner.warm.pool import Pool

SCRIPTS = {
    "itself": """
import sys
print(__name__, __file__, __doc__, __spec__, __package__, __cached__, type(__loader__).__name__)
print(sorted(globals()), sys.argv, sys.orig_argv, sys.executable, sys.prefix)
print(sys.flags, sys.warnoptions, sys._xoptions, sys._getframe().f_back)
print(sys.path, sys.modules["__main__"].__dict__ is globals())
""",
    "modules": """
import sys
print(sorted(sys.modules))
""",
    "modules of a library": """
import numpy
import sys
print(sorted(sys.modules))
""",
    "hidden modules": """
import sys
sys.modules.setdefault("sklearn", None)
import xgboost
print(sorted(name for name in sys.modules), xgboost.compat.SKLEARN_INSTALLED)
""",
    "environment": """
import os
print({name: value for name, value in sorted(os.environ.items()) if "TRAINING" not in name})
print(os.path.exists("/proc/self/environ"), os.getcwd(), os.listdir("/opt/ml"))
""",
    "environment that a library changes": """
import sklearn
import os
print(sorted(os.environ))
""",
    "process": """
import os, signal, threading
print(os.getpid(), os.getppid(), os.getpgrp(), os.getsid(0), os.getuid(), os.getgid())
print({number: signal.getsignal(number) for number in signal.valid_signals()})
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1))
print(threading.enumerate()[0].name, os.listdir("/proc/self/task"), os.umask(0), os.nice(0))
print(sorted(os.listdir("/proc/self/fd"), key=int), os.listdir("/proc/self/task"))
print([each for each in os.listdir("/proc") if each.isdigit()], os.sched_getaffinity(0))
""",
    "streams": """
import sys
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.fileno(), stream.mode, stream.encoding, stream.errors, stream.line_buffering,
          stream.write_through, stream.isatty(), stream.name)
print(repr(sys.stdin.read()))
sys.stderr.write("to stderr\\n")
sys.stdout.write("no end of line")
""",
    "uncaught": """
def fail():
    try:
        {}["a"]
    except KeyError:
        raise ValueError("boom")
fail()
""",
    "syntax": "print('a'\n",
    "exit code": "import sys; sys.exit(7)",
    "exit text": "import sys; sys.exit('that was it')",
    "exit none": "raise SystemExit",
    "interrupt": "raise KeyboardInterrupt",
    "exit at once": "import os, atexit; atexit.register(print, 'never'); os._exit(9)",
    "kill": "import os; os.kill(os.getpid(), 9)",
    "terminate": "import os, time; os.kill(os.getpid(), 15); time.sleep(9)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "ends": """
import atexit, threading, time, weakref
class Last:
    def __del__(self): print("deleted")
last = Last()
atexit.register(print, "first registered")
atexit.register(print, "then registered")
threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
print("end of script")
""",
    "own modules": """
import own, sys
from package import part
print(own.__file__, part.VALUE, own.__spec__.cached, sys.modules["package"].__path__)
""",
    "processes": """
import multiprocessing, subprocess, sys
def double(number): return 2 * number
if __name__ == "__main__":
    for way in ("fork", "spawn"):
        with multiprocessing.get_context(way).Pool(2) as pool:
            print(way, pool.map(double, range(4)))
    code = "import sys, os; print(sys.path, sorted(sys.modules), sorted(os.environ))"
    print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
""",
    "left behind": """
import subprocess
subprocess.Popen(["sh", "-c", "sleep 60; echo alive"])
print("gone")
""",
    "threads of a library": """
import numpy
import os
made = numpy.ones((400, 400)) @ numpy.ones((400, 400))
print(made.sum(), len(os.listdir("/proc/self/task")))
""",
    "warnings": """
import warnings
import sys
warnings.warn("mind", stacklevel=3)
print(warnings.filters)
""",
    "hook": """
import sys
sys.excepthook = lambda kind, value, trace: print("hooked", kind, value, trace.tb_next)
raise ValueError("boom")
""",
    "too much output": "print('x' * 300_000)",
    "meddling": """
import os
os.environ["OMP_NUM_THREADS"] = "1"
import numpy
print("one")
""",
    "missing library": "import nowhere.to_be_found",
}
FILES = {"own__py": "import json\n", "package/__init____py": "", "package/part__py": "VALUE = 1\n"}
COLD = {"meddling", "missing library", "syntax"}


@pytest.fixture
def pool(training: TrainingDesk, hire: Any, isolation: Isolation) -> Any:
    """Warm processes for the desk's jobs."""
    if isolation.name != "namespaces":
        pytest.skip("this machine has no namespaces, without which everything starts cold")
    training.runner = hire(warm=Pool())
    return training.runner.warm


@pytest.fixture
def warm(tmp_path: Path) -> Callable[[str], bool]:
    """Whether a job was forked from a warm process."""

    def forked(name: str) -> bool:
        folder = tmp_path / "jobs/training-job" / name
        launch = json.loads((folder / "launch.json").read_text())
        return "warm" in launch and not (folder / "supervisor.log").read_text()

    return forked


@pytest.mark.parametrize("title", SCRIPTS)
@pytest.mark.usefixtures("pool")
def test_warm_and_cold_are_the_same_to_a_script(
    title: str, ran: Any, script: Any, said: Any, warm: Any
) -> None:
    """
    What it prints, how it ends and why: the first run is cold, the second forked.
    """
    seen = []
    for name in ("same-1", "same-2"):
        files = {"train__py": SCRIPTS[title], **FILES}
        hyperparameters = {"eta": "0.1", "text": '"two words"'}
        job = ran(script(name=name, files=files, hyperparameters=hyperparameters))
        told = (job["TrainingJobStatus"], job.get("FailureReason"), said(name))
        seen.append(json.loads(json.dumps(told).replace(name, "same")))

    assert seen[1] == seen[0]
    assert [warm("same-1"), warm("same-2")] == [False, title not in COLD]


@pytest.mark.usefixtures("pool")
def test_nothing_is_lost_that_a_script_left_open(
    ran: Any, script: Any, warm: Any, tmp_path: Path
) -> None:
    """
    A file that was never closed is written out at the end, as by any interpreter.
    """
    text = """
out = open("/opt/ml/output/left", "w")
out.write("kept")
def function(): pass
"""
    for name in ("first", "second"):
        ran(script(text, name=name))

    assert warm("second")
    left = tmp_path / "jobs/training-job/second/opt/ml/output/left"
    assert left.read_text() == "kept"
