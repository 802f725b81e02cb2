"use strict";
// Swagger UI, with the CSRF token read from its cookie whenever it is needed: logging in, also from here, changes it.

const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

SwaggerUIBundle({
  domNode: document.getElementById("docs"),
  url: document.getElementById("docs").dataset.schema,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  requestInterceptor: (request) => {
    const isOurs = new URL(request.url, location).origin === location.origin;
    if (isOurs && !["GET", "HEAD", undefined].includes(request.method)) request.headers["X-CSRFToken"] = csrfToken();
    return request;
  },
});
