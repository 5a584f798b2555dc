"""Run ``qinglu`` once with the given arguments and print what the process used, as JSON on the last line."""

from __future__ import annotations

import json
import sys
import time

from .task import cpu_s, peak_bytes


def main() -> int:
    """As the command line, with its own use of the machine told at the end."""
    wall = time.perf_counter()
    from qinglu.cli import main as qinglu

    try:
        code = qinglu(sys.argv[1:])
    except SystemExit as done:  # of --help
        code = int(done.code or 0)
    used = {"cpu_s": cpu_s(), "wall_s": time.perf_counter() - wall, "peak_bytes": peak_bytes(), "exit": code}
    print("\n" + json.dumps(used))
    return 0


if __name__ == "__main__":
    sys.exit(main())
