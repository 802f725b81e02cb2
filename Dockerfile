# The server of production (docs/docker.md): `docker build -t cinema .`

FROM python:3.13-slim-bookworm AS build
WORKDIR /srv/cinema
COPY requirements.txt ./
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-cache-dir -r requirements.txt
ENV PATH=/opt/venv/bin:$PATH
COPY . .
# The keys of this one step sign nothing, and are gone after it.
RUN key() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; } \
    && python -m compileall -q api movies project reservations showtimes users \
    && SECRET_KEY=$(key) REFRESH_SECRET_KEY=$(key) ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --no-input

FROM python:3.13-slim-bookworm
# A number, so that whoever runs it can see that it is not root.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin cinema \
    && install -d -o cinema -g cinema /var/lib/cinema/media
WORKDIR /srv/cinema
# All of it belongs to root: what serves can change nothing but posters.
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/cinema .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MEDIA_ROOT=/var/lib/cinema/media
USER 10001
VOLUME /var/lib/cinema/media
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, 8); c.request('GET', '/readyz'); exit(c.getresponse().status != 200)"]
CMD ["gunicorn", "-c", "project/gunicorn.py", "--bind", "0.0.0.0:8000"]
