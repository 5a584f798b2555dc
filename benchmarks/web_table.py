"""How smoothly the list of projects scrolls beside its map, in a real browser: ``python -m benchmarks.web_table``.

A register of its own, ``qinglu serve`` on the loopback, headless Chromium that draws with the processor alone. The
browser is asked for a frame as often as it gives one (60 a second at most); how long each took is what is told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/browser"))

import chromium

import service

_PASSWORD = "correct horse battery"
_SCROLL = """new Promise((done) => {
  const box = document.querySelector('.box'), times = []
  let before = performance.now(), way = STEP
  const end = before + SECONDS * 1000
  const frame = (now) => {
    times.push(now - before)
    before = now
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) way = -STEP
    if (box.scrollTop <= 0) way = STEP
    box.scrollTop += way
    if (now < end) requestAnimationFrame(frame)
    else done(times.slice(1))
  }
  requestAnimationFrame(frame)
})"""
_ACT = """new Promise((done) => {
  const began = performance.now()
  ACT
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)))
})"""


def register(folder: Path, number: int) -> None:
    """A register of so many projects all over Africa and Asia, entered as an upload is, with levels as a run gives."""
    import pyarrow as pa
    import shapely
    from sqlalchemy import text

    from qinglu.model import PROJECTS, REJECTED, Portfolio
    from qinglu.store import SYSTEM, Store

    made = np.random.default_rng(7)
    places = np.empty(number, dtype=object)
    places[:] = shapely.points(made.uniform(10, 110, number), made.uniform(-30, 40, number))
    row = range(number)
    columns = {
        "project_id": [f"M{i:06}" for i in row], "name": [f"Hydropower station {i}, second stage" for i in row],
        "name_zh": [f"第{i}水电站二期" for i in row], "country": [("KEN", "PAK", "LAO")[i % 3] for i in row],
        "country_given": [""] * number, "sector": [("hydropower", "rail", "road")[i % 3] for i in row],
        "stage": ["planning"] * number, "source_row": list(range(1, number + 1)), "geometry": list(row),
        "shape": ["point"] * number, "notes": [[]] * number, "extra": [""] * number,
    }  # fmt: skip
    read = Portfolio(pa.table(columns, PROJECTS), places, REJECTED.empty_table(), number, "many.csv", "")
    with Store.open(f"sqlite:///{folder / 'qinglu.db'}", folder) as store:
        own = store.create_organisation(SYSTEM, kind="company", name="Many", name_zh="多")
        user = store.create_user(SYSTEM, email="company@demo.localhost", name="Many", password=_PASSWORD)
        store.add_member(SYSTEM, user.id, own.id, "company")
        actor = store.actor_for(user.id)
        store.set_password(actor, user.id, _PASSWORD, current=_PASSWORD)
        (folder / "empty").write_bytes(b"x")
        with (folder / "empty").open("rb") as source:
            sha256, _ = store.put_document(actor, source)
        record = store.add_portfolio(actor, own.id, name="many", source="many.csv", sha256=sha256)
        store.register_portfolio(actor, record.id, read)
        with store.db.engine.begin() as connection:  # marks of every shape on the map, without an hour of screening
            connection.execute(text(
                "UPDATE projects SET rank = 1 + id % 5, level = CASE id % 5 WHEN 0 THEN 'clear' WHEN 1 THEN 'note' "
                "WHEN 2 THEN 'unknown' WHEN 3 THEN 'warning' ELSE 'critical' END"
            ))  # fmt: skip


def measured(reader: Any, seconds: float) -> list[tuple[str, str]]:
    """What a person would feel, each with its figure."""
    out = []
    began = time.perf_counter()
    reader.go("/")
    reader.until("document.querySelectorAll('tbody tr[id]').length > 5", 120)
    out.append(("from the address to the rows", f"{time.perf_counter() - began:.1f} s"))
    reader.until("document.querySelector('.gl[data-ready=true] canvas')", 120)
    time.sleep(12)  # the map comes to rest
    for name, step in (("a wheel turned slowly", 30), ("a wheel turned fast", 300), ("the scroll bar dragged", 6_000)):
        times = np.array(reader.run(_SCROLL.replace("STEP", str(step)).replace("SECONDS", str(seconds))))
        out.append((f"scrolling, {name} ({step} px a frame)", _frames(times)))
    acts = {
        "sorting by name": "document.querySelector('thead th:nth-child(2) button').click()",
        "choosing a level": "document.querySelector('.group .count').click()",
    }
    for name, act in acts.items():
        out.append((f"{name}, to the frame after", f"{reader.run(_ACT.replace('ACT', act)):.0f} ms"))
        time.sleep(1)
    out.append(("heap of the page", f"{reader.run('performance.memory.usedJSHeapSize') / 1e6:.0f} MB"))
    return out


def _frames(times: Any) -> str:
    late = float((times > 1000 / 30).mean())
    return (
        f"{1000 / times.mean():.0f} frames a second; 95 of 100 within {np.percentile(times, 95):.0f} ms, the longest "
        f"{times.max():.0f} ms, {late:.1%} over 33 ms"
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    given = parser.parse_args()
    path = chromium.found()
    why = "no Chromium on this machine" if path is None else service.built()
    if why:
        raise SystemExit(why)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        register(folder, given.projects)
        served = service.Service(folder)
        served.passwords["company"] = _PASSWORD
        reader = service.Reader(path, served)
        try:
            reader.size(1360, 860)
            reader.speak("en")
            reader.sign_in()
            sys.stdout.write(f"{given.projects:,} projects\n\n| | |\n|---|---|\n")
            for what, figure in measured(reader, given.seconds):
                sys.stdout.write(f"| {what} | {figure} |\n")
        finally:
            reader.close()
            served.close()


if __name__ == "__main__":
    main()
