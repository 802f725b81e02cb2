"""Paths that lead nowhere, methods that there are not, and query strings in which something is malformed."""

from tests.corpus.request import Bad

NOTHING = "404 not_found"


def path(name: str, path: str, answer: str = NOTHING, method: str = "GET") -> Bad:
    needs_somebody = method != "GET" or path.startswith(("users/", "reservations/"))
    return Bad(name, f"{method} {path}", answer, who="admin" if needs_somebody else "anonymous")


PATHS = [
    path("no such thing", "nothing/"),
    path("another version", "/api/v2/movies/"),
    path("no version", "/api/movies/"),
    path("two slashes in front", "//api/v1/movies/"),
    path("two slashes inside", "/api/v1//movies/"),
    path("two slashes at the end", "movies//"),
    path("upper case", "MOVIES/"),
    path("a backslash", "movies%5C1/"),
    path("a semicolon", "movies;1/"),
    path("a matrix parameter", "movies/1;x=2/"),
    path("a format at the end", "movies.json/"),
    path("a dot", "./movies/"),
    path("dots", "../v1/movies/"),
    path("dots at the end", "movies/.."),
    path("escaped dots", "%2e%2e/v1/movies/"),
    path("twice escaped dots", "%252e%252e/v1/movies/"),
    path("dots up to the root", "/../../../../etc/passwd"),
    path("dots in the media", "/media/../project/settings.py"),
    path("escaped dots in the media", "/media/%2e%2e/%2e%2e/etc/passwd"),
    path("an absolute path in the media", "/media//etc/passwd"),
    path("a NUL in the media", "/media/posters/%00.webp"),
    path("overlong dots in the media", "/media/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd"),
    path("a picture that there is not", "/media/posters/" + "0" * 32 + ".webp"),
    path("a long name in the media", "/media/posters/" + "a" * 8000),
    path("dots in the static files", "/static/../manage.py"),
    path("a NUL in the static files", "/static/%00"),
    path("a file of the repository", "/.git/config"),
    path("the settings", "/.env"),
    path("a page of PHP", "/wp-login.php"),
    path("a NUL", "movies/%00/"),
    path("a NUL behind an id", "movies/<movie>%00/"),
    path("a NUL for the whole path", "/%00"),
    path("a line end", "movies/<movie>%0d%0aX-Injected:%201/"),
    path("only a line end", "movies/%0a/"),
    path("bytes that are not UTF-8", "movies/%ff%fe/"),
    path("an overlong slash", "movies%c0%af1/"),
    path("an overlong NUL", "movies/%c0%80/"),
    path("a surrogate", "movies/%ed%a0%80/"),
    path("a percent sign without digits", "movies/%/"),
    path("an escape that breaks off", "movies/%4/"),
    path("an escape that is none", "movies/%zz/"),
    path("a full-width digit", "movies/%ef%bc%91/"),
    path("an Arabic digit", "movies/%d9%a1/"),
    path("a clapperboard", "movies/%f0%9f%8e%ac/"),
    path("a space", "movies/%20/"),
    path("an id with a space", "movies/<movie>%20/"),
    path("zero", "movies/0/"),
    path("a negative id", "movies/-1/"),
    path("an id with a plus", "movies/+1/"),
    path("a fraction", "movies/1.0/"),
    path("an exponent", "movies/1e0/"),
    path("hexadecimal", "movies/0x1/"),
    path("the largest id", "movies/9223372036854775807/"),
    path("one more than 64 bits hold", "movies/9223372036854775808/"),
    path("an id of 4,000 digits", "movies/" + "9" * 4000 + "/"),
    path("an id of 5,000 digits", "movies/" + "9" * 5000 + "/"),
    path("an id of 200,000 digits", "movies/" + "9" * 200_000 + "/"),
    path("an SQL injection", "movies/1%20OR%201=1/"),
    path("a list of ids", "movies/1,2/"),
    path("me, but among the movies", "movies/me/"),
    path("10,000 levels", "x/" * 10_000),
    path("10,000 levels of dots", "../" * 10_000),
    path("a megabyte", "x" * 1_000_000 + "/"),
    path("a slug of 10,000 characters", "genres/" + "a" * 10_000 + "/"),
    path("a slug with a slash", "genres/dra%2Fma/"),
    path("a slug beyond ASCII", "genres/dram%c3%a1/"),
    path("a genre that there is not", "genres/western/"),
    path("a hall beyond 64 bits", "halls/9223372036854775808/"),
    path("a showtime beyond 64 bits", "showtimes/9223372036854775808/"),
    path("seats of a showtime beyond 64 bits", "showtimes/9223372036854775808/seats/"),
    path("a picture of seats beyond 64 bits", "showtimes/9223372036854775808/seats/map/"),
    path("a user beyond 64 bits", "users/9223372036854775808/"),
    path("a reservation beyond 64 bits", "reservations/9223372036854775808/"),
    path("to remove what there is not", "movies/9223372036854775808/", method="DELETE"),
    path("to remove a showtime beyond 64 bits", "showtimes/9223372036854775808/", method="DELETE"),
    path("to cancel a showtime beyond 64 bits", "showtimes/9223372036854775808/cancel/", method="POST"),
    path("to confirm a reservation beyond 64 bits", "reservations/9223372036854775808/confirm/", method="POST"),
    path("to cancel a reservation beyond 64 bits", "reservations/9223372036854775808/cancel/", method="POST"),
    path("to end a login beyond 64 bits", "users/me/logins/9223372036854775808/", method="DELETE"),
    path("to remove a hall that is none", "halls/one/", method="DELETE"),
    path("to take away no movie's poster", "movies/0/poster/", method="DELETE"),
]

