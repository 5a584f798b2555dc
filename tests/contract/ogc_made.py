"""A register for clients of the standards: projects of every shape, some published; and a server on the loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import api_made
import shapely
import uvicorn

N = 230
"""Projects; every second is published."""


def shape_of(i: int) -> shapely.Geometry:
    """Points, lines that only their boxes fill, and areas, east of Africa."""
    x, y = 30 + (i % 23) * 0.9, -10 + (i // 23) * 2.0
    if i % 3 == 0:
        return shapely.Point(x, y)
    if i % 3 == 1:
        return shapely.LineString([(x, y), (x + 2, y + 2)])
    return shapely.box(x, y, x + 0.3, y + 0.3)


def register(folder: Path) -> api_made.World:
    """Everybody, and projects of the first company."""
    made = api_made.world(folder)
    owner = made.store.actor_for(made.ids["user-company"])
    made.ids["made"] = []
    for i in range(N):
        project = made.store.create_project(owner, made.ids["org-company"], {
            "code": f"N{i:03}", "name": f"Road {i}", "name_zh": f"公路{i}", "country": ("KEN", "TZA")[i % 2],
            "sector": "road", "capacity": float(i), "approved_on": f"20{10 + i % 10}-03-01",
            "closing_on": "2021-01-01" if i % 4 == 0 else None, "geometry": shape_of(i),
        })  # fmt: skip
        if i % 2 == 0:
            made.store.update_project(owner, project.id, {"published": True}, 1)
        made.ids["made"].append(project.id)
    return made


def token(made: api_made.World, role: str = "company", scopes: tuple[str, ...] = ("read", "write", "run")) -> str:
    """A token of somebody."""
    actor = made.store.actor_for(made.ids[f"user-{role}"])
    return made.store.make_token(actor, name="clients", scopes=list(scopes), lasts=timedelta(days=1))[0]


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of a server on the loopback that ends with the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        assert server.started, "the server did not start"
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
