/*
  Sends the forms for which plain HTML has no words: PUT, PATCH, DELETE and JSON. The page that comes back takes the place
  of this one; what was made is shown at its own address. Without script, every POST works as the form that it is.
*/

import { csrfToken, renew, stayLoggedIn } from "./login.js";
import { letSeatsBePicked } from "./seats.js";

const ENCODERS = {
  "application/x-www-form-urlencoded": (form) => new URLSearchParams(new FormData(form)),
  "multipart/form-data": (form) => new FormData(form),
  "application/json": (form) => json(JSON.stringify(Object.fromEntries(new FormData(form)))),
  raw: (form) => json(form.elements.raw.value),
};

const json = (text) => new Blob([text], { type: "application/json" });

function start() {
  stayLoggedIn();
  letSeatsBePicked();
}

function send(form) {
  const { method, encoding } = form.dataset;
  const body = form.elements.length > 1 ? ENCODERS[encoding](form) : undefined;
  return fetch(form.action, { method, headers: { Accept: "text/html", "X-CSRFToken": csrfToken() }, body });
}

async function show(response) {
  if (!response.headers.get("Content-Type")?.startsWith("text/html")) throw new Error((await response.json()).detail);
  if (response.status === 201 && response.headers.has("Location")) {
    location.assign(response.headers.get("Location"));
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.url !== location.href) history.pushState(null, "", response.url);
  document.title = page.title;
  document.body.replaceWith(page.body);
  scrollTo(0, 0);
  document.getElementById("main").focus();
  start();
}

// Listening to the whole document, these need no second start when its body is another.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const { method, confirm: question } = form.dataset;
  if (!method) return;
  event.preventDefault();
  if (question && !confirm(question)) return;
  form.querySelector("[name=csrfmiddlewaretoken]")?.remove();
  event.submitter.disabled = true;
  try {
    const response = await send(form);
    await show(response.status === 401 && (await renew()) ? await send(form) : response);
  } catch (error) {
    alert(error.message);
    event.submitter.disabled = false;
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.type !== "file" || !target.files.length) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const preview = target.parentElement.querySelector("img") ?? target.parentElement.appendChild(new Image());
    preview.alt = `What ${target.files[0].name} shows`;
    preview.src = reader.result;
  });
  reader.readAsDataURL(target.files[0]);
});

addEventListener("popstate", () => location.reload());
start();
