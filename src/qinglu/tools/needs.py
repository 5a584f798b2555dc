"""What to say where a part of the service is not installed."""

from __future__ import annotations

from ..errors import OptionError
from ..text import Text


def not_installed(missing: ModuleNotFoundError) -> OptionError:
    """That a package is missing, and the command that brings it."""
    return OptionError(
        Text(f"服务所需的 {missing.name} 尚未安装", f"the service needs {missing.name}, which is not installed"),
        Text("请运行 pip install 'qinglu[serve]'", "Run pip install 'qinglu[serve]'"),
    )
