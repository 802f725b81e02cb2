"""
The SQL of the bare application, by hand: as few statements as each answer needs, with columns named as in the answer.

What a booking asks of the database is in `BOOKING`, which pgbench runs too.
"""

LOGIN = """
    SELECT u.id, u.username FROM users_login l JOIN users_user u ON u.id = l.user_id
    WHERE l.id = %(login)s AND u.id = %(user)s AND u.is_active AND l.revoked_at IS NULL AND l.expires_at > now()"""

USER_NAMED = "SELECT id, password FROM users_user WHERE is_active AND upper(username) = upper(%(login)s)"
USER_AT = "SELECT id, password FROM users_user WHERE is_active AND upper(email) = upper(%(login)s)"

# Not if the password was changed while its hash was compared.
LOG_IN = """
    WITH u AS (
        SELECT id FROM users_user WHERE id = %(user)s AND password = %(password)s AND is_active FOR NO KEY UPDATE)
    INSERT INTO users_login
        (user_id, created_at, last_refreshed_at, expires_at, user_agent, token_id, previous_token_id)
    SELECT id, now(), now(), now() + interval '30 days', %(agent)s, %(token)s, '' FROM u RETURNING id"""

ACTIVE = "r.released_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > statement_timestamp())"

# All that can change in a seat map. Asked before the seats are, so that it is never newer than they are.
SEATS_ETAG = f"""
    SELECT md5(concat_ws(' ', s.id, s.changed_at, s.status, s.starts_at > now(),
        (SELECT string_agg(concat(r.seat_id, r.expires_at IS NULL), ' ' ORDER BY r.seat_id)
            FROM reservations_reservedseat r WHERE r.showtime_id = s.id AND {ACTIVE}),
        (SELECT string_agg(b.id::text, ' ' ORDER BY b.id) FROM showtimes_seat b
            WHERE b.showtime_id = s.id AND b.is_blocked)))
    FROM showtimes_showtime s WHERE s.id = %(showtime)s"""

SEATS = f"""
    SELECT seat.id, seat.row, seat.number, seat.row || seat.number AS label, seat.kind, seat.x, seat.y,
        CASE seat.kind WHEN 'premium' THEN coalesce(s.premium_price, s.price) ELSE s.price END::text AS price,
        CASE WHEN r.id IS NOT NULL THEN CASE WHEN r.expires_at IS NULL THEN 'reserved' ELSE 'held' END
            WHEN seat.is_blocked THEN 'blocked' ELSE 'available' END AS status
    FROM showtimes_seat seat JOIN showtimes_showtime s ON s.id = seat.showtime_id
        LEFT JOIN reservations_reservedseat r ON r.showtime_id = seat.showtime_id AND r.seat_id = seat.id AND {ACTIVE}
    WHERE seat.showtime_id = %(showtime)s ORDER BY seat.y, seat.x"""

SHOWTIMES = f"""
    SELECT s.id, s.movie_id, m.title AS movie_title, s.hall_id AS hall_number, s.starts_at, s.ends_at,
        s.price::text, s.premium_price::text, 'EUR' AS currency, s.status, s.capacity,
        CASE WHEN s.status = 'scheduled' AND s.starts_at > now() THEN s.capacity
            - (SELECT count(*) FROM reservations_reservedseat r WHERE r.showtime_id = s.id AND {ACTIVE})
            - (SELECT count(*) FROM showtimes_seat b WHERE b.showtime_id = s.id AND b.is_blocked)
            ELSE 0 END AS available_seats
    FROM showtimes_showtime s JOIN movies_movie m ON m.id = s.movie_id
    WHERE s.starts_at >= %(day)s::date AND s.starts_at < %(day)s::date + 1"""
SHOWTIMES_OF_DAY = f"{SHOWTIMES} ORDER BY s.starts_at, s.id LIMIT 20"
COUNT_OF_DAY = """
    SELECT count(*) FROM (SELECT FROM showtimes_showtime
        WHERE starts_at >= %(day)s::date AND starts_at < %(day)s::date + 1 LIMIT 10000) AS bounded"""
SCHEDULED_ON_DAY = f"{SHOWTIMES} AND s.status = 'scheduled' ORDER BY s.starts_at, s.id"

