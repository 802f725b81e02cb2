"""The worker of project/worker.py, in a hurry: `gunicorn --worker-class=tests.project.hasty.Worker`."""

from project import worker


class Worker(worker.Worker):
    seconds_to_complete = 4
