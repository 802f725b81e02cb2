from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse

from api import problems

is_migrated = False


def health(get_response):
    """
    `/livez`: the process answers, without a look at the database or the Host. `/readyz`: it can also do its work.

    Before all middleware that looks at the Host or the database: a load balancer's plain question is not refused, nor,
    by SECURE_REDIRECT_EXEMPT, redirected.
    """

    def middleware(request):
        if request.path == "/livez":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        return get_response(request)

    return middleware


def readiness() -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        ready = database_is_migrated()
    except DatabaseError:
        ready = False
    if ready:
        return JsonResponse({"status": "ok"})
    detail = "The database does not answer, or lacks migrations: run manage.py migrate."
    return problems.response_of(problems.ServiceUnavailable(detail))


def database_is_migrated() -> bool:
    """Once true, it stays true for as long as this process lives; the look is long."""
    global is_migrated
    if not is_migrated:
        executor = MigrationExecutor(connection)
        is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return is_migrated