NOT_ALLOWED = "405 method_not_allowed"
METHODS = [
    *(
        Bad(f"{method} {thing}", f"{method} {thing}", NOT_ALLOWED)
        for thing in ("movies/", "movies/<movie>/", "auth/login/", "auth/csrf/", "schedule/", "schema/", "docs/")
        for method in ("TRACE", "CONNECT", "PROPFIND", "QUERY", "PURGE", "MOVIE", "X" * 20)
    ),
    *(
        Bad(line, line, NOT_ALLOWED)
        for line in (
            *("DELETE movies/", "PATCH movies/", "PUT movies/", "POST movies/<movie>/"),
            *("PUT genres/unused/", "PUT halls/<hall>/", "PUT showtimes/<showtime>/", "POST users/"),
            *("DELETE users/<user>/", "PUT users/<user>/", "PUT users/me/", "DELETE users/me/", "POST users/me/"),
            *("DELETE reservations/", "PUT reservations/", "PATCH reservations/<reservation>/"),
            *("DELETE reservations/<reservation>/", "GET reservations/<reservation>/cancel/"),
            *("GET reservations/<hold>/confirm/", "GET showtimes/<showtime>/cancel/"),
            *("POST showtimes/<showtime>/seats/", "DELETE showtimes/<showtime>/seats/"),
            *("GET showtimes/<showtime>/seats/block/", "POST showtimes/<showtime>/seats/map/"),
            *("GET movies/<movie>/poster/", "POST movies/<movie>/poster/", "PATCH movies/<movie>/poster/"),
            *("GET auth/register/", "GET auth/login/", "DELETE auth/login/", "GET auth/logout/", "GET auth/token/"),
            *("POST auth/csrf/", "POST schedule/", "POST reports/sales/", "DELETE reports/sales/export/"),
            *("GET users/me/logins/<login>/", "DELETE users/me/logins/", "POST schema/", "POST docs/"),
            *("POST /media/posters/x.webp", "DELETE /media/posters/x.webp", "TRACE /media/posters/x.webp"),
        )
    ),
]


def query(name: str, line: str, answer: str = "400 invalid") -> Bad:
    return Bad(name, f"GET {line}", answer)


