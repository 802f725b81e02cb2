/**
 * The visit of docs/clients.md, by the types of openapi-typescript and by openapi-fetch:
 * `visit.js ADDRESS cookies|bearer NAME`.
 */
import assert from "node:assert/strict";

import createClient, { type Client, type Middleware } from "openapi-fetch";

import type { components, paths } from "./schema.js";

type Api = Client<paths>;
type Problem = components["schemas"]["Problem"];

interface Session {
  api: Api;
  refresh(): Promise<void>;
}

const [, , address = "", way = "", name = ""] = process.argv;
const password = "borscht-with-alfalfa-42";
const anybody = createClient<paths>({ baseUrl: address });

/** What was answered; a refusal is thrown. */
function ok<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function refused(answer: { error?: Problem; response: Response }, status: number, code: string): Problem {
  assert.equal(answer.response.status, status);
  assert.ok(answer.error);
  assert.deepEqual([answer.error.status, answer.error.code], [status, code]);
  return answer.error;
}

/** In a browser `credentials: "include"` does this, but for the CSRF token. Node's fetch keeps no cookies. */
function cookieJar(): { kept: Map<string, string>; middleware: Middleware } {
  const kept = new Map<string, string>();
  return {
    kept,
    middleware: {
      onRequest({ request }) {
        request.headers.set("Cookie", [...kept].map(([key, value]) => `${key}=${value}`).join("; "));
        request.headers.set("X-CSRFToken", kept.get("csrftoken") ?? "");
      },
      onResponse({ response }) {
        for (const cookie of response.headers.getSetCookie()) {
          const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
          kept.set(key, value);
        }
      },
    },
  };
}

async function cookies(login: string): Promise<Session> {
  const api = createClient<paths>({ baseUrl: address });
  const { kept, middleware } = cookieJar();
  api.use(middleware);
  ok(await api.POST("/api/v1/auth/login/", { body: { login, password } }));
  return {
    api,
    async refresh() {
      const before = kept.get("refresh_token");
      ok(await api.POST("/api/v1/auth/refresh/"));
      assert.notEqual(kept.get("refresh_token"), before);
    },
  };
}

