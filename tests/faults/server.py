"""gunicorn as in production, on a port of its own, that may be killed and started again."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests import harness, postgres

SECONDS_TO_BE_READY = 30
SECONDS_TO_STOP = 30


class Server:
    def __init__(self, environment: dict[str, str], log: Path):
        self.environment, self.log = environment, log
        self.address = (harness.HOST, postgres.free_port())
        self.process: subprocess.Popen | None = None
        self.options: tuple[str, ...] = ()

    def start(self) -> None:
        """It is there when it answers, which may take its time."""
        bind = f"{self.address[0]}:{self.address[1]}"
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "project/gunicorn.py", "--log-level", "warning"]
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                [*gunicorn, "--bind", bind, *self.options],
                cwd=harness.ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us alone
            )

    def wait(self) -> None:
        """Until it is ready."""
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        while not harness.is_ready(self.address):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"The server is not ready.\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def run_with(self, options: tuple[str, ...]) -> None:
        """Be ready, with these options and no others."""
        if self.options != options or self.process is None:
            self.stop()
            self.options = options
            self.start()
        self.wait()

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self) -> None:
        """Master and workers, in the middle of whatever they do."""
        if self.process is None or self.process.poll() is not None:
            return
        workers = self.workers()
        self.process.kill()
        for worker in workers:
            with suppress(ProcessLookupError):  # it has seen its master go
                os.kill(worker, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Politely: what is being answered is answered to the end."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.kill()
