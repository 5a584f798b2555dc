"""Register and screen the AidData projects through the service: ``python docs/service_aiddata.py ../shared/data OUT``.

Starts ``qinglu serve``, signs in, brings the layers in, uploads the file, follows the job to its end, and reads back
what became of every row. What the service found is held against docs/findings-aiddata.md, which ``qinglu screen``
wrote: a figure that differs ends this script. Rewrites docs/service-aiddata.md and its Chinese twin, and their pictures
where Chromium and Node.js are at hand.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pyarrow.compute as pc
import pyarrow.parquet as pq
from findings_aiddata import BANDS, LAYERS, portfolio

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.serving import Served, qinglu  # noqa: E402 - found from here

ON = "2026-11-22"


def brought_in(data: Path, home: Path) -> None:
    """The layers into the atlas of the service, each under the id it has on the other page."""
    for name, (path, zh, role) in LAYERS.items():
        more = ["--id-field", "ECO_ID"] if name == "ecoregions" else []
        words = ["atlas", "add", str(data / path), "--id", f"{name}-10m", "--role", role, "--title-zh", zh,
                 "--title-en", name.capitalize(), *more]  # fmt: skip
        done = qinglu(*words, "--replace", data=home)
        if done.returncode:
            raise SystemExit(done.stderr)


def signed_in(client: httpx2.Client, email: str, password: str) -> dict[str, str]:
    """A session as a browser has it; the header that changes need."""
    reply = client.post("/api/v1/session", json={"email": email, "password": password})
    reply.raise_for_status()
    return {"X-CSRF-Token": reply.json()["csrf"]}


def sent(client: httpx2.Client, file: Path) -> dict[str, Any]:
    """Upload, follow the events to the end, and read back everything that the page says."""
    owner = client.post("/api/v1/organisations", json={"kind": "company", "name": "AidData"}).raise_for_status().json()
    for layer in layers(client):
        if not layer["id"].endswith("-10m"):  # the starter atlas: the other page was made without
            tag = client.get(f"/api/v1/layers/{layer['id']}").headers["ETag"]
            change = {"enabled": False}
            client.patch(f"/api/v1/layers/{layer['id']}", json=change, headers={"If-Match": tag}).raise_for_status()
    began = time.perf_counter()
    with file.open("rb") as raw:
        reply = client.post(
            "/api/v1/portfolios", files={"file": (file.name, raw)}, data={"organisation": str(owner["id"]), "on": ON}
        ).raise_for_status()
    accepted_s = time.perf_counter() - began
    job, portfolio_id = reply.json()["job"], reply.json()["portfolio"]["id"]
    stages = followed(client, job["links"]["events"], began)
    took_s = time.perf_counter() - began
    job = client.get(job["links"]["self"]).raise_for_status().json()
    if job["state"] != "done":
        raise SystemExit(f"the job ended as {job['state']}: {job['error']}")
    run = client.get(f"/api/v1/runs/{job['result']['run_id']}").raise_for_status().json()
    found = facts(client, portfolio_id, run)
    return {**found, "accepted_s": accepted_s, "took_s": took_s, "stages": stages, "size": file.stat().st_size}


def layers(client: httpx2.Client) -> list[dict[str, Any]]:
    """The layers of the service, once its worker has registered them."""
    while True:
        found: list[dict[str, Any]] = client.get("/api/v1/layers").raise_for_status().json()["items"]
        if {f"{name}-10m" for name in LAYERS} <= {layer["id"] for layer in found}:
            return found
        time.sleep(0.2)


def followed(client: httpx2.Client, events: str, began: float) -> list[tuple[str, float]]:
    """Which stages the stream of events told, and when each began."""
    stages: list[tuple[str, float]] = []
    with client.stream("GET", events, headers={"Accept": "text/event-stream"}, timeout=600) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told = json.loads(line.removeprefix("data: "))
                stage = str(told["data"].get("what") or told["kind"])
                if not stages or stages[-1][0] != stage.removesuffix("-10m"):
                    stages.append((stage.removesuffix("-10m"), time.perf_counter() - began))
    return stages


def facts(client: httpx2.Client, portfolio_id: int, run: dict[str, Any]) -> dict[str, Any]:
    """What the service says of the portfolio, from its own addresses."""
    account = client.get(f"/api/v1/portfolios/{portfolio_id}").raise_for_status().json()["account"]
    notes: Counter[str] = Counter()
    for row in pages(client, f"/api/v1/portfolios/{portfolio_id}/rows?limit=1000"):
        notes.update(row["notes"])
    counts = client.get("/api/v1/projects/counts", params={"portfolio": portfolio_id}).raise_for_status().json()
    warned = Counter(f["rule_id"] for f in pages(client, f"/api/v1/findings?run={run['id']}&level=warning&limit=1000"))
    documents = {d["name"]: d for d in run["documents"]}
    trail = client.get("/api/v1/audit/verify").raise_for_status().json()
    return {
        "account": account, "notes": notes, "levels": counts["by"]["level"], "warned": warned, "trail": trail,
        "findings": run["counts"]["findings"], "documents": documents, "near": near(client, documents["nearest.parquet"]),
    }  # fmt: skip


def near(client: httpx2.Client, document: dict[str, Any]) -> dict[str, list[int]]:
    """For each layer, how many projects lie within each band of it: from the table that the run left."""
    import io

    table = pq.read_table(io.BytesIO(client.get(document["href"]).raise_for_status().content))
    counts = {}
    for name in LAYERS:
        distance = table.filter(pc.equal(table["layer_id"], f"{name}-10m"))["distance_m"].to_numpy()
        counts[name] = [int((distance <= band).sum()) for band in BANDS]
    return counts


def pages(client: httpx2.Client, address: str) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    while address:
        page = client.get(address).raise_for_status().json()
        items += page["items"]
        address = page["links"].get("next", "")
    return items


def compared(found: dict[str, Any]) -> int:
    """How many figures of the other page were held against the service's; the first that differs ends the script."""
    page = (HERE / "findings-aiddata.md").read_text(encoding="utf-8")
    account = re.search(r"Read (\d+) = screened (\d+) \+ rejected (\d+)", page)
    assert account
    said = dict(zip(("read", "screened", "rejected"), map(int, account.groups()), strict=True))
    pairs: list[tuple[str, object, object]] = [(k, v, found["account"][k]) for k, v in said.items()]
    rows = {m[1]: [int(n) for n in m[2].split(" | ")] for m in re.finditer(r"^\| ([^|]+) \| ([\d |]+) \|$", page, re.M)}
    pairs += [(name, rows[name], counts) for name, counts in found["near"].items()]
    levels = ("critical", "warning", "note", "unknown", "clear")
    pairs += [(level, rows[level], [found["levels"].get(level, 0)]) for level in levels]
    noted = {m[1]: int(m[2]) for m in re.finditer(r"^\| `([\w-]+)` \| .* \| (\d+) \|$", page, re.M)}
    pairs += [(note, number, found["notes"][note]) for note, number in noted.items()]
    pairs += [("warnings", sorted(n for n in found["warned"].values()), sorted(
        rows[title][0] for title in re.findall(r"^\| (\w[\w ]*) \| \d+ \|$", page.split("Which rules")[1].split("## ")[0], re.M)
    ))]  # fmt: skip
    for name, wanted, got in pairs:
        if wanted != got:
            raise SystemExit(f"{name}: qinglu screen found {wanted}, the service {got}")
    return sum(len(w) if isinstance(w, list) else 1 for _, w, _ in pairs)


def main() -> None:
    """Through the service, and write both pages."""
    from service_aiddata_page import page
    from service_aiddata_shots import pictures

    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    home = out / "service"
    url = f"sqlite:///{home}/qinglu.db"
    email, password = "administrator@example.org", secrets.token_urlsafe(12)
    file = portfolio(data, out)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    brought_in(data, home)
    with (
        Served(url, home, {"QINGLU_ADMIN_EMAIL": email, "QINGLU_ADMIN_PASSWORD": password}) as served,
        httpx2.Client(base_url=served.base, timeout=300) as client,
    ):
        client.headers.update(signed_in(client, email, password))
        found = sent(client, file)
        found["compared"] = compared(found)
        if why := pictures(served.base, email, password):
            sys.stderr.write(f"no new pictures: {why}\n")
    for lang, name in (("en", "service-aiddata.md"), ("zh", "service-aiddata.zh.md")):
        (HERE / name).write_text(page(found, lang), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
