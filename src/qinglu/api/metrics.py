"""Counters and durations for Prometheus, in a registry of their own: nothing is global, nothing names a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What the server counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "qinglu_http_requests", "Requests answered", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "qinglu_http_request_duration_seconds", "Until the answer began", ("route", "method"),
            registry=self.registry, buckets=_STEPS,
        )  # fmt: skip
        self.jobs = Gauge("qinglu_jobs", "Jobs by state", ("state",), registry=self.registry)
        self.oldest = Gauge("qinglu_queue_age_seconds", "Age of the oldest queued job", registry=self.registry)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request, by the pattern of its route and never by its address."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route, method).observe(seconds)

    def page(self, queue: Mapping[str, Any]) -> bytes:
        """Everything in the text format of Prometheus."""
        for state, n in queue["states"].items():
            self.jobs.labels(state).set(n)
        self.oldest.set(queue["oldest_s"])
        return bytes(generate_latest(self.registry))
