"""Downloads against a server on this machine that serves ranges, and that misbehaves in every usual way."""

import errno
import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qinglu.atlas import fetch
from qinglu.atlas.fetch import Patience, download
from qinglu.errors import DownloadError, IntegrityError, OptionError, SizeLimitError

BODY = bytes(range(256)) * 2000  # 512,000 bytes
SHA = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(tries=3, timeout_s=1.0, backoff_s=0.0, sleep=lambda _: None)


class Server:
    """A threading HTTP server whose behaviour is a function of the number of the request."""

    def __init__(self):
        self.log = []
        self.behaviour = lambda n, handler: serve(handler)
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.log.append((self.path, dict(self.headers)))
                outer.behaviour(len(outer.log), self)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/data.bin"

    def close(self):
        self.release.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(5)

    def ranges(self):
        return [h.get("Range", "") for _, h in self.log]


@pytest.fixture
def server():
    s = Server()
    yield s
    s.close()


def serve(handler, *, body=BODY, etag='"v1"', cut=None, announce=None, ranges=True, extra=()):
    """One honest reply, or one with a stated defect."""
    asked = handler.headers.get("Range")
    fresh = handler.headers.get("If-Range") in (None, etag)
    start = int(re.match(r"bytes=(\d+)-", asked).group(1)) if asked and ranges and fresh else 0
    if start and start >= len(body):
        handler.send_response(416)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
    if etag:
        handler.send_header("ETag", etag)
    for name, value in extra:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) - start if announce is None else announce))
    handler.end_headers()
    handler.wfile.write(body[start : len(body) if cut is None else cut])
    handler.wfile.flush()
    if cut is not None:
        handler.close_connection = True


def status(handler, code, *headers):
    handler.send_response(code)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def only(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_plain_download_is_verified_and_leaves_only_the_file(server, tmp_path):
    seen = []
    got = download(
        server.url, tmp_path / "f", sha256=SHA, progress=lambda a, b: seen.append((a, b)), patience=QUICK
    )
    assert got.path.read_bytes() == BODY
    assert (got.sha256, got.size, got.verified) == (SHA, len(BODY), "sha256")
    assert seen[-1] == (len(BODY), len(BODY))
    assert [a for a, _ in seen] == sorted(a for a, _ in seen)
    assert only(tmp_path) == ["f"]
    assert server.log[0][1]["Accept-Encoding"] == "identity"


def test_a_drop_midway_goes_on_from_there_and_asks_for_the_same_file(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, cut=200_000 if n == 1 else None)
    got = download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK)
    assert got.path.read_bytes() == BODY
    assert server.ranges() == ["", "bytes=200000-"]
    assert server.log[1][1]["If-Range"] == '"v1"'


def test_a_stall_times_out_and_goes_on(server, tmp_path):
    def behave(n, h):
        if n > 1:
            serve(h)
            return
        h.send_response(200)
        h.send_header("ETag", '"v1"')
        h.send_header("Content-Length", str(len(BODY)))
        h.end_headers()
        h.wfile.write(BODY[:1000])
        h.wfile.flush()
        server.release.wait(10)
        h.close_connection = True

    server.behaviour = behave
    got = download(server.url, tmp_path / "f", patience=Patience(3, 0.3, 0.0, 50, lambda _: None))
    assert got.path.read_bytes() == BODY
    assert got.verified == "length"
    assert server.ranges() == ["", "bytes=1000-"]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, cut=100_000) if n == 1 else status(h, 503)
    with pytest.raises(DownloadError, match=r"100000 bytes received are kept"):
        download(server.url, tmp_path / "f", patience=QUICK)
    assert only(tmp_path) == ["f.part", "f.part.json"]
    server.behaviour = lambda n, h: serve(h)
    got = download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK)
    assert got.path.read_bytes() == BODY
    assert server.ranges()[-1] == "bytes=100000-"


def test_a_server_that_ignores_ranges_is_read_from_the_start_again(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, cut=100_000 if n == 1 else None, ranges=False)
    got = download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK)
    assert got.path.read_bytes() == BODY
    assert server.ranges()[1] == "bytes=100000-"


def test_a_file_that_changed_between_tries_is_not_pieced_together(server, tmp_path):
    new = BODY[::-1]
    server.behaviour = lambda n, h: serve(h, cut=100_000) if n == 1 else serve(h, body=new, etag='"v2"')
    got = download(server.url, tmp_path / "f", patience=QUICK)
    assert got.path.read_bytes() == new


