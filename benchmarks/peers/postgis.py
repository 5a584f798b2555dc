"""PostGIS, on a throwaway cluster behind a Unix socket; geography on pieces of at most 256 vertices."""

from __future__ import annotations

import csv
import io
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

from ..task import Result, Task, Unable, process_cpu_s
from ..workload import Workload, read

_SETTINGS = {
    "listen_addresses": "", "shared_buffers": "1GB", "work_mem": "256MB", "maintenance_work_mem": "1GB",
    "fsync": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off",
    "max_parallel_workers_per_gather": "0", "max_wal_size": "8GB",
}  # fmt: skip

_LOADED = """
CREATE TABLE pieces AS SELECT id, ST_Subdivide(g, 256) AS g FROM layer;
ALTER TABLE pieces ADD COLUMN gg geography;
UPDATE pieces SET gg = g::geography;
CREATE INDEX ON pieces USING gist (g);
CREATE INDEX ON pieces USING gist (gg);
ALTER TABLE projects ADD COLUMN gg geography;
UPDATE projects SET gg = g::geography;
ANALYZE;
"""


def versions() -> dict[str, str]:
    """What was measured."""
    program = _program("postgres")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout if program else ""
    return {"postgresql": told.split()[2] if told else "absent"}


def _program(name: str) -> str | None:
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(kept[-1]) if kept else shutil.which(name)


