"""Tables as files: the text of the contract, and the same bytes however the rows arrive."""

import csv
import io
import itertools
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from screening_made import large_screening, small_screening

from qinglu.model import EXPOSURES, FINDINGS, NEAREST, ZONAL
from qinglu.report import TableWriter

TABLES = {"exposures": EXPOSURES, "nearest": NEAREST, "zonal": ZONAL, "findings": FINDINGS}


def written(path, schema, *pieces):
    with TableWriter(path, schema) as writer:
        for piece in pieces:
            writer.append(piece)
    return path.read_bytes()


def test_exposures_as_csv_are_the_contract_to_the_letter(tmp_path):
    text = written(tmp_path / "e.csv", EXPOSURES, small_screening().exposures).decode("utf-8")
    assert text == (
        "project_id,layer_id,feature_id,feature_name,distance_m,intersects,overlap_m2,overlap_m,overlap_share\n"
        "007,parks,1,Tsavo East,0,true,,85123.4,0.18\n"
        "007,parks,2,Nairobi,812.25,false,,,\n"
        '=1+1,parks,0,"=HYPERLINK(""http://evil.example"")",0.1,false,,,\n'
        'P-6,rivers,12,"Sutlej, ""upper""\nreach",33123.456789,false,,,\n'
        "P-4,parks,5,,0,true,1500000000,,0.01\n"
    )


@pytest.mark.parametrize("name", TABLES)
def test_csv_reads_back_as_the_table(tmp_path, name):
    table = getattr(small_screening(), name)
    rows = list(csv.DictReader(io.StringIO(written(tmp_path / "t.csv", TABLES[name], table).decode())))
    assert [r["project_id"] for r in rows] == table["project_id"].to_pylist()
    for got, was in zip(rows, table.to_pylist(), strict=True):
        for key, value in was.items():
            if isinstance(value, bool):
                assert got[key] == str(value).lower()
            elif isinstance(value, float):
                assert float(got[key]) == value
            else:
                assert got[key] == (value or "")


def test_floats_come_back_exactly_and_not_a_number_is_empty(tmp_path):
    values = np.concatenate([np.random.default_rng(1).normal(size=500) * 10.0 ** np.arange(-250, 250), [5e-324, -0.0, math.nan]])
    table = pa.table({"v": values})
    lines = written(tmp_path / "v.csv", table.schema, table).decode().split("\n")[1:-1]
    assert [float(x) for x in lines[:-1]] == values[:-1].tolist()
    assert lines[-2] == "0"  # not -0
    assert lines[-1] == ""


def test_csv_has_no_byte_order_mark_and_no_carriage_returns(tmp_path):
    raw = written(tmp_path / "f.csv", FINDINGS, small_screening().findings)
    assert raw.startswith(b"project_id,rule_id,level,")
    assert b"\r" not in raw
    assert "蒙内铁路穿越察沃东（示意）".encode() in raw


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_pieces_give_the_bytes_of_the_whole(tmp_path, suffix):
    table = large_screening(300).findings
    table = pa.concat_tables([table] * 150)  # more rows than one row group holds
    whole = written(tmp_path / f"a.{suffix}", FINDINGS, table)
    cuts = [0, 1, 7, 7, 50_000, table.num_rows]
    pieces = [table.slice(a, b - a) for a, b in itertools.pairwise(cuts)]
    assert written(tmp_path / f"b.{suffix}", FINDINGS, *pieces) == whole
    if suffix == "parquet":
        assert pq.read_table(tmp_path / "b.parquet").equals(table.combine_chunks())
    else:
        assert whole.count(b"\n") == table.num_rows + 1


@pytest.mark.parametrize("name", TABLES)
def test_parquet_has_the_bare_schema_and_every_value(tmp_path, name):
    table = getattr(small_screening(), name)
    written(tmp_path / "t.parquet", TABLES[name], table)
    back = pq.read_table(tmp_path / "t.parquet")
    assert back.schema.equals(TABLES[name])
    assert back.schema.metadata is None
    assert back.equals(table)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_empty_table_is_a_header(tmp_path, suffix):
    raw = written(tmp_path / f"t.{suffix}", ZONAL)
    if suffix == "csv":
        assert raw == b"project_id,raster_id,mean,min,max,count\n"
    else:
        assert pq.read_table(tmp_path / "t.parquet").num_rows == 0
