"""Settings of the tests. ISTHMUS_TEST_DATABASE=postgresql: a cluster that tests/conftest.py starts."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from typing import Final

from isthmus.server.settings import *  # noqa: F403  # the same settings but for what stands below
from isthmus.server.settings import database

SECRET_KEY = "known to everybody, so fit for tests only"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]

# A folder for the process of the tests: of the database file (threads of a live server cannot share one in memory
# safely), or of the cluster's socket.
FOLDER: Final = tempfile.mkdtemp(prefix="isthmus-test-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

if os.environ.get("ISTHMUS_TEST_DATABASE", "sqlite") == "postgresql":
    postgresql = {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "postgres", "HOST": FOLDER}
    DATABASES = {"default": postgresql}
else:
    sqlite = database(f"sqlite:///{FOLDER}/isthmus.sqlite3")
    DATABASES = {"default": {**sqlite, "TEST": {"NAME": f"{FOLDER}/test.sqlite3"}}}
