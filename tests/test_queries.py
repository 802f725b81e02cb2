"""
What each operation costs: how many statements it sends to the database, BEGIN and COMMIT included, in one table.

An admin comes by bearer, whose login is one statement; for what is one's own alone, its owner; to refresh the cookies,
a browser. That a list costs as much for many rows as for one, each endpoint's own tests see. A page that more follow
costs one statement more, the count (tests/api/test_pagination.py).
"""

import pytest

from tests.operations import IN_SCHEMA, Cinema, come_in

TABLE = """
auth_csrf                        0
auth_login                       6
auth_logout                      5
auth_logout_all                  5
auth_password_change             8
auth_password_reset              0
auth_password_reset_confirm     10
auth_refresh                     2
auth_register                    6
auth_token                       6
auth_token_refresh               2

users_list                       2
users_me_logins_destroy          7
users_me_logins_list             2
users_me_partial_update          6
users_me_retrieve                1
users_partial_update             8
users_retrieve                   2

genres_create                    7
genres_destroy                   7
genres_list                      2
genres_partial_update            7
genres_retrieve                  2

movies_create                   12
movies_destroy                  12
movies_list                      4
movies_partial_update           16
movies_poster_destroy            7
movies_poster_update             9
movies_retrieve                  4
movies_update                   16

halls_create                     6
halls_destroy                    7
halls_list                       2
halls_partial_update            10
halls_retrieve                   2

schedule                         2

showtimes_cancel                16
showtimes_create                14
showtimes_destroy               17
showtimes_list                   3
showtimes_partial_update        14
showtimes_retrieve               3
showtimes_seats                  4
showtimes_seats_block           12
showtimes_seats_map              4
showtimes_seats_unblock          9

reservations_cancel             13
reservations_confirm            13
reservations_create             10
reservations_list                5
reservations_retrieve            5

audit_list                       2

reports_sales                    2
reports_sales_export             2
"""
STATEMENTS = {operation: int(count) for operation, count in map(str.split, filter(None, TABLE.splitlines()))}
OF_THE_OWNER = ("reservations_confirm", "users_me_logins_destroy")


@pytest.fixture
def cinema(db, monkeypatch) -> Cinema:
    monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)  # that would be in a thread of its own
    return Cinema()


def test_each_operation_is_there():
    assert STATEMENTS.keys() == IN_SCHEMA.keys()


@pytest.mark.parametrize("operation", sorted(IN_SCHEMA))
def test_what_it_costs(cinema, operation, django_assert_num_queries):
    login = (cinema.owner if operation in OF_THE_OWNER else cinema.admin).logins.create()
    client, body = come_in("cookie" if operation == "auth_refresh" else "bearer", login), cinema.body(operation, login)
    with django_assert_num_queries(STATEMENTS[operation]):
        answer = cinema.send(client, operation, body)
    assert answer.status_code < 300