def test_a_server_deaf_to_if_range_is_caught_by_the_etag_of_the_rest(server, tmp_path):
    new = BODY[::-1]

    def behave(n, h):
        if n == 1:
            serve(h, cut=100_000)
            return
        del h.headers["If-Range"]
        serve(h, body=new, etag='"v2"')

    server.behaviour = behave
    got = download(server.url, tmp_path / "f", patience=QUICK)
    assert got.path.read_bytes() == new
    assert server.ranges() == ["", "bytes=100000-", ""]


def test_without_a_validator_nothing_is_resumed(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, etag=None, cut=100_000 if n == 1 else None)
    got = download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK)
    assert got.path.read_bytes() == BODY
    assert server.ranges() == ["", ""]


def test_weak_etags_are_no_ground_to_resume_on(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, etag='W/"v1"', cut=100_000 if n == 1 else None)
    download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK)
    assert server.ranges() == ["", ""]


def test_a_server_that_promises_more_than_it_has_is_not_believed(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, announce=len(BODY) + 5, cut=len(BODY), ranges=False)
    with pytest.raises(DownloadError, match=rf"byte {len(BODY)} of {len(BODY) + 5}"):
        download(server.url, tmp_path / "f", patience=QUICK)
    assert not (tmp_path / "f").exists()
    assert len(server.log) <= QUICK.tries + 1


def test_a_server_that_promises_less_than_the_file_has_fails_its_checksum(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, announce=1000, cut=1000)
    with pytest.raises(IntegrityError, match="checksum"):
        download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK)
    assert only(tmp_path) == []
    with pytest.raises(IntegrityError, match=rf"1000 bytes instead of {len(BODY)}"):
        download(server.url, tmp_path / "f", size=len(BODY), patience=QUICK)


def test_a_corrupt_copy_is_fetched_once_more_and_never_kept(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, body=BODY if n > 1 else b"x" * len(BODY))
    assert download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK).path.read_bytes() == BODY
    server.behaviour = lambda n, h: serve(h, body=b"x" * len(BODY))
    with pytest.raises(IntegrityError):
        download(server.url, tmp_path / "g", sha256=SHA, patience=QUICK)
    assert only(tmp_path) == ["f"]


@pytest.mark.parametrize(("code", "words"), [(404, "does not have"), (403, "refused access"), (401, "token")])
def test_final_answers_are_not_asked_for_again(server, tmp_path, code, words):
    server.behaviour = lambda n, h: status(h, code)
    with pytest.raises(DownloadError, match=words):
        download(server.url + "?token=SECRET", tmp_path / "f", patience=QUICK)
    assert len(server.log) == 1
    assert only(tmp_path) == []


def test_passing_trouble_is_waited_out_with_growing_patience(server, tmp_path):
    waits = []
    server.behaviour = lambda n, h: status(h, 500) if n < 4 else serve(h)
    download(server.url, tmp_path / "f", patience=Patience(5, 1.0, 0.5, 50, waits.append))
    assert waits == [0.5, 1.0, 2.0]


def test_a_server_that_says_when_to_come_back_is_listened_to_within_reason(server, tmp_path):
    waits = []
    server.behaviour = lambda n, h: (
        status(h, 429, ("Retry-After", "7" if n == 1 else "9999")) if n < 3 else serve(h)
    )
    download(server.url, tmp_path / "f", patience=Patience(5, 1.0, 0.5, 50, waits.append))
    assert waits == [7.0, 60.0]


def test_redirects_are_followed_but_not_out_of_the_web(server, tmp_path):
    server.behaviour = lambda n, h: status(h, 302, ("Location", "/elsewhere")) if n == 1 else serve(h)
    assert download(server.url, tmp_path / "f", patience=QUICK).path.read_bytes() == BODY
    assert server.log[1][0] == "/elsewhere"
    for bad in ("file:///etc/hostname", "ftp://127.0.0.1/x", "data:,x"):
        server.behaviour = lambda n, h, bad=bad: status(h, 302, ("Location", bad))
        with pytest.raises((OptionError, DownloadError)):
            download(server.url, tmp_path / "g", patience=QUICK)
    assert only(tmp_path) == ["f"]


def test_headers_for_one_host_are_not_sent_on_to_another(server, tmp_path):
    other = Server()
    try:
        server.behaviour = lambda n, h: status(h, 302, ("Location", other.url))
        download(server.url, tmp_path / "f", headers={"X-Token": "SECRET"}, patience=QUICK)
        assert server.log[0][1]["X-Token"] == "SECRET"
        assert "X-Token" not in other.log[0][1]
        assert "SECRET" not in str(other.log)
    finally:
        other.close()


