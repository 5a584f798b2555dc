"""Sizes are bounded: what unpacks without end is refused in seconds and little memory."""

from __future__ import annotations

import gzip
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from qinglu import portfolio
from qinglu.errors import InputError, SizeLimitError
from qinglu.settings import Settings

SETTINGS = Settings()
MIB = 1 << 20


def refused(path: Path, *, within_mib: int = 32, settings: Settings = SETTINGS) -> InputError:
    tracemalloc.start()
    start = time.monotonic()
    try:
        with pytest.raises(InputError) as caught:
            portfolio.read(path, settings=settings)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.monotonic() - start < 20
    assert peak < within_mib * MIB
    assert len(caught.value.line("en")) < 500
    return caught.value


def gibibyte_of_zeros(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        for name in names[:-1]:
            z.writestr(name, "<x/>")
        with z.open(names[-1], "w", force_zip64=True) as f:
            for _ in range(1024):
                f.write(bytes(MIB))
    return path


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("p.zip", ["a.shx", "a.dbf", "a.shp"]),
        ("p.xlsx", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"]),
        ("p.kmz", ["doc.kml"]),
    ],
)
def test_a_bomb_of_one_gibibyte(tmp_path: Path, name: str, members: list[str]) -> None:
    bomb = gibibyte_of_zeros(tmp_path / name, members)
    assert bomb.stat().st_size < 8 * MIB
    assert isinstance(refused(bomb), SizeLimitError)


def test_a_bomb_that_claims_to_be_small(tmp_path: Path) -> None:
    bomb = gibibyte_of_zeros(tmp_path / "p.kmz", ["doc.kml"])
    raw = bytearray(bomb.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    extra = struct.unpack_from("<H", raw, at + 30)[0]
    struct.pack_into("<I", raw, at + 24, 1000)  # the size as the directory claims it
    assert extra == 0 or raw[at + 24 : at + 28] != b"\xff\xff\xff\xff"
    bomb.write_bytes(raw)
    refused(bomb)


def test_a_gzip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "p.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(b"id,lon,lat\n")
        for _ in range(1024):
            f.write(b"0" * MIB)
    assert isinstance(refused(path), SizeLimitError)


def test_archives_that_point_outside(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("../../evil.shp", "x")
    assert "outside" in refused(path).line("en")


def test_an_archive_in_an_archive_is_no_portfolio(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    assert "no Shapefile" in refused(path).line("en")


def test_a_workbook_with_one_cell_far_away(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")
    assert isinstance(refused(path), SizeLimitError)


def test_a_workbook_that_repeats_one_long_text(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": False}) as book:
        sheet = book.add_worksheet()
        long = "x" * 32_000
        for k in range(80_000):
            sheet.write_string(k, 0, long)
    assert path.stat().st_size < MIB
    assert isinstance(refused(path, within_mib=64), SizeLimitError)


def test_a_file_larger_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(b"id,lon,lat\n" + b"1,2,3\n" * 200_000)
    assert isinstance(refused(path, settings=Settings(max_file_mb=1)), SizeLimitError)


def test_more_rows_than_a_portfolio_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qinglu.portfolio.raw.MAX_ROWS", 10)
    path = tmp_path / "p.csv"
    path.write_text("id,lon,lat\n" + "1,2,3\n" * 11)
    assert isinstance(refused(path), SizeLimitError)
