"""Takes the pictures of docs/how-to/web.md: `python docs/web_shots.py`, with Chromium and Node.js at hand."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests/browser"))

import chromium  # noqa: E402

import service  # noqa: E402

SHOTS = (
    # name, language, address, width, height, dark, what to wait for
    ("portfolio", "en", "/", 1360, 800, False, "document.querySelector('tbody tr[id]')"),
    ("portfolio", "zh", "/", 1360, 800, False, "document.querySelector('tbody tr[id]')"),
    ("map", "en", "/projects/1?tab=map", 1360, 800, True, "document.querySelector('.dense tbody tr')"),
    ("map", "zh", "/projects/1?tab=map", 1360, 800, True, "document.querySelector('.dense tbody tr')"),
    ("why", "en", "/projects/1", 1360, 800, False, "document.querySelector('[data-finding]')"),
    ("why", "zh", "/projects/1", 1360, 800, False, "document.querySelector('[data-finding]')"),
    ("rules", "en", "/rules?country=PAK", 1360, 800, False, "document.querySelector('.matrix tbody tr')"),
    ("rules", "zh", "/rules?country=PAK", 1360, 800, False, "document.querySelector('.matrix tbody tr')"),
    ("draw", "en", "/draw", 1360, 800, False, "document.querySelector('#coords')"),
    ("draw", "zh", "/draw", 1360, 800, False, "document.querySelector('#coords')"),
    ("ledger", "en", "/ledger?tool=energy-options", 1360, 1000, False, "document.querySelector('form button.main')"),
    ("ledger", "zh", "/ledger?tool=energy-options", 1360, 1000, False, "document.querySelector('form button.main')"),
    ("phone", "en", "/projects/1", 390, 800, True, "document.querySelector('[data-finding]')"),
    ("phone", "zh", "/projects/1", 390, 800, True, "document.querySelector('[data-finding]')"),
)
_DONE = "fetch('/api/v1/jobs').then(r => r.json()).then(j => j.items.every(i => i.state === 'done'))"


def main() -> None:
    """Take them all."""
    if why := service.built():
        raise SystemExit(why)
    with tempfile.TemporaryDirectory() as folder:
        served = service.Service(Path(folder), "--demo")
        reader = service.Reader(chromium.found(), served)
        reader.sign_in()
        reader.until_fetched(_DONE)
        for name, lang, address, width, height, dark, wanted in SHOTS:
            reader.size(width, height, dark=dark)
            reader.speak(lang)
            reader.go(address)
            reader.until(wanted)
            if name == "why":
                reader.press("w")
                reader.until("document.querySelector('dialog ol li')")
            if name == "ledger":
                reader.click("form button.main")
                reader.until("document.querySelector('.drawn svg')")
                reader.run("document.querySelector('.head').scrollIntoView()")
            if name == "draw":
                reader.fill("#coords", "36.85, -1.37")
                reader.click(".coords button")
                reader.until("document.querySelector('.verdict')")
            time.sleep(9 if name in ("portfolio", "map", "draw") else 1)  # tiles and labels fade in
            reader.screenshot(HERE / f"images/web-{name}-{lang}.png")
        reader.close()
        served.close()


if __name__ == "__main__":
    main()
