"""What `import qinglu` shows, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import qinglu
from qinglu.errors import InputError, QingluError
from qinglu.settings import Settings
from qinglu.text import Text


@pytest.mark.parametrize("name", qinglu.__all__)
def test_every_name_is_there(name):
    assert getattr(qinglu, name) is not None
    assert name in dir(qinglu)


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = qinglu.nothing


def test_importing_and_asking_for_help_load_nothing_heavy():
    code = (
        "import sys, qinglu\n"
        "from qinglu.cli import build_parser\n"
        "build_parser().format_help()\n"
        "print(sorted({'numpy', 'pyarrow', 'numba', 'shapely', 'rasterio', 'rich'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_settings_come_from_the_environment(tmp_path):
    settings = Settings.from_environment({"QINGLU_DATA_DIR": str(tmp_path), "QINGLU_THREADS": "3", "QINGLU_LANG": ""})
    assert (settings.data_dir, settings.threads, settings.lang) == (tmp_path, 3, "en")


def test_a_setting_that_is_no_number_is_named():
    with pytest.raises(InputError, match=r"QINGLU_THREADS.*many"):
        Settings.from_environment({"QINGLU_THREADS": "many"})


def test_a_message_is_one_line_within_its_limit():
    error = QingluError(Text("错" * 600, "wrong\n" * 200), Text("改", "mend"), where="file.csv")
    for lang in ("zh", "en"):
        line = error.line(lang)
        assert len(line) < 500
        assert "\n" not in line
        assert line.startswith("file.csv: ")
        assert line.endswith("[error]")
