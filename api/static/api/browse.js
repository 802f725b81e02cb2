"use strict";
/*
  Sends the forms for which plain HTML has no words: PUT, PATCH, DELETE and JSON. The page that comes back takes the place
  of this one. Listening to the whole document, it needs no second start after that.
*/

const ENCODERS = {
  "application/x-www-form-urlencoded": (form) => new URLSearchParams(new FormData(form)),
  "multipart/form-data": (form) => new FormData(form),
  "application/json": (form) => json(JSON.stringify(Object.fromEntries(new FormData(form)))),
  raw: (form) => json(form.elements.raw.value),
};

const json = (text) => new Blob([text], { type: "application/json" });

// Read when it is needed: logging in, here or in another tab, changes it.
const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const { method, encoding, confirm: question } = form.dataset;
  if (!method) return;
  event.preventDefault();
  if (question && !confirm(question)) return;
  form.querySelector("[name=csrfmiddlewaretoken]")?.remove();
  const body = form.elements.length > 1 ? ENCODERS[encoding](form) : undefined;
  const headers = { Accept: "text/html", "X-CSRFToken": csrfToken() };
  event.submitter.disabled = true;
  try {
    const response = await fetch(location.href, { method, headers, body });
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) throw new Error((await response.json()).detail);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.title = page.title;
    document.body.replaceWith(page.body);
    scrollTo(0, 0);
    document.getElementById("main")?.focus();
  } catch (error) {
    alert(error.message);
    event.submitter.disabled = false;
  }
});
