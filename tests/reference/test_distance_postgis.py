"""Distances, pairs and overlaps against PostGIS, on a throwaway cluster, where PostgreSQL is installed.

PostGIS takes edges as geodesics and ours are straight in longitude/latitude: with the long edges of a small workload
that alone is up to a thousandth. What is exact stands in test_distance_brute_force.py.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    sys.path.insert(0, str(ROOT))
    try:
        task, workload = (importlib.import_module(f"benchmarks.{name}") for name in ("task", "workload"))
        peers = {name: importlib.import_module(f"benchmarks.peers.{name}") for name in ("qinglu", "postgis")}
    finally:
        sys.path.remove(str(ROOT))
    home = tmp_path_factory.mktemp("postgis")
    for folder in (home, *home.parents):  # the server's own user has to reach it
        if folder.is_relative_to(home.parents[1]):
            folder.chmod(0o755)
    load = workload.make(home, scale=0.01, seed=5)
    got = {}
    for name, peer in peers.items():
        for job in ("within", "nearest", "intersects", "overlap"):
            try:
                made = peer.JOBS[job](load)
            except task.Unable as why:
                pytest.skip(f"no PostGIS to compare with: {why}")
            try:
                got[name, job] = made.run()
            finally:
                made.close()
    return got


def _by_pair(answer, value):
    return dict(zip(zip(answer["project"].tolist(), answer["feature"].tolist(), strict=True), answer[value], strict=True))


def test_distances_within_a_thousandth(answers):
    ours, theirs = (_by_pair(answers[who, "within"], "distance_m") for who in ("qinglu", "postgis"))
    assert len(ours) > 50
    edge = {pair for pair in set(ours) ^ set(theirs) if abs((ours | theirs)[pair] - 50_000) > 50}
    assert not edge
    for pair in set(ours) & set(theirs):
        assert ours[pair] == pytest.approx(theirs[pair], abs=0.1, rel=1e-3)


def test_nearest_is_as_near(answers):
    ours, theirs = (answers[who, "nearest"] for who in ("qinglu", "postgis"))
    mine = dict(zip(ours["project"].tolist(), ours["distance_m"].tolist(), strict=True))
    other = dict(zip(theirs["project"].tolist(), theirs["distance_m"].tolist(), strict=True))
    assert set(mine) == set(other)
    for project, distance in mine.items():
        assert distance <= other[project] * (1 + 1e-3) + 0.1


def test_the_same_pairs_intersect(answers):
    ours, theirs = (answers[who, "intersects"] for who in ("qinglu", "postgis"))
    assert set(zip(ours["project"].tolist(), ours["feature"].tolist(), strict=True)) == set(
        zip(theirs["project"].tolist(), theirs["feature"].tolist(), strict=True)
    )


def test_overlaps_agree(answers):
    ours, theirs = (_by_pair(answers[who, "overlap"], "area_m2") for who in ("qinglu", "postgis"))
    shared = [p for p in set(ours) & set(theirs) if np.isfinite(ours[p]) and np.isfinite(theirs[p]) and theirs[p] > 1e4]
    assert len(shared) > 3
    for pair in shared:
        assert ours[pair] == pytest.approx(theirs[pair], rel=1e-3)
