"""The pictures of docs/service-aiddata.md, taken of the service that has the AidData projects."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests/browser"))

_ROWS = "document.querySelectorAll('tbody tr[id]').length > 5"
_WARNED = "fetch('/api/v1/projects?level=warning&limit=1&order=level').then(r => r.json()).then(p => p.items[0].id)"
_UPLOADED = "fetch('/api/v1/portfolios?limit=1').then(r => r.json()).then(p => p.items[0].id)"


@dataclass(frozen=True)
class _At:
    """A service that runs already, as the browser of the tests wants it."""

    address: str
    passwords: dict[str, str] = field(default_factory=dict)


def pictures(base: str, email: str, password: str) -> str:
    """Take them in both languages; why not, where that cannot be."""
    import chromium

    import service

    if why := service.built():
        return why
    if (path := chromium.found()) is None:
        return "no Chromium on this machine"
    reader = service.Reader(path, _At(base))
    try:
        reader.size(1360, 800)
        reader.go("/sign-in")
        reader.fill("#email", email)
        reader.fill("#password", password)
        reader.click("form button[type=submit]")
        reader.until("document.querySelector('.me')", 120)
        pages = {
            "portfolio": ("/", _ROWS),
            "account": (f"/upload?portfolio={reader.run(_UPLOADED)}", "document.querySelector('.account dd')"),
            "dossier": (f"/projects/{reader.run(_WARNED)}?tab=map", "document.querySelector('.dense tbody tr')"),
        }
        for lang in ("en", "zh"):
            reader.speak(lang)
            for name, (address, there) in pages.items():
                reader.go(address)
                reader.until(there, 120)
                time.sleep(10 if name != "account" else 2)  # tiles and labels fade in
                _keep(reader, HERE / f"images/aiddata-{name}-{lang}.webp")
    finally:
        reader.close()
    return ""


def _keep(reader: Any, path: Path) -> None:
    import base64

    data = reader.call("Page.captureScreenshot", format="webp", quality=72)["data"]
    path.write_bytes(base64.b64decode(data))