async function bearer(login: string): Promise<Session> {
  let pair = ok(await anybody.POST("/api/v1/auth/token/", { body: { login, password } }));
  const api = createClient<paths>({ baseUrl: address });
  api.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${pair.access}`);
    },
  });
  return {
    api,
    async refresh() {
      const body = { refresh: pair.refresh };
      pair = ok(await api.POST("/api/v1/auth/token/refresh/", { body }));
      refused(await api.POST("/api/v1/auth/token/refresh/", { body }), 409, "refresh_superseded");
    },
  };
}

const logIn = way === "cookies" ? cookies : bearer;

// Register; a name that is taken is a 400 that says where.
const account = { username: name, email: `${name}@example.org`, password };
const user = ok(await anybody.POST("/api/v1/auth/register/", { body: account }));
assert.deepEqual([user.username, user.role], [name, "user"]);
const taken = refused(await anybody.POST("/api/v1/auth/register/", { body: account }), 400, "invalid");
assert.deepEqual(
  taken.errors?.map(({ attr, code }) => [attr, code]),
  [["username", "unique"], ["email", "unique"]],
);

// Log in.
const session = await logIn(name);
const { api } = session;
assert.equal(ok(await api.GET("/api/v1/users/me/")).id, user.id);

// Look for a film, page by page, and for its showtimes.
const pageOf = async (page: number) =>
  ok(
    await anybody.GET("/api/v1/movies/", {
      params: { query: { ordering: "title", genre: ["drama"], page_size: 1, page } },
    }),
  );
const [first, second] = [await pageOf(1), await pageOf(2)];
assert.deepEqual([first.count, first.previous, second.next], [2, null, null]);
assert.deepEqual([first.results[0]?.title, second.results[0]?.title], ["The Long Shot", "The Short Cut"]);
const film = ok(await anybody.GET("/api/v1/movies/", { params: { query: { search: "detour" } } })).results[0];
assert.ok(film);
assert.equal(film.release_date, null);
const showtimes = ok(
  await anybody.GET("/api/v1/showtimes/", {
    params: { query: { movie_id: film.id, status: "scheduled", ordering: "-starts_at" } },
  }),
);
assert.deepEqual(showtimes.results.map((each) => each.movie_title), Array(4).fill("The Long Shot"));
const showtime = showtimes.results[0];
assert.ok(showtime);

// See its seats; and again, but only if they have changed.
const seats = (etag?: string) =>
  anybody.GET("/api/v1/showtimes/{id}/seats/", {
    params: { path: { id: showtime.id }, header: etag === undefined ? {} : { "If-None-Match": etag } },
  });
const seen = await seats();
const etag = seen.response.headers.get("ETag") ?? "";
assert.equal((await seats(etag)).response.status, 304);
const free = ok(seen).filter((seat) => seat.status === "available").map((seat) => seat.id);
const [one = 0, two = 0, three = 0] = free;

// Hold two of them. The answer was lost, perhaps: the same again holds nothing more.
const hold = () =>
  api.POST("/api/v1/reservations/", {
    params: { header: { "Idempotency-Key": `${name}-1` } },
    body: { showtime_id: showtime.id, seat_ids: [one, two], hold: true },
  });
const [held, again] = [await hold(), await hold()];
assert.deepEqual([held.response.status, ok(held).status], [201, "held"]);
assert.deepEqual([ok(again), again.response.headers.get("Idempotent-Replayed")], [ok(held), "true"]);
assert.ok(new Date(ok(held).expires_at ?? 0) > new Date(ok(held).created_at));
const now = ok(await seats(etag)).filter((seat) => [one, two].includes(seat.id));
assert.deepEqual(now.map((seat) => seat.status), ["held", "held"]);

// Confirm.
const id = ok(held).id;
const kept = ok(await api.POST("/api/v1/reservations/{id}/confirm/", { params: { path: { id } } }));
assert.deepEqual([kept.status, kept.expires_at, kept.cancelled_because], ["confirmed", null, null]);

// Whoever wants one of them now gets a 409 that names it.
const reserve = (body: components["schemas"]["ReserveRequest"]) => api.POST("/api/v1/reservations/", { body });
const conflict = await reserve({ showtime_id: showtime.id, seat_ids: [two, three] });
assert.deepEqual(refused(conflict, 409, "seats_unavailable").seats, [
  { id: two, label: kept.seats[1]?.label, reason: "reserved" },
]);

// What is no seat of it is a 400 that says which.
const unknown = refused(await reserve({ showtime_id: showtime.id, seat_ids: [three, 1e12] }), 400, "invalid");
assert.deepEqual(unknown.errors?.map(({ attr, code }) => [attr, code]), [["seat_ids.1", "does_not_exist"]]);

// Take the best that is left, too, and list both, newest first, with the cursor of each page for the next.
const best = ok(await reserve({ showtime_id: showtime.id, quantity: 1 }));
const listed: number[] = [];
let cursor: string | undefined;
do {
  const query = { page_size: 1, upcoming: true, ...(cursor === undefined ? {} : { cursor }) };
  const page = ok(await api.GET("/api/v1/reservations/", { params: { query } }));
  listed.push(...page.results.map((each) => each.id));
  cursor = page.next === null ? undefined : (new URL(page.next).searchParams.get("cursor") ?? undefined);
} while (cursor !== undefined);
assert.deepEqual(listed, [best.id, kept.id]);

// Cancel one seat, then the rest.
const cancel = async (body: components["schemas"]["CancelRequest"]) =>
  ok(await api.POST("/api/v1/reservations/{id}/cancel/", { params: { path: { id } }, body }));
const left = await cancel({ seat_ids: [one] });
assert.deepEqual(left.seats.map((seat) => seat.status), ["released", "active"]);
const gone = await cancel({});
assert.deepEqual([gone.status, gone.cancelled_because, gone.total], ["cancelled", "user", "0.00"]);

// The admin gives the film a poster, which the user may not.
const admin = await logIn("ada");
const giveAPoster = (who: Api) =>
  who.PUT("/api/v1/movies/{id}/poster/", {
    params: { path: { id: film.id } },
    body: { poster: "" },
    bodySerializer() {
      const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
      const form = new FormData();
      form.set("poster", new File([Buffer.from(png, "base64")], "poster.png", { type: "image/png" }));
      return form;
    },
  });
refused(await giveAPoster(api), 403, "permission_denied");
assert.ok(ok(await giveAPoster(admin.api)).poster?.startsWith(address));

// Renew the tokens, go on, and log out.
await session.refresh();
assert.equal(ok(await api.GET("/api/v1/users/me/")).username, name);
assert.equal((await api.POST("/api/v1/auth/logout/")).response.status, 204);
const code = way === "cookies" ? "not_authenticated" : "authentication_failed"; // no cookie is left, but the old token is
refused(await api.GET("/api/v1/users/me/"), 401, code);
