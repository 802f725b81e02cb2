"""`make audit`, with pip-audit as it is, and a service that speaks OSV's protocol and knows of one bad library."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.once import once
from tests.postgres import free_port
from tests.vulnerabilities import KNOWN, NOT_AUDITED, audit

pytestmark = once
LEAK = {
    "id": "PYSEC-2026-1",
    "summary": "It leaks.",
    "affected": [
        {
            "package": {"name": "leaky", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


class Service(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
        self.send_response(503 if asked == "unheard-of" else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"vulns": [LEAK]} if asked == "leaky" else {}).encode())

    def log_message(self, *args) -> None:
        """Say nothing."""


@pytest.fixture
def service():
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def audited(tmp_path):
    def ask(address: str, *pins: str) -> int:
        requirements = tmp_path / "requirements.txt"
        requirements.write_text("\n".join(pins))
        as_written = ("--no-deps", "--disable-pip", f"--cache-dir={tmp_path}")
        return audit(requirements, *as_written, "--vulnerability-service=osv", f"--osv-url={address}")

    return ask


def test_it_is_green_when_nothing_is_known(service, audited, capsys):
    assert audited(service, "sound==1.0", "safe==2.0") == 0
    assert capsys.readouterr().out == "No known vulnerabilities found\n"


def test_it_names_the_library_what_is_known_and_where_it_is_mended(service, audited, capsys):
    assert audited(service, "sound==1.0", "leaky==1.0") == KNOWN
    said = capsys.readouterr().out
    assert said.endswith("Found 1 known vulnerability in 1 package\n")
    assert "leaky 1.0     PYSEC-2026-1 1.1" in said


def test_it_is_red_when_the_service_is_out_of_reach(audited, capsys):
    assert audited(f"http://127.0.0.1:{free_port()}/", "sound==1.0") == NOT_AUDITED
    said = capsys.readouterr().out
    assert said.startswith("NOT AUDITED: not every library could be looked up.\n")
    assert "Connection refused" in said


def test_it_is_red_when_the_service_does_not_answer_for_one(service, audited, capsys):
    assert audited(service, "sound==1.0", "unheard-of==1.0") == NOT_AUDITED
    assert capsys.readouterr().out.startswith("NOT AUDITED: ")
