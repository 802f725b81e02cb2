"""Each worker keeps to one core: docs/decisions/a-core-for-each-worker.md."""

import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from benchmarks import processes
from tests.harness import GUNICORN, environment, run, start
from tests.once import once
from users.hashers import use_any_core

pytestmark = [once, pytest.mark.skipif(sys.platform != "linux", reason="Other systems let nobody choose.")]


def test_workers_share_out_the_cores_also_when_one_takes_the_place_of_another(tmp_path):
    all_cores = os.sched_getaffinity(0)
    count = len(all_cores)
    env = environment({"SQLITE_PATH": str(tmp_path / "db")}, tmp_path, WEB_CONCURRENCY=str(2 * count))
    run(env, "manage.py", "migrate", "--verbosity=0")

    with start([*GUNICORN, "--bind", "fd://{fd}"], env, tmp_path / "log") as (_, master):
        before = settled(master, 2 * count)
        gone = min(before)
        os.kill(gone, signal.SIGKILL)
        after = settled(master, 2 * count, without=gone)

    for workers in (before, after):
        assert Counter(core for [core] in workers.values()) == dict.fromkeys(all_cores, 2)


def test_there_is_a_worker_for_each_core_that_one_is_given(tmp_path):
    on_one_core = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    tell = "from project import settings; print(settings.WEB_CONCURRENCY)"
    assert run(environment({}, tmp_path), "-c", tell) == f"{len(os.sched_getaffinity(0))}\n"
    assert run(environment({}, tmp_path), "-c", on_one_core + tell) == "1\n"


def test_a_password_is_hashed_wherever_there_is_room():
    def on_a_worker() -> set[int]:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # of this thread
        use_any_core()
        return os.sched_getaffinity(0)

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(on_a_worker).result() == os.sched_getaffinity(os.getppid())


def settled(master: int, count: int, without: int = 0) -> dict[int, set[int]]:
    """So many workers, each of which has found its place; fails after half a minute."""
    deadline = time.monotonic() + 30
    workers = {}
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError, ProcessLookupError):  # one that has just ended
            workers = {pid: os.sched_getaffinity(pid) for pid in processes.workers(master)}
            if without not in workers and len(workers) == count and all(len(cores) == 1 for cores in workers.values()):
                return workers
        time.sleep(0.1)
    pytest.fail(f"After half a minute the workers are {workers}.")
