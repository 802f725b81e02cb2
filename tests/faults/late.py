"""The API, with time for a crash between commit and answer, `X-Late` seconds: `gunicorn tests.faults.late`."""

import time

from project.wsgi import application as in_time


def application(environ, start_response):
    answer = in_time(environ, start_response)
    time.sleep(float(environ.get("HTTP_X_LATE", "0")))
    return answer
