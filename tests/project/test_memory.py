"""How much memory a worker takes, and that it is not more after a rush of log-ins."""

from concurrent.futures import ThreadPoolExecutor

from benchmarks import processes
from tests.harness import GUNICORN, database, environment, run, start
from tests.wire import Wire

WHO = {"username": "alice", "email": "alice@example.org", "password": "lentils-with-sorrel-77"}
LOGIN = {"login": WHO["username"], "password": WHO["password"]}


def statuses(address: tuple[str, int], path: str, bodies: list[dict]) -> set[int]:
    wire = Wire(address)
    answered = {wire.send("POST", f"/api/v1/auth/{path}/", body, {})[0].status for body in bodies}
    wire.close()
    return answered


def test_a_rush_of_log_ins_costs_one_hash_of_memory_and_not_one_for_each_thread(request, tmp_path):
    with database("postgres" if request.config.getoption("postgres") else "sqlite") as settings:
        env = environment(settings, tmp_path, WEB_CONCURRENCY="1")
        run(env, "manage.py", "migrate", "--verbosity=0")
        with start([*GUNICORN, "--bind", "fd://{fd}"], env, tmp_path / "log") as (address, master):
            [worker] = processes.workers(master)
            assert statuses(address, "register", [WHO]) == {201}
            before = processes.megabytes(worker)
            with ThreadPoolExecutor(6) as visitors:
                rush = list(visitors.map(lambda _: statuses(address, "token", [LOGIN] * 8), range(6)))
            assert rush == [{200}] * 6
            after = processes.megabytes(worker)
    assert after - before < 50  # with a block of 20 MB for each of four threads it is 80
    assert after < 150