def test_endless_redirects_end(server, tmp_path):
    server.behaviour = lambda n, h: status(h, 302, ("Location", "/round"))
    with pytest.raises(DownloadError):
        download(server.url, tmp_path / "f", patience=QUICK)
    assert len(server.log) < 15


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "/etc/passwd", "http:///x", "data:,x"]
)
def test_only_web_addresses_are_taken(url, tmp_path):
    with pytest.raises(OptionError):
        download(url, tmp_path / "f", patience=QUICK)


def test_offline_is_one_clear_sentence_without_the_token(tmp_path):
    with pytest.raises(DownloadError) as e:
        download("http://no-such-host.invalid/f.zip?token=SECRET", tmp_path / "f", patience=QUICK)
    line = e.value.line("en")
    assert "no-such-host.invalid" in line
    assert "network" in line
    assert "SECRET" not in line + repr(e.value) + str(e.value.__cause__)
    assert len(line) < 500


def test_nobody_listening_is_tried_again_and_then_told(tmp_path):
    s = Server()
    url = s.url
    s.close()
    with pytest.raises(DownloadError, match="3 attempts"):
        download(url, tmp_path / "f", patience=QUICK)


def test_a_file_over_the_bound_is_refused_announced_or_not(server, tmp_path):
    with pytest.raises(SizeLimitError):
        download(server.url, tmp_path / "f", max_bytes=1000, patience=QUICK)

    def endless(n, h):
        h.send_response(200)
        h.send_header("Connection", "close")
        h.end_headers()
        h.wfile.write(BODY)
        h.close_connection = True

    server.behaviour = endless
    with pytest.raises(SizeLimitError):
        download(server.url, tmp_path / "f", max_bytes=1000, patience=QUICK)
    assert only(tmp_path) == []


def test_chunked_replies_without_a_length_are_complete_when_they_say_so(server, tmp_path):
    def chunked(n, h):
        h.send_response(200)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        parts = [b"a" * 1000, b"b" * 500] if n > 1 else [b"a" * 1000]
        for part in parts:
            h.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if n > 1:
            h.wfile.write(b"0\r\n\r\n")
        h.wfile.flush()
        h.close_connection = True

    server.behaviour = chunked
    got = download(server.url, tmp_path / "f", patience=QUICK)
    assert got.path.read_bytes() == b"a" * 1000 + b"b" * 500
    assert got.verified == "none"
    assert len(server.log) == 2


def test_unasked_compression_is_refused(server, tmp_path):
    server.behaviour = lambda n, h: serve(h, extra=[("Content-Encoding", "gzip")])
    with pytest.raises(DownloadError, match="compressed"):
        download(server.url, tmp_path / "f", patience=QUICK)


def test_a_disk_too_small_is_told_before_the_download(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch.shutil, "disk_usage", lambda p: type("U", (), {"free": 1000})())
    with pytest.raises(DownloadError, match="0 MB left"):
        download(server.url, tmp_path / "f", patience=QUICK)


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "permission")])
def test_trouble_with_the_disk_is_told(server, tmp_path, monkeypatch, number, words):
    def broken(self, *args):
        raise OSError(number, "x")

    monkeypatch.setattr(fetch._Job, "_write", broken)
    with pytest.raises(DownloadError, match=words):
        download(server.url, tmp_path / "f", patience=QUICK)


def test_ctrl_c_keeps_what_came_for_the_next_run(server, tmp_path):
    def stop(have, total):
        if have > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(server.url, tmp_path / "f", progress=stop, patience=QUICK)
    assert only(tmp_path) == ["f.part", "f.part.json"]
    got = download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK)
    assert got.path.read_bytes() == BODY
    assert server.ranges()[1].startswith("bytes=1")


def test_two_processes_do_not_write_one_file(server, tmp_path):
    def again(have, total):
        with pytest.raises(DownloadError, match="another process"):
            download(server.url, tmp_path / "f", patience=QUICK)

    download(server.url, tmp_path / "f", progress=again, patience=QUICK)


def test_a_damaged_note_beside_the_part_only_costs_the_part(server, tmp_path):
    (tmp_path / "f.part").write_bytes(b"junk" * 100)
    (tmp_path / "f.part.json").write_text("{not json")
    assert download(server.url, tmp_path / "f", sha256=SHA, patience=QUICK).path.read_bytes() == BODY
