"""How gunicorn serves the API, for `make run` and production alike: `gunicorn -c project/gunicorn.py`.

Options on its command line win over these, as in `--bind 0.0.0.0:8000`. Nothing is loaded before the workers are
forked, so that each has its own connections to the database.
"""

import logging.config
import os
import random
import runpy
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from gunicorn import glogging

inherited, loaded = set(os.environ), set(sys.modules)
try:
    settings = runpy.run_path(str(Path(__file__).with_name("settings.py")))
except ImproperlyConfigured as error:
    sys.exit(str(error))
# At a SIGHUP new workers read the code, and the file of settings, as they are then.
for name in set(sys.modules) - loaded:
    if name.startswith(("project", "users")):
        del sys.modules[name]
for name in set(os.environ) - inherited:
    del os.environ[name]

wsgi_app = "project.wsgi"
bind = f"127.0.0.1:{settings['PORT']}"
workers = settings["WEB_CONCURRENCY"]
worker_class = "project.worker.Worker"
threads = 4

# Connections that a worker keeps open, and seconds until it closes one that asks for nothing.
worker_connections = 4000
keepalive = 20

# Longer than a statement may take, so that a restart cuts off no booking.
graceful_timeout = 20

# The workers' heartbeats are files: in memory no slow disk can make a worker look dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# A socket for remote control that nobody asked for.
control_socket_disable = True


class Logger(glogging.Logger):
    """Its lines have the form of all others (docs/logs.md). The one for each request comes from the application."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        logging.config.dictConfig(settings["LOGGING"])
        logging.captureWarnings(True)


logger_class = Logger


def when_ready(server: object) -> None:
    """Close with the terminal: its SIGHUP would mean "reload" to gunicorn, which would then live on unseen."""
    if os.isatty(0):
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def pre_fork(server: object, worker: object) -> None:
    """
    Choose the core that the worker will keep to: any of those with the fewest others on it.

    Python runs one thread of it at a time anyway. On several cores they wake each other up for nothing whenever one
    lets go of Python's lock, and a worker answers a third of what it could: docs/decisions/a-core-for-each-worker.md.
    """
    if sys.platform == "linux":
        taken = Counter(other.core for other in server.WORKERS.values())
        cores = list(os.sched_getaffinity(0))
        random.shuffle(cores)
        worker.core = min(cores, key=taken.__getitem__)


def post_fork(server: object, worker: object) -> None:
    """Leave Ctrl-C to the master, which stops its workers: one that is told twice at once can lock itself up."""
    os.setpgrp()
    if sys.platform == "linux":
        os.sched_setaffinity(0, {worker.core})


def on_starting(server: object) -> None:
    """The workers count requests in files of a folder, so that any of them can tell the figures of all."""
    if settings["METRICS_TOKEN"]:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="cinema-metrics-", dir=worker_tmp_dir)


def on_exit(server: object) -> None:
    if folder := os.environ.pop("PROMETHEUS_MULTIPROC_DIR", ""):
        shutil.rmtree(folder, ignore_errors=True)
