"""``python -m qinglu``."""

import sys

from .cli import main

sys.exit(main())