QUERIES = [
    query("a page that is a word", "movies/?page=two"),
    query("the last page by name", "movies/?page=last"),
    query("an Arabic page", "movies/?page=%d9%a1"),
    query("a page of 5,000 digits", "movies/?page=" + "9" * 5000),
    query("a page with a NUL", "movies/?page=1%00"),
    query("a page with an underscore", "movies/?page=1_0"),
    query("page zero", "movies/?page=0", NOTHING),
    query("a negative page", "movies/?page=-1", NOTHING),
    query("a page past the end", "movies/?page=99", NOTHING),
    query("a page past what is counted", "movies/?page=999999999999999999", NOTHING),
    query("a page of nothing", "movies/?page_size=0"),
    query("a page of less than nothing", "movies/?page_size=-20"),
    query("a page of 101", "movies/?page_size=101"),
    query("a page of a fraction", "movies/?page_size=1.5"),
    query("a page of infinity", "movies/?page_size=Infinity"),
    query("a page of more than 64 bits hold", "movies/?page_size=9223372036854775808"),
    query("two pages, the last is a word", "movies/?page=1&page=x"),
    query("an order that there is not", "movies/?ordering=id"),
    query("an order across tables", "showtimes/?ordering=movie__title"),
    query("an order twice reversed", "showtimes/?ordering=--starts_at"),
    query("an order that is SQL", "showtimes/?ordering=price;DROP%20TABLE"),
    query("an order with a NUL", "movies/?ordering=title%00"),
    query("a search with a NUL", "movies/?search=a%00b"),
    query("a search of 201 characters", "movies/?search=" + "x" * 201),
    query("a search with 2,000 words", "movies/?search=" + "x+" * 2000),
    query("a user with a NUL", "users/?search=%00"),
    query("a genre that is no slug", "movies/?genre=a%20b"),
    query("a genre with a NUL", "movies/?genre=%00"),
    query("a genre with an overlong slash", "movies/?genre=%c0%af"),
    query("a genre of 51 characters", "movies/?genre=" + "a" * 51),
    query("two genres, one is no slug", "movies/?genre=drama&genre=%2A"),
    query("a role that there is not", "users/?role=superuser"),
    query("an activity that is banana", "users/?is_active=banana"),
    query("an activity that is 1", "users/?is_active=1"),
    query("a status that there is not", "showtimes/?status=sold"),
    query("a status in upper case", "showtimes/?status=SCHEDULED"),
    query("a hall that is a word", "showtimes/?hall_number=one"),
    query("a movie that is a fraction", "showtimes/?movie_id=1.0"),
    query("a movie beyond 64 bits", "showtimes/?movie_id=9223372036854775808"),
    query("a movie of minus 65 bits", "showtimes/?movie_id=-9223372036854775809"),
    query("a movie that is not a number", "showtimes/?movie_id=NaN"),
    *(
        query(f"an instant that is none: {value}", f"showtimes/?starts_at={value}")
        for value in (
            *("yesterday", "0000-01-01", "10000-01-01", "2026-13-01", "2026-02-30", "2026-11-24T25:00:00Z"),
            *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B23:59", "2026-11-24T19:30:00%2B99:00"),
            *("20261124", "2026-W48-2", "1764012600", "-1", "%00", "2026-11-24%00", "%d9%a2026-11-24", "9" * 500),
        )
    ),
    query("seats that are perhaps available", "showtimes/<showtime>/seats/?available=perhaps"),
    query("seats that are available, with a NUL", "showtimes/<showtime>/seats/?available=%00"),
    query("a cursor that is none", "reservations/?cursor=x"),
    query("a cursor that is no base64", "reservations/?cursor=%21"),
    query("a cursor with a NUL inside", "reservations/?cursor=cD0A"),
    query("a cursor with a word inside", "reservations/?cursor=cD14"),
    query("a cursor beyond 64 bits", "reservations/?cursor=cD05MjIzMzcyMDM2ODU0Nzc1ODA4"),
    query("a cursor that goes on for ever", "reservations/?cursor=bz05OTk5OTk5OTk5OTk5OTk5OTk5OQ=="),
    query("a cursor beyond UTF-8", "reservations/?cursor=cD3/"),
    query("a long cursor", "reservations/?cursor=" + "A" * 8000),
    query("a reservation's status that there is not", "reservations/?status=lost"),
    query("upcoming, perhaps", "reservations/?upcoming=perhaps"),
    query("a showtime that is a word", "reservations/?showtime_id=tonight"),
    query("a user beyond 64 bits", "reservations/?user_id=9223372036854775808"),
    query("sales by what there is not", "reports/sales/?group_by=password"),
    query("sales of a movie beyond 64 bits", "reports/sales/?movie_id=9223372036854775808"),
    query("sales of a hall that is a word", "reports/sales/?hall_number=one"),
    query("an export of a movie beyond 64 bits", "reports/sales/export/?movie_id=9223372036854775808"),
    query("1,001 parameters", "movies/?" + "&".join(f"p{n}=1" for n in range(1001)), "400 parse_error"),
]  # fmt: skip

SECTIONS = {"paths": PATHS, "methods": METHODS, "queries": QUERIES}
