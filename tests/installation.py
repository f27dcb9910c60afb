"""The place that tests run in: loaded before Django reads its settings (`-p` in pyproject.toml).

Each test process has a data folder of its own, removed at the end, so that no test touches an
installation's data or leaves anything in the checkout. With TROTH_TEST_DATABASE=postgres the
whole run uses a throw-away PostgreSQL cluster instead of a SQLite file.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.postgres import cluster

_DATA = Path(tempfile.mkdtemp(prefix="troth-tests-"))
_OPEN = ExitStack()
_OPEN.callback(shutil.rmtree, _DATA, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("TROTH_")]:
    # A developer's own settings must not change what the tests see.
    if _name not in ("TROTH_SHARED", "TROTH_TEST_DATABASE", "TROTH_TEST_CLICKHOUSE", "TROTH_VENV"):
        del os.environ[_name]
os.environ["TROTH_DATA"] = str(_DATA)
# With xdist (-n) only the workers ask the database.
_asks = "PYTEST_XDIST_WORKER" in os.environ or "-n" not in sys.argv
if os.environ.get("TROTH_TEST_DATABASE") == "postgres" and _asks:
    os.environ["TROTH_DATABASE_URL"] = _OPEN.enter_context(cluster())
atexit.register(_OPEN.close)
# A run that is told to end still ends its servers.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