class _Cluster:
    """A cluster in the workload's folder, filled the first time."""

    def __init__(self, load: Workload) -> None:
        programs = [_program(name) for name in ("initdb", "pg_ctl", "psql", "postgres")]
        if not all(programs):
            raise Unable("PostgreSQL is not installed here")
        self._initdb, self._ctl, self._psql = (str(p) for p in programs[:3])
        try:
            # The server refuses to run as root.
            self._as = ["runuser", "-u", pwd.getpwnam("postgres").pw_name, "--"] if os.geteuid() == 0 else []
        except KeyError as why:
            raise Unable("run as another user than root, or with a user named postgres") from why
        self.data = load.folder / "pg"
        self._socket = tempfile.mkdtemp(prefix="pg")
        Path(self._socket).chmod(0o777)
        fresh = not (self.data / "filled").exists()
        if fresh:
            self._create()
        self._start()
        try:
            if fresh:
                self._fill(load)
        except BaseException:
            self.close()
            raise

    def _call(self, *command: str) -> None:
        done = subprocess.run([*self._as, *command], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unable(f"PostgreSQL: {(done.stderr or done.stdout).strip()[-200:]}")

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir()
        if self._as:
            shutil.chown(self.data, "postgres")
        self._call(self._initdb, "-D", str(self.data), "-U", "bench", "--auth=trust", "-E", "UTF8", "--locale=C")

    def _start(self) -> None:
        options = " ".join(f"-c {name}={value!r}" for name, value in _SETTINGS.items())
        log = f"{self._socket}/log"
        self._call(
            self._ctl, "-D", str(self.data), "-w", "-l", log, "-o", f"-k {self._socket} {options}", "start"
        )  # fmt: skip
        self.pid = int((self.data / "postmaster.pid").read_text().split()[0])

    def sql(self, query: str, rows: str | None = None) -> str:
        """Run, feed `rows` to its COPY, and return what it prints."""
        command = [
            self._psql,
            "-h",
            self._socket,
            "-U",
            "bench",
            "-d",
            "postgres",
            "-qAt",
            "-v",
            "ON_ERROR_STOP=1",
        ]
        done = subprocess.run([*command, "-c", query], input=rows, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unable(f"PostGIS: {done.stderr.strip()[:200]}")
        return done.stdout

    def _fill(self, load: Workload) -> None:
        self.sql("CREATE EXTENSION postgis")
        for name, path in (("layer", load.layer_valid), ("projects", load.projects)):
            self.sql(f"CREATE TABLE {name} (id int, g geometry(Geometry, 4326))")
            geoms = read(path)
            for start in range(0, len(geoms), 5_000):
                hexed = shapely.to_wkb(
                    shapely.set_srid(geoms[start : start + 5_000], 4326), hex=True, include_srid=True
                )
                rows = "".join(f"{start + i}\t{text}\n" for i, text in enumerate(hexed))
                self.sql(f"COPY {name} FROM STDIN", rows)
        self.sql(_LOADED)
        self._call("touch", str(self.data / "filled"))

    def cpu_s(self) -> float:
        """Of the server: its first process, those that live, those that it buried."""
        stat = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        buried = (int(stat[13]) + int(stat[14])) / os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        alive = 0.0
        for child in children:
            try:
                alive += process_cpu_s(int(child))
            except OSError:  # gone between the two looks
                continue
        return buried + alive + process_cpu_s(self.pid)

    def close(self) -> None:
        """Stop the server; the data stay for the next job."""
        self._call(self._ctl, "-D", str(self.data), "-m", "fast", "-w", "stop")
        shutil.rmtree(self._socket, ignore_errors=True)


def _task(load: Workload, query: str, note: str) -> Task:
    cluster = _Cluster(load)
    try:
        cluster.sql("SELECT sum(ST_NPoints(g)), sum(ST_NPoints(gg::geometry)) FROM pieces")  # warm
        version = cluster.sql("SELECT postgis_lib_version()").strip()
        size = float(cluster.sql("SELECT pg_total_relation_size('pieces')"))
    except BaseException:
        cluster.close()
        raise
    query = query.format(few=load.size.few)

    def run() -> Result:
        table = list(csv.reader(io.StringIO(cluster.sql(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)"))))
        columns = zip(*table[1:], strict=True) if len(table) > 1 else [()] * len(table[0])
        return {
            name: np.array([float(v) if v else np.nan for v in column], float)
            if name not in ("project", "feature")
            else np.array([int(v) for v in column], np.int64)
            for name, column in zip(table[0], columns, strict=True)
        }

    return Task(run, f"PostGIS {version}; {note}", cluster.cpu_s, {"pieces_bytes": size}, cluster.close)


def within_50km(load: Workload) -> Task:
    """Pieces within 50 km, the least distance of each feature."""
    query = """
        SELECT p.id AS project, s.id AS feature, min(ST_Distance(p.gg, s.gg)) AS distance_m
        FROM projects p JOIN pieces s ON ST_DWithin(p.gg, s.gg, 50000) WHERE p.id < {few} GROUP BY 1, 2"""
    return _task(load, query, "geography on subdivided pieces")


def nearest_feature(load: Workload) -> Task:
    """The nearest piece by the index."""
    query = """
        SELECT p.id AS project, n.id AS feature, ST_Distance(n.gg, p.gg) AS distance_m
        FROM projects p CROSS JOIN LATERAL
        (SELECT s.id, s.gg FROM pieces s ORDER BY s.gg <-> p.gg LIMIT 1) n WHERE p.id < {few}"""
    return _task(load, query, "geography on subdivided pieces")


def intersects(load: Workload) -> Task:
    """Planar, on pieces."""
    query = """
        SELECT DISTINCT p.id AS project, s.id AS feature
        FROM projects p JOIN pieces s ON ST_Intersects(p.g, s.g)"""
    return _task(load, query, "geometry on subdivided pieces")


def overlaps(load: Workload) -> Task:
    """Planar intersections of pieces, measured on the spheroid."""
    query = """
        WITH shared AS (SELECT p.id AS project, s.id AS feature, ST_Intersection(p.g, s.g)::geography AS gg
                        FROM projects p JOIN pieces s ON ST_Intersects(p.g, s.g))
        SELECT project, feature, sum(ST_Area(gg)) AS area_m2, sum(ST_Length(gg)) AS length_m
        FROM shared GROUP BY 1, 2"""
    return _task(load, query, "geometry on subdivided pieces, measured as geography")


JOBS: dict[str, Callable[[Workload], Task]] = {
    "within": within_50km,
    "nearest": nearest_feature,
    "intersects": intersects,
    "overlap": overlaps,
}
