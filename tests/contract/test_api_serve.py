"""The real thing: ``qinglu serve`` as a process with its worker, killed in every way, and what is left of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from qinglu import example
from qinglu.cli import main
from qinglu.store import SYSTEM, Store

EMAIL, PASSWORD = "root@example.org", "a long enough password"
PATIENCE_S = 120.0


@dataclass
class Served:
    """A server that runs, and somebody signed in to it."""

    process: subprocess.Popen[str]
    address: str
    client: httpx2.Client
    folder: Path

    def wait(self, job: dict[str, Any], *states: str) -> dict[str, Any]:
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            found = self.client.get(job["links"]["self"]).json()
            if found["state"] in (states or ("done", "failed", "cancelled")):
                return found
            time.sleep(0.1)
        pytest.fail(f"job {job['id']} is {found['state']} after {PATIENCE_S} s")

    def worker(self, job: dict[str, Any]) -> int:
        """The process that has a job."""
        return int(self.client.get(job["links"]["self"]).json()["worker"].rpartition(":")[2])


def start(folder: Path, **environment: str) -> Served:
    """Start a server on a free port of loopback and sign in."""
    told = {
        "QINGLU_ADMIN_EMAIL": EMAIL, "QINGLU_ADMIN_PASSWORD": PASSWORD, "QINGLU_LEASE_S": "3", "QINGLU_THREADS": "1",
        **environment,
    }  # fmt: skip
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "qinglu", "serve", "--port", "0", "--data", str(folder)],
            env=os.environ | told, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            address = found[0]
            break
    assert address, (folder / "log").read_text()
    client = httpx2.Client(base_url=address, timeout=30)
    while True:
        with suppress(httpx2.ConnectError):
            if client.get("/readyz").status_code == 200:
                break
        time.sleep(0.05)
    answer = client.post("/api/v1/session", json={"email": EMAIL, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return Served(process, address, client, folder)


def stop(served: Served) -> int:
    """Ask the server to end; its exit code."""
    served.client.close()
    if served.process.poll() is None:
        served.process.send_signal(signal.SIGTERM)
    try:
        return served.process.wait(40)
    finally:
        served.process.kill()
        if served.process.stdout is not None:
            served.process.stdout.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    made = start(tmp_path_factory.mktemp("served"))
    organisation = made.client.post("/api/v1/organisations", json={"kind": "company", "name": "Builder"}).json()
    assert organisation["id"] == 2
    yield made
    stop(made)


def _upload(served: Served, raw: bytes, name: str, **fields: str) -> dict[str, Any]:
    form = {"organisation": "2", **fields}
    answer = served.client.post("/api/v1/portfolios", data=form, files={"file": (name, raw)})
    assert answer.status_code == 202, answer.text
    return dict(answer.json()["job"])


def _rows(n: int, mark: str) -> bytes:
    lines = [f"{mark}{i},{mark} {i},{20 + (i % 40) * 0.7:.3f},{-20 + (i % 37) * 0.9:.3f}" for i in range(n)]
    return "\n".join(["id,name,lon,lat", *lines]).encode()


def _events(served: Served, job: dict[str, Any], after: int = 0) -> Iterator[tuple[int, str, dict[str, Any]]]:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    with served.client.stream("GET", job["links"]["events"], headers=headers, timeout=PATIENCE_S) as stream:
        told: dict[str, str] = {}
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                told[name] = value
            elif "id" in told:
                yield int(told["id"]), told["event"], json.loads(told["data"])
                told = {}


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_the_example_is_uploaded_and_watched_to_its_end(served):
    path = example.portfolio_path()
    job = _upload(served, path.read_bytes(), path.name, rules="all")
    seen = list(_events(served, job))
    assert [n for n, _, _ in seen] == list(range(1, len(seen) + 1))
    kinds = [kind for _, kind, _ in seen]
    assert kinds[:2] == ["queued", "running"]
    assert kinds[-1] == "done"
    assert "progress" in kinds
    account = next(d["data"] for _, _, d in seen if "kept" in d["data"])
    n = len(json.loads(path.read_text(encoding="utf-8"))["features"])
    assert account["read"] == account["kept"] + account["rejected"] == n
    done = seen[-1][2]["job"]
    report = served.client.get(next(d["href"] for d in done["result"]["documents"] if d["name"] == "report.html"))
    assert report.status_code == 200
    counts = served.client.get("/api/v1/projects/counts").json()
    assert counts["total"] == n
    assert "" not in counts["by"]["level"]


def test_a_worker_killed_half_way_costs_time_and_nothing_else(served):
    """The job is taken again by the next worker, and leaves one result."""
    job = _upload(served, _rows(150, "kill"), "kill.csv")
    for number, kind, data in _events(served, job):
        if kind == "progress" and data["data"]["what"] not in ("read", "register"):
            last = number
            break
    first = served.worker(job)
    os.kill(first, signal.SIGKILL)
    done = served.wait(job)
    assert done["state"] == "done", done["error"]
    assert done["attempts"] == 2
    assert served.worker(job) != first
    rest = list(_events(served, job, after=last))
    assert [kind for _, kind, _ in rest].count("done") == 1
    runs = [r for r in served.client.get("/api/v1/runs").json()["items"] if r["job_id"] == job["id"]]
    assert [r["state"] for r in runs] == ["done"]
    counted = served.client.get("/api/v1/projects/counts?q=kill").json()
    assert counted["total"] == 150
    assert "" not in counted["by"]["level"]
    again = _upload(served, _rows(150, "calm"), "calm.csv")
    calm = served.wait(again)
    run = served.client.get(f"/api/v1/runs/{calm['result']['run_id']}").json()
    assert run["counts"]["findings"] == runs[0]["counts"]["findings"]
    assert run["counts"]["levels"] == runs[0]["counts"]["levels"]
    with Store.open(f"sqlite:///{served.folder / 'qinglu.db'}", served.folder) as store:
        _, cursor, n = None, None, 0
        while True:
            page = store.findings(SYSTEM, run=runs[0]["id"], cursor=cursor, limit=1000)
            n += len(page)
            if (cursor := page.cursor) is None:
                break
        assert n == runs[0]["counts"]["findings"]
    assert served.client.get("/api/v1/audit/verify").json()["intact"] is True
    assert list((served.folder / "work").glob("*")) == []


def test_a_running_screening_is_cancelled(served):
    job = _upload(served, _rows(600, "stop"), "stop.csv")
    for _, kind, data in _events(served, job):
        if kind == "progress" and data["data"]["what"] not in ("read", "register"):
            break
    assert served.client.post(f"{job['links']['self']}/cancel").status_code == 200
    assert served.wait(job)["state"] == "cancelled"
    (run,) = [r for r in served.client.get("/api/v1/runs").json()["items"] if r["job_id"] == job["id"]]
    assert run["state"] == "cancelled"
    assert served.client.get("/api/v1/projects?q=stop&limit=1").json()["items"][0]["level"] == ""


def test_the_log_is_json_with_the_ids_of_requests_and_no_secret(served):
    served.client.get("/api/v1/projects?q=private", headers={"X-Request-ID": "look-for-me"})
    time.sleep(0.2)
    lines = (served.folder / "log").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    (mine,) = [x for x in told if x.get("request_id") == "look-for-me"]
    assert (mine["route"], mine["status"], mine["method"]) == ("/api/v1/projects", 200, "GET")
    assert "private" not in json.dumps(mine)
    assert PASSWORD not in "\n".join(lines)


def test_the_password_of_the_worker_is_on_no_command_line(served):
    job = _upload(served, _rows(3, "ps"), "ps.csv")
    served.wait(job)
    place = Path(f"/proc/{served.worker(job)}")
    if not place.exists():
        pytest.skip("no /proc on this machine")
    assert "qinglu.db" not in (place / "cmdline").read_text()
    assert PASSWORD not in (place / "environ").read_text()


@pytest.fixture
def alone(tmp_path) -> Iterator[Served]:
    made = start(tmp_path)
    made.client.post("/api/v1/organisations", json={"kind": "company", "name": "Builder"})
    yield made
    stop(made)


def test_a_server_killed_takes_its_worker_along_and_the_next_one_goes_on(alone, tmp_path):
    job = _upload(alone, _rows(150, "srv"), "srv.csv")
    for _, kind, data in _events(alone, job):
        if kind == "progress" and data["data"]["what"] not in ("read", "register"):
            break
    worker = alone.worker(job)
    alone.process.kill()
    alone.process.wait()
    ends = time.monotonic() + 30
    while _is_alive(worker) and time.monotonic() < ends:
        time.sleep(0.1)
    assert not _is_alive(worker)
    after = start(tmp_path)
    try:
        assert after.wait(job)["state"] == "done"
        assert after.client.get("/api/v1/projects/counts").json()["total"] == 150
        assert after.client.get("/api/v1/audit/verify").json()["intact"] is True
    finally:
        assert stop(after) == 0


def test_told_to_end_it_ends_streams_and_worker_and_gives_the_job_back(alone):
    job = _upload(alone, _rows(600, "end"), "end.csv")
    seen = []
    for _, kind, data in _events(alone, job):
        seen.append(kind)
        if kind == "progress" and data["data"]["what"] not in ("read", "register") and "told" not in seen:
            worker = alone.worker(job)
            alone.process.send_signal(signal.SIGTERM)
            seen.append("told")
    assert seen[-1] != "done"  # the stream ended with the server, not with the job
    assert alone.process.wait(40) == 0
    assert not _is_alive(worker)
    with Store.open(f"sqlite:///{alone.folder / 'qinglu.db'}", alone.folder) as store:
        assert store.job(SYSTEM, job["id"]).state == "queued"


def test_a_port_that_is_taken_is_named(alone, capsys):
    port = alone.address.rpartition(":")[2]
    code = main(["serve", "--port", port, "--data", str(alone.folder)])
    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_the_first_password_is_told_once_and_is_for_one_time(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", _START.format(folder=str(tmp_path))], capture_output=True, text=True, timeout=60,
        env={k: v for k, v in os.environ.items() if not k.startswith("QINGLU_")},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    passwords = re.findall(r"one-time password (\S+) ", told.stdout)
    assert len(passwords) == 1
    assert passwords[0] not in told.stderr
    with Store.open(f"sqlite:///{tmp_path / 'qinglu.db'}", tmp_path) as store:
        assert store.users(SYSTEM)[0].must_change is True


_START = """
import qinglu.api.serve as serve, pathlib
from datetime import date
from dataclasses import replace
from qinglu.settings import Settings
from qinglu.workspace import Workspace
serve.Server.run = lambda self, sockets: None
serve.Supervisor.start = lambda self: None
workspace = Workspace(replace(Settings(), data_dir=pathlib.Path({folder!r})), date(2026, 3, 1))
serve.serve(workspace, "127.0.0.1", 0, None, False)
serve.serve(workspace, "127.0.0.1", 0, None, False)
"""


def test_a_worker_ends_with_the_server_that_began_it(tmp_path, capsys):
    """Here it never was: the worker enters the layers, looks around and leaves."""
    before = signal.getsignal(signal.SIGINT)
    assert main(["worker", "--data", str(tmp_path), "--parent", "2147483647"]) == 0
    assert "the worker has stopped" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before
    with Store.open(f"sqlite:///{tmp_path / 'qinglu.db'}", tmp_path) as store:
        assert "coast" in [layer.id for layer in store.layers(SYSTEM)]


def test_without_the_extra_the_command_says_how_to_get_it():
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from qinglu.cli import main; sys.exit(main(['serve', '--port', '0']))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 2
    assert "pip install 'qinglu[serve]'" in said.stderr
    assert "Traceback" not in said.stderr
