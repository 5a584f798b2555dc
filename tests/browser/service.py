"""The service on loopback with its demo, and a browser that works in it as a person would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from chromium import Chromium

ROOT = Path(__file__).parents[2]
WEB, BUILT = ROOT / "web", ROOT / "src/qinglu/web_dist"
AXE = WEB / "node_modules/axe-core/axe.min.js"
NODE = (20, 19)
DRAWS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")  # fmt: skip
"""WebGL without a graphics card; and no name leads anywhere, for the workers of a page either."""


def built():
    """Build the pages where they are older than their source; why not, where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "the web pages need Node.js and npm"
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(map(int, found.lstrip("v").split(".")[:2])) < NODE:
        return f"the web pages need Node.js 20.19, this is {found}"
    sources = [
        p for p in WEB.rglob("*") if p.is_file() and not {"node_modules", "dist"} & set(p.relative_to(WEB).parts)
    ]
    newest = max(p.stat().st_mtime for p in sources)
    if AXE.is_file() and (BUILT / "index.html").is_file() and (BUILT / "index.html").stat().st_mtime >= newest:
        return ""
    commands = [["run", "build", "--", "--outDir", str(BUILT), "--emptyOutDir"]]
    if not AXE.is_file():
        commands.insert(0, ["ci", "--no-audit", "--no-fund"])
    for command in commands:
        done = subprocess.run([npm, *command], cwd=WEB, capture_output=True, text=True, timeout=280, check=False)
        if done.returncode and command[0] == "ci":
            return f"npm ci did not succeed: {done.stderr[-300:]}"
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return ""


class Service:
    """``qinglu serve --demo`` on a port of its own."""

    def __init__(self, folder, *options):
        environ = {**os.environ, "QINGLU_DATA_DIR": str(folder), "QINGLU_LANG": "en", "PYTHONUNBUFFERED": "1"}
        self._log = (folder / "serve.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "qinglu", "serve", "--port", "0", *options],
            env=environ, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.address = self._said(r"listens on (http://\S+)")
        self.passwords = dict(re.findall(r"(\w+)@demo\.localhost +(\S+)", self.log()))
        self._until(lambda: self._ask("/readyz"), "ready")

    def log(self):
        """Everything it said."""
        return Path(self._log.name).read_text(encoding="utf-8")

    def _said(self, pattern):
        found = None

        def look():
            nonlocal found
            assert self._process.poll() is None, self.log()
            found = re.search(pattern, self.log())
            return found

        self._until(look, pattern)
        return found[1]

    def _until(self, what, name, patience=90):
        until = time.monotonic() + patience
        while not what():
            assert time.monotonic() < until, f"waited for {name}\n{self.log()[-2000:]}"
            time.sleep(0.2)

    def _ask(self, path):
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def close(self):
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._log.close()


class Reader(Chromium):
    """A browser at the service. Waiting is always for something that a person would see."""

    def __init__(self, path, service):
        super().__init__(path, *DRAWS)
        self.service = service
        self.call(
            "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    def size(self, width, height, *, dark=False):
        """A window of that size."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def go(self, path="/"):
        """Load a page of the service."""
        self.call("Page.navigate", url=self.service.address + path)
        self.until("document.readyState === 'complete' && !!document.querySelector('main h1, main h2')")

    def until(self, condition, patience=60):
        """Wait until an expression is true."""
        until = time.monotonic() + patience
        while not self.run(f"!!({condition})"):
            assert time.monotonic() < until, f"waited for {condition}\n{self.text()[:1500]}"
            time.sleep(0.1)

    def until_fetched(self, promise, patience=120):
        """Wait until what a promise comes to is true."""
        until = time.monotonic() + patience
        while not self.run(promise):
            assert time.monotonic() < until, f"waited for {promise}"
            time.sleep(0.5)

    def text(self):
        """What is to be read on the page."""
        return self.run("document.body.innerText")

    def sees(self, words, patience=60):
        """Wait until these words are on the page."""
        self.until(f"document.body.innerText.includes({json.dumps(words)})", patience)

    def click(self, selector, n=0):
        """Click on what a selector finds."""
        found = f"document.querySelectorAll({json.dumps(selector)})[{n}]"
        self.until(found)
        self.run(f"({found}.scrollIntoView({{block: 'center'}}), {found}.click())")

    def fill(self, selector, value):
        """Write into a field as typing does."""
        field = f"document.querySelector({json.dumps(selector)})"
        self.until(field)
        self.run(f"""(() => {{ const f = {field}; f.focus(); f.value = {json.dumps(value)};
            f.dispatchEvent(new Event('input', {{bubbles: true}})); f.dispatchEvent(new Event('change', {{bubbles: true}})) }})()""")

    def press(self, key):
        """Press a key by its name."""
        codes = {
            "ArrowDown": 40,
            "ArrowUp": 38,
            "ArrowRight": 39,
            "Enter": 13,
            "Escape": 27,
            "Tab": 9,
            "End": 35,
            "Home": 36,
        }
        for kind in ("keyDown", "keyUp"):
            extra = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            extra |= {"text": key} if len(key) == 1 and kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes.get(key, 0), **extra
            )

    def file(self, selector, path):
        """Choose a file."""
        document = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=document, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", files=[str(path)], nodeId=node)

    def speak(self, lang):
        """Read in a language from now on."""
        if self.run("location.origin") != self.service.address:
            self.go()
        self.run(f"localStorage.setItem('qinglu.lang', {json.dumps(lang)})")

    def sign_in(self, role="company"):
        """Become one of the people of the demo; nothing where one is already."""
        self.call("Network.clearBrowserCookies")
        self.go("/sign-in")
        self.fill("#email", f"{role}@demo.localhost")
        self.fill("#password", self.service.passwords[role])
        self.click("form button[type=submit]")
        self.until("document.querySelector('.me')")

    def outside(self):
        """Addresses asked for that are not the service's."""
        own = (self.service.address, "blob:", "data:", "about:", "chrome")
        return [url for url in self.requests() if not url.startswith(own)]

    def axe(self):
        """What axe finds serious or worse on the page, as lines."""
        self.run(AXE.read_text(encoding="utf-8") + ";0")
        found = self.run("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
        return [
            f"{v['id']} ({v['impact']}): {node['html'][:160]} — {node.get('failureSummary', '')[:200]}"
            for v in found if v["impact"] in ("serious", "critical") for node in v["nodes"][:3]
        ]  # fmt: skip
