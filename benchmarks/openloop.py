"""An open-loop client: requests leave when they are due, whether or not earlier ones were answered.

Latency counts from the moment a request was due, so that a server which falls behind cannot hide it by slowing the
client down. Plain HTTP/1.1 over kept connections and nothing else: the client is to take as little of the machine as
may be.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_CONNECTIONS = 64
_IDLE_S = 10.0


@dataclass
class Answers:
    """What came back."""

    ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    size: int = 0
    late_ms: float = 0.0
    """How much too late the client itself sent, at worst."""

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        ordered = sorted(self.ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    def as_dict(self) -> dict[str, object]:
        """For a table."""
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
        return {
            "requests": len(self.ms), **{k: round(self.percentile(s), 1) for k, s in shares.items()},
            "max": round(max(self.ms, default=0.0), 1), "statuses": dict(self.statuses),
            "kb": round(self.size / max(1, len(self.ms)) / 1000, 1), "client_late_ms": round(self.late_ms, 1),
        }  # fmt: skip


def load(port: int, token: str, paths: Iterator[Sequence[str]], *, rate: float, seconds: float) -> Answers:
    """Ask at a steady rate.

    Parameters
    ----------
    paths : iterator of sequences of str
        What is asked each time: one path, or several at once as a page of the web does; then the last answer counts.
    rate : float
        How many a second.
    """
    return asyncio.run(_Client(port, token).load(paths, rate, seconds))


class _Client:
    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._rest = (
            f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n"
        ).encode()
        self._free: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._bound = asyncio.Semaphore(_CONNECTIONS)
        self.answers = Answers()

    async def load(self, paths: Iterator[Sequence[str]], rate: float, seconds: float) -> Answers:
        began = time.perf_counter() + 0.2
        tasks = []
        for number in range(int(rate * seconds)):
            due = began + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self.answers.late_ms = max(self.answers.late_ms, 1000 * (time.perf_counter() - due))
            tasks.append(asyncio.create_task(self._one(next(paths), due)))
        await asyncio.gather(*tasks)
        for *_, writer in self._free:
            writer.close()
        return self.answers

    async def _one(self, paths: Sequence[str], due: float) -> None:
        await asyncio.gather(*(self._ask(path) for path in paths))
        self.answers.ms.append(1000 * (time.perf_counter() - due))

    async def _ask(self, path: str) -> None:
        async with self._bound:
            reader, writer = await self._connection()
            writer.write(b"GET " + path.encode() + self._rest)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            self.answers.statuses[int(head[9:12])] += 1
            self.answers.size += length
            if b"connection: close" in head.lower():
                writer.close()
            else:
                self._free.append((time.monotonic(), reader, writer))

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """One that was used lately: the server closes those that were not."""
        while self._free:
            used, reader, writer = self._free.pop()
            if time.monotonic() - used < _IDLE_S:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