MOVIES = """
    SELECT m.id, m.title, m.description,
        ARRAY(SELECT g.slug FROM movies_moviegenre mg JOIN movies_genre g ON g.id = mg.genre_id
            WHERE mg.movie_id = m.id ORDER BY g.name, g.id) AS genres,
        m.runtime_minutes, m.release_date, CASE WHEN m.poster <> '' THEN %(media)s || m.poster END AS poster,
        CASE WHEN m.poster_thumbnail <> '' THEN %(media)s || m.poster_thumbnail END AS poster_thumbnail
    FROM movies_movie m"""
MOVIES_NAMED = f"{MOVIES} WHERE m.id = ANY(%(ids)s) ORDER BY m.title, m.id"
MOVIES_FOUND = f"""{MOVIES} WHERE concat(m.title, ' ', m.description) ILIKE ALL(%(words)s)
    ORDER BY m.title, m.id LIMIT 20"""
COUNT_FOUND = """
    SELECT count(*) FROM (SELECT FROM movies_movie m
        WHERE concat(m.title, ' ', m.description) ILIKE ALL(%(words)s) LIMIT 10000) AS bounded"""

RESERVATIONS = """
    SELECT r.id, r.code, r.created_at, r.expires_at, r.cancelled_at, r.cancelled_because,
        CASE WHEN r.status = 'held' AND r.expires_at <= now() THEN 'expired' ELSE r.status END AS status,
        s.id AS showtime_id, s.movie_id, m.title AS movie_title, s.hall_id AS hall_number, s.starts_at, s.ends_at,
        s.status AS showtime_status
    FROM reservations_reservation r
        JOIN showtimes_showtime s ON s.id = r.showtime_id JOIN movies_movie m ON m.id = s.movie_id
    WHERE r.user_id = %(user)s ORDER BY r.id DESC LIMIT 21"""
SEATS_OF_RESERVATIONS = f"""
    SELECT r.reservation_id, seat.id, seat.row || seat.number AS label, seat.row, seat.number, seat.kind, r.price,
        CASE WHEN {ACTIVE} THEN 'active' ELSE 'released' END AS status
    FROM reservations_reservedseat r JOIN showtimes_seat seat ON seat.id = r.seat_id
    WHERE r.reservation_id = ANY(%(ids)s) ORDER BY r.seat_id"""

LOCK_USER = "SELECT FROM users_user WHERE id = %(user)s FOR NO KEY UPDATE"
LOCK_SEATS = """
    SELECT id, row, number, kind, is_blocked FROM showtimes_seat
    WHERE showtime_id = %(showtime)s AND id = ANY(%(seats)s) ORDER BY id FOR NO KEY UPDATE"""
# After the locks, and so in a statement of its own: until then all of it could be stale.
FACTS = f"""
    SELECT s.id, s.movie_id, m.title AS movie_title, s.hall_id AS hall_number, s.starts_at, s.ends_at, s.status,
        s.price, s.premium_price, statement_timestamp() AS now,
        (SELECT count(*) FROM reservations_reservedseat r
            JOIN reservations_reservation mine ON mine.id = r.reservation_id AND mine.user_id = %(user)s
            WHERE mine.showtime_id = s.id AND {ACTIVE}) AS mine
    FROM showtimes_showtime s JOIN movies_movie m ON m.id = s.movie_id WHERE s.id = %(showtime)s"""
HOLDERS = """
    SELECT seat_id, expires_at FROM reservations_reservedseat
    WHERE seat_id = ANY(%(seats)s) AND released_at IS NULL"""
RELEASE = """
    UPDATE reservations_reservedseat SET released_at = %(now)s
    WHERE seat_id = ANY(%(seats)s) AND released_at IS NULL AND expires_at <= %(now)s RETURNING id"""
RESERVE = """
    WITH new AS (
        INSERT INTO reservations_reservation (code, user_id, showtime_id, status, created_at)
        VALUES (%(code)s, %(user)s, %(showtime)s, 'confirmed', %(now)s) RETURNING id)
    INSERT INTO reservations_reservedseat (reservation_id, showtime_id, seat_id, price)
    SELECT new.id, %(showtime)s, seat, price FROM new, unnest(%(seats)s::bigint[], %(prices)s::numeric[])
        AS chosen (seat, price) RETURNING reservation_id"""

BOOKING = (LOGIN, "BEGIN", LOCK_USER, LOCK_SEATS, FACTS, HOLDERS, RESERVE, "COMMIT")
