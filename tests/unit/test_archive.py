"""Archives from strangers: bombs, lies, names that climb out, damage."""

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from qinglu import archive
from qinglu.errors import InputError, SizeLimitError


def make(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return path


def test_unpacks_with_folders_and_keeps_order(tmp_path):
    path = make(tmp_path / "a.zip", {"x/b.txt": b"two", "a.txt": b"one", "x/y/c": b""})
    out = tmp_path / "out"
    out.mkdir()
    got = archive.extract(path, out, max_bytes=100)
    assert [p.relative_to(out).as_posix() for p in got] == ["x/b.txt", "a.txt", "x/y/c"]
    assert [p.read_bytes() for p in got] == [b"two", b"one", b""]


def test_only_leaves_the_rest_unread(tmp_path):
    path = make(tmp_path / "a.zip", {"big.bin": bytes(1 << 20), "a.shp": b"1"})
    out = tmp_path / "out"
    out.mkdir()
    got = archive.extract(path, out, max_bytes=100, only=lambda n: n.endswith(".shp"))
    assert [p.name for p in got] == ["a.shp"]


def test_an_honest_bomb_is_refused_before_anything_is_written(tmp_path):
    path = make(tmp_path / "bomb.zip", {"zeros": bytes(30 << 20)})
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(SizeLimitError) as e:
        archive.extract(path, out, max_bytes=1 << 20)
    assert "1 MB" in e.value.line("en")
    assert list(out.iterdir()) == []


def lying(path: Path, claimed: int) -> Path:
    """Patch the claimed size in both the directory and the local header."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.find(b"PK\x03\x04") + 22, claimed)
    struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, claimed)
    path.write_bytes(data)
    return path


def test_a_bomb_that_lies_about_its_size_writes_no_more_than_the_bound(tmp_path):
    path = lying(make(tmp_path / "bomb.zip", {"zeros": bytes(30 << 20)}), 10)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(InputError):
        archive.extract(path, out, max_bytes=1 << 20)
    assert sum(p.stat().st_size for p in out.rglob("*") if p.is_file()) <= 1 << 20


@pytest.mark.parametrize("name", ["../up", "/etc/x", "a/../../b", "C:/x", "..\\up"])
def test_names_that_leave_the_folder_are_refused(tmp_path, name):
    path = make(tmp_path / "a.zip", {"ok": b"1", name: b"2"})
    out = tmp_path / "deep" / "out"
    out.mkdir(parents=True)
    with pytest.raises(InputError, match="outside"):
        archive.extract(path, out, max_bytes=100)
    assert list(tmp_path.rglob("up")) == []


def test_links_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(info, "/etc/passwd")
    with pytest.raises(InputError, match="outside"):
        archive.members(path, max_bytes=100)


def test_chinese_names_in_gbk_are_read_as_meant(tmp_path):
    path = make(tmp_path / "a.zip", {"XXXX.shp": b"1"})
    gbk = "项目".encode("gbk")
    path.write_bytes(path.read_bytes().replace(b"XXXX", gbk))
    assert [m.name for m in archive.members(path, max_bytes=9)] == ["项目.shp"]
    out = tmp_path / "out"
    out.mkdir()
    assert archive.extract(path, out, max_bytes=9)[0].read_bytes() == b"1"


@pytest.mark.parametrize("damage", ["cut", "flip", "text", "empty"])
def test_damage_is_one_clear_error(tmp_path, damage):
    path = make(tmp_path / "a.zip", {"a": bytes(range(256)) * 50})
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "flip":
        data[60] ^= 0xFF
    else:
        data = bytearray(b"not a zip" if damage == "text" else b"")
    path.write_bytes(data)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(InputError, match="intact zip"):
        archive.extract(path, out, max_bytes=1 << 20)


def test_too_many_files_and_two_of_one_name(tmp_path):
    many = make(tmp_path / "many.zip", {f"f{i}": b"" for i in range(12)})
    with pytest.raises(SizeLimitError, match="more than 10 files"):
        archive.members(many, max_bytes=100, max_members=10)
    twice = make(tmp_path / "twice.zip", {"A.shp": b"", "a.SHP": b""})
    with pytest.raises(InputError, match="two files"):
        archive.members(twice, max_bytes=100)


def test_a_directory_too_long_for_memory_is_refused_unread(tmp_path):
    path = make(tmp_path / "a.zip", {"a": b"1"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.rfind(b"PK\x05\x06") + 12, 17 << 20)
    path.write_bytes(data)
    with pytest.raises(SizeLimitError):
        archive.members(path, max_bytes=100)


def test_read_one_member(tmp_path):
    path = make(tmp_path / "a.kmz", {"doc.kml": b"<kml/>"})
    assert archive.is_zip(path)
    (m,) = archive.members(path, max_bytes=100)
    assert archive.read(path, m, max_bytes=100) == b"<kml/>"
    with pytest.raises(SizeLimitError):
        archive.read(path, m, max_bytes=3)
