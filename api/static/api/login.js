/* Keeps a visit logged in: once the access token has run out, the refresh token, which no script can see, gets another. */

const KNOWN = "logged in"; // by a page of this visit or an earlier one

// Read when it is needed: logging in, here or in another tab, changes it.
export const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

/* Whether there is an access token again. 409: another tab has just got it, for all of them. */
export async function renew() {
  if (!localStorage.getItem(KNOWN)) return false;
  localStorage.removeItem(KNOWN); // until a page shows that it worked
  const response = await fetch("/api/v1/auth/refresh/", { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
  return response.ok || response.status === 409;
}

/* A page that knows nobody, after one that did, is asked for again. */
export async function stayLoggedIn() {
  const logOut = document.getElementById("log-out");
  if (logOut) {
    localStorage.setItem(KNOWN, "yes");
    logOut.addEventListener("submit", () => localStorage.removeItem(KNOWN));
  } else if (document.getElementById("log-in") && (await renew())) {
    location.reload();
  }
}
