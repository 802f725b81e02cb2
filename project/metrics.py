"""
Figures for Prometheus at `/metrics`, for who brings the token: see docs/logs.md. Only here when METRICS_TOKEN is set.

Each worker counts in files of its own, where gunicorn has made a folder for them, and any worker adds them all up.
"""

import os
from http import HTTPMethod
from time import perf_counter

from django.conf import settings
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api import problems
from project.logs import route_of
from users.tokens import bearer_of

METHODS = frozenset(HTTPMethod)
REQUESTS = Counter("http_requests", "Answers, and the codes of refusals.", ("method", "route", "status", "code"))
SECONDS = Histogram("http_request_duration_seconds", "From the request to its answer.", ("method", "route"))


def metrics(get_response):
    """Beside the health checks and for the same reasons: Prometheus asks by address, and from nearby."""

    def middleware(request):
        if request.path == "/metrics":
            return page(request)
        began = perf_counter()
        response = get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = route_of(request)  # and never the path: visitors could make up any number of them
        REQUESTS.labels(method, route, response.status_code, problems.code_of(response) or "").inc()
        SECONDS.labels(method, route).observe(perf_counter() - began)
        return response

    return middleware


def page(request) -> HttpResponse:
    if not constant_time_compare(bearer_of(request) or "", settings.METRICS_TOKEN):
        detail = "Send the METRICS_TOKEN of the settings as a bearer token."
        return problems.response(401, "not_authenticated", detail, {"WWW-Authenticate": "Bearer"})
    if refusal := problems.refuse_to_write(request, "figures"):
        return refusal
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )
