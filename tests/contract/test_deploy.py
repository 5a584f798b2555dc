"""docs/deploy.md is held to the thing itself: its commands are run, its units and proxy are read by whoever reads them.

What installs packages or speaks to systemd is left out; paths and addresses become ones of the test.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the service is not installed")

import httpx2
from benchmarks.serving import Served

from qinglu.settings import Settings
from qinglu.store import SYSTEM, SchemaError, Store
from qinglu.store.database import Database
from qinglu.store.migrate import HEAD, known_revisions, upgrade
from qinglu.store.open import utc_now

PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.M | re.S)
OURS = ("qinglu", "export", "curl")
LEFT_OUT = ("sudo", "journalctl", "python3 -m venv", "/opt/qinglu/bin/pip")
UNITS = [body for lang, body in BLOCKS if lang == "ini" and body.startswith("[Unit]")]
PASSWORD = "a long enough password"


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, flags=re.M | re.S)
    assert found, title
    return found[1]


def commands(title: str) -> list[str]:
    """Lines of shell of a section, without those that install or speak to systemd."""
    lines = [x for lang, body in re.findall(r"^```(\w+)\n(.*?)^```", section(title), flags=re.M | re.S)
             if lang == "sh" for x in body.splitlines() if x.strip()]  # fmt: skip
    strange = [x for x in lines if not x.startswith((*OURS, *LEFT_OUT))]
    assert not strange, f"neither run nor left out on purpose: {strange}"
    return [x for x in lines if x.startswith(OURS)]


class Machine:
    """Where the page's paths lie, and what its settings are."""

    def __init__(self, root: Path, url: str = "") -> None:
        self.root, self.data = root, root / "var/lib/qinglu"
        self.url = url or f"sqlite:///{self.data}/qinglu.db"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("QINGLU_")}
        tools = root / "bin"
        tools.mkdir(parents=True, exist_ok=True)
        (tools / "qinglu").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qinglu "$@"\n')
        (tools / "qinglu").chmod(0o755)
        self.environment = {**kept, "PATH": f"{tools}:{kept['PATH']}", "QINGLU_DATA_DIR": str(self.data)}
        if url:
            self.environment["QINGLU_DB"] = url

    def here(self, words: str) -> str:
        for path in ("/var/lib/qinglu", "/var/backups/qinglu"):
            words = words.replace(path, f"{self.root}{path}")
        return words

    def run(self, line: str) -> str:
        done = subprocess.run(
            ["sh", "-c", self.here(line)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def refused(self, line: str) -> str:
        done = subprocess.run(
            ["sh", "-c", self.here(line)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode != 0, line
        return done.stderr

    def file(self, page_path: str) -> Path:
        return Path(self.here(page_path))


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request, tmp_path):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres").database(set_up=False)
    return Machine(tmp_path, url)


def test_it_starts_as_the_page_says(tmp_path):
    """The first start, from the block of one machine: everything is set up, and the password is printed once."""
    machine = Machine(tmp_path)
    lines = commands("One machine with SQLite")
    assert lines[-2:] == ["qinglu serve", "curl --fail --silent http://127.0.0.1:8000/readyz"]
    script = "\n".join(x for x in lines[:-2]) + f"\nexec qinglu serve --port {_port()}"
    process = subprocess.Popen(
        ["sh", "-c", machine.here(script)], env=machine.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        said = ""
        while "listens on" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        base = re.search(r"http://[\d.:]+", said)[0]
        _ready(base)
        password = re.search(r"administrator@example.org, one-time password (\S+)", said)[1]
        opened = httpx2.post(
            f"{base}/api/v1/session", json={"email": "administrator@example.org", "password": password}
        )
        assert opened.status_code == 200
        assert opened.json()["must_change"]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        process.stdout.close()
    if shutil.which("curl"):
        assert subprocess.run(["curl", "--fail", "--silent", f"{base}/readyz"], check=False).returncode != 0


def test_an_upgrade_as_the_page_says(machine):
    """A database of an earlier version is refused, backed up, migrated, served: nothing of it is lost."""
    machine.data.mkdir(parents=True)
    db = Database(machine.url, utc_now)
    upgrade(db, known_revisions()[-2])
    db.close()
    with pytest.raises(SchemaError, match="qinglu migrate"):
        Store.open(machine.url, machine.data)
    assert "qinglu migrate" in machine.refused("qinglu serve --port 0")
    lines = commands("Upgrade")
    assert [x.split()[1] for x in lines] == ["backup", "migrate"]
    machine.run(lines[1])
    assert json.loads(machine.run("qinglu migrate --json")) == {"before": HEAD, "after": HEAD}
    with _served(machine) as client:
        assert client.get("/readyz").status_code == 200


def test_a_restore_as_the_page_says(machine):
    """Backed up while it runs, something is lost, and all of it is there again."""
    machine.data.mkdir(parents=True)
    with Store.open(machine.url, machine.data) as store:
        owner = store.create_organisation(SYSTEM, kind="company", name="before").id
        store.create_project(SYSTEM, owner, {"code": "1", "name": "kept"})
    backup, verify = commands("Backup")
    with _served(machine) as client:
        machine.run(backup)
        assert client.get("/readyz").status_code == 200
    head = re.search(r"head (\d+:[0-9a-f]{64})", machine.run(verify))[1]
    with Store.open(machine.url, machine.data) as store:
        store.create_project(SYSTEM, owner, {"code": "2", "name": "after the backup"})
    before = int(head.split(":")[0])
    restore, again = commands("Restore")
    assert machine.file("/var/backups/qinglu/qinglu.zip").exists()
    machine.run(restore)
    assert int(re.search(r"head (\d+):", machine.run(again))[1]) == before + _since_backup(machine, before)
    with Store.open(machine.url, machine.data) as store:
        assert [p.name for p in store.projects(SYSTEM)] == ["kept"]
    with _served(machine) as client:
        assert client.get("/readyz").status_code == 200
    (way_back,) = re.findall(r"`(qinglu restore [^`]+)`", section("Upgrade"))
    shutil.copy(machine.file("/var/backups/qinglu/qinglu.zip"), machine.file("/var/backups/qinglu/before-upgrade.zip"))
    machine.run(way_back)


def _since_backup(machine: Machine, before: int) -> int:
    """The restore itself is on the trail; what the server wrote after the backup is not."""
    with Store.open(machine.url, machine.data) as store:
        last = store.audit(SYSTEM, limit=1).items[0]
    assert (last.action, last.entity) == ("restore", "store")
    return int(last.seq) - before


@pytest.mark.parametrize("body", UNITS)
def test_units_are_read_by_systemd(body, tmp_path):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(body)
    if parser.has_section("Service"):
        starts = re.findall(r"^ExecStart=(.*)$", body, flags=re.M)
        assert all(x.startswith(("/opt/qinglu/bin/qinglu ", "/bin/sh ", "/usr/bin/find ")) for x in starts)
        assert parser["Service"]["NoNewPrivileges"] == "yes"
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed here")
    name = "qinglu.timer" if parser.has_section("Timer") else "qinglu.service"
    for start in ("/opt/qinglu/bin/qinglu",):
        body = body.replace(start, "/bin/true")
    (tmp_path / name).write_text(body)
    if name == "qinglu.timer":
        (tmp_path / "qinglu.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/true\n")
    done = subprocess.run(
        [analyze, "verify", "--recursive-errors=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    said = [x for x in done.stderr.splitlines() if name in x]
    assert said == [], done.stderr


def test_the_service_may_do_little():
    """`systemd-analyze security` finds the unit exposed by less than 2.5 of 10."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed here")
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "qinglu.service"
        path.write_text(UNITS[0])
        done = subprocess.run(
            [analyze, "security", "--offline=yes", "--threshold=25", str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd cannot look at a file")
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_the_settings_are_settings():
    env = next(body for lang, body in BLOCKS if lang == "ini" and "QINGLU_DB" in body)
    given = dict(line.split("=", 1) for line in env.splitlines())
    known = {f"QINGLU_{f.name.upper()}" for f in fields(Settings)}
    assert set(given) <= known
    made = Settings.from_environment(given)
    assert (made.workers, made.public_url.startswith("https://")) == (0, True)
    body = re.search(r"client_max_body_size (\d+)m", PAGE)
    assert int(body[1]) > made.max_upload_mb


def test_behind_the_proxy_of_the_page(tmp_path):
    """nginx with the page's own lines: secure cookies, the client's address, a stream that is not held back, bounds."""
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("nginx is not installed here")
    machine = Machine(tmp_path / "m")
    front = _port()
    more = {
        "QINGLU_PUBLIC_URL": "https://qinglu.example.org", "QINGLU_TRUSTED_PROXIES": "127.0.0.1",
        "QINGLU_ADMIN_EMAIL": "a@example.org", "QINGLU_ADMIN_PASSWORD": PASSWORD,
    }  # fmt: skip
    machine.data.mkdir(parents=True)
    with (
        Served(machine.url, machine.data, more) as served,
        _proxy(nginx, tmp_path, front, served.port),
        httpx2.Client(
            base_url=f"http://127.0.0.1:{front}", headers={"Host": "qinglu.example.org"}, timeout=30
        ) as client,
    ):
        wrong = {"email": "a@example.org", "password": "wrong password of mine"}
        assert client.post("/api/v1/session", json=wrong, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
        reply = client.post("/api/v1/session", json={"email": "a@example.org", "password": PASSWORD},
                            headers={"Origin": "https://qinglu.example.org"})  # fmt: skip
        assert reply.status_code == 200, reply.text
        cookie = reply.headers["Set-Cookie"]
        assert cookie.startswith("__Host-qinglu_session=")
        assert "Secure" in cookie
        assert reply.headers["Strict-Transport-Security"]
        headers = {"Cookie": cookie.split(";")[0], "X-CSRF-Token": reply.json()["csrf"]}
        assert client.get("/metrics").status_code == 404
        log = served.log.read_text()
        assert '"address": "127.0.0.1"' in log
        assert "203.0.113.9" not in log  # what a client claims of itself
        owner = client.post("/api/v1/organisations", json={"kind": "company", "name": "C"}, headers=headers).json()[
            "id"
        ]
        form = {"organisation": str(owner)}
        late = _first_event_s(client, headers, form)
        assert late < 5
        assert client.post("/api/v1/portfolios", files={"file": ("b.csv", b"x" * (67 << 20))}, data=form, headers=headers).status_code == 413  # fmt: skip


def _first_event_s(client: httpx2.Client, headers: dict[str, str], form: dict[str, str]) -> float:
    """How long the first event of a job takes to arrive, while the job goes on."""
    sent = client.post(
        "/api/v1/portfolios", files={"file": ("a.csv", b"id,lon,lat\nA,36.8,-1.3\n")}, data=form, headers=headers
    )
    assert sent.status_code == 202, sent.text
    began = time.monotonic()
    with client.stream(
        "GET", sent.json()["job"]["links"]["events"], headers={**headers, "Accept": "text/event-stream"}
    ) as stream:
        for line in stream.iter_lines():
            if line.startswith("event: "):
                return time.monotonic() - began
    return float("inf")


@contextmanager
def _proxy(nginx: str, folder: Path, front: int, behind: int):
    """The first server of the page, on the loopback and without TLS."""
    found = next(body for lang, body in BLOCKS if lang == "nginx")
    server = found.split("\nserver {")[0]
    server = server.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{front};").replace(
        "127.0.0.1:8000", f"127.0.0.1:{behind}"
    )
    server = re.sub(r"^\s*ssl_.*$", "", server, flags=re.M).replace("$scheme", "https")
    temp = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temp}{server}\n}}\n"
    )
    assert subprocess.run([nginx, "-t", "-q", "-c", str(conf)], check=False, capture_output=True).returncode == 0
    process = subprocess.Popen([nginx, "-c", str(conf)], stderr=subprocess.PIPE, text=True)
    drained = threading.Thread(target=process.stderr.read, daemon=True)
    drained.start()
    try:
        _listens(front)
        yield
    finally:
        process.terminate()
        process.wait(20)
        drained.join(5)
        process.stderr.close()


@contextmanager
def _served(machine: Machine):
    with (
        Served(machine.url, machine.data, {"QINGLU_WORKERS": "0"}) as served,
        httpx2.Client(base_url=served.base) as client,
    ):
        yield client


def _ready(base: str) -> None:
    for _ in range(600):
        try:
            if httpx2.get(f"{base}/readyz", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{base} is not ready")


def _listens(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the proxy does not listen")


def _port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
