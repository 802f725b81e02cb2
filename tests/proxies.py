"""nginx and Caddy in front of a server, with the configurations of docs/operations.md and a certificate of our own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.documents import blocks
from tests.harness import HOST, ROOT, stop
from tests.postgres import free_port

NAME = "cinema.example"
SECONDS_TO_START = 30

# What a configuration of a site is part of. Debian's has more, of which nothing matters here.
NGINX = """
{user}
daemon off;
pid {folder}/pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
CADDY = """
{{
    admin off
    http_port {http}
    https_port {https}
    default_bind {host}
}}
{site}
"""


class Proxy(NamedTuple):
    http: int
    https: int
    trust: ssl.SSLContext

    def connect(self, source: str = HOST, encrypted: bool = True) -> HTTPConnection:
        """As the client at this address of the computer, to the site by its name."""
        port = self.https if encrypted else self.http
        connection = HTTPConnection(NAME)
        connection.sock = socket.create_connection((HOST, port), timeout=30, source_address=(source, 0))
        if encrypted:
            connection.sock = self.trust.wrap_socket(connection.sock, server_hostname=NAME)
        return connection

    def send(self, method: str, path: str, body=None, headers=(), **how) -> tuple[HTTPResponse, bytes]:
        connection = self.connect(**how)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()


def documented(language: str) -> str:
    [site] = blocks((ROOT / "docs" / "operations.md").read_text(), language)
    return site


@contextmanager
def proxy(kind: str, server: tuple[str, int], folder: Path) -> Iterator[Proxy]:
    """`nginx` or `caddy`, once it answers. Skips where it is not installed."""
    programs = [shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in (kind, "openssl")]
    if None in programs:
        pytest.skip(f"The configuration of {kind} needs {kind} and openssl, which are not both here.")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(programs[1], "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME}", "-out", certificate, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    found = Proxy(free_port(), free_port(), ssl.create_default_context(cafile=certificate))
    write = {"nginx": nginx, "caddy": caddy}[kind]
    command = write(found, folder, server, certificate, key)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [programs[0], *command],
            env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_open(process, found, folder / "log")
        yield found
    finally:
        stop(process)


def replaced(text: str, changes: dict[str, str]) -> str:
    """What stands in the way of a second server on this computer, and nothing else. Each has to be there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(found: Proxy, folder: Path, server: tuple[str, int], certificate: Path, key: Path) -> list[str]:
    site = replaced(
        re.sub(r"\n *listen \[::\].*", "", documented("nginx")),
        {
            "listen 80;": f"listen {HOST}:{found.http};",
            "listen 443 ": f"listen {HOST}:{found.https} ",
            "127.0.0.1:8000": "{}:{}".format(*server),
            f"/etc/letsencrypt/live/{NAME}/fullchain.pem": str(certificate),
            f"/etc/letsencrypt/live/{NAME}/privkey.pem": str(key),
        },
    )
    user = "user root;" if os.geteuid() == 0 else ""  # whose the folder is
    (folder / "nginx.conf").write_text(NGINX.format(user=user, folder=folder, site=site))
    return ["-c", str(folder / "nginx.conf"), "-e", "stderr"]


def caddy(found: Proxy, folder: Path, server: tuple[str, int], certificate: Path, key: Path) -> list[str]:
    site = replaced(
        documented("caddy"),
        {f"{NAME} {{\n": f"{NAME} {{\ntls {certificate} {key}\n", "127.0.0.1:8000": "{}:{}".format(*server)},
    )
    options = CADDY.format(http=found.http, https=found.https, host=HOST, site=site)
    (folder / "Caddyfile").write_text(options)
    return ["run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def wait_until_open(process: subprocess.Popen, found: Proxy, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    for port in (found.http, found.https):
        while True:
            try:
                socket.create_connection((HOST, port), timeout=5).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"The proxy did not start.\n{log.read_text()}") from None
                time.sleep(0.1)
