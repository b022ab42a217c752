"""Fixtures that need more than Python: a browser, and a PostgreSQL of our own that lives as long as the tests.

ISTHMUS_TEST_DATABASE=postgresql runs the tests with a database on PostgreSQL instead of SQLite. A test whose
tool is missing is skipped with a reason, or fails with ISTHMUS_REQUIRE=all.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

# Playwright's synchronous API keeps an event loop running in the thread of the tests; Django would refuse
# to touch the database there, although nothing in the tests is asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM: Final = Path("/usr/bin/chromium")
CHROMIUM_FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_postgresql() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, which Debian keeps off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    return folders[-1] if folders else Path(on_path).parent if on_path else None


def find_chromium() -> Path | None:
    return CHROMIUM if CHROMIUM.exists() else None


def find_go() -> Path | None:
    """The compiler, with the sources of golang.org/x/mod beside it (golang-golang-x-mod-dev)."""
    found = shutil.which("go")
    sources = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/note")
    return Path(found) if found and sources.exists() else None


def find_npm() -> Path | None:
    found = shutil.which("npm")
    return Path(found) if found else None


TOOLS: Final[dict[str, Callable[[], Path | None]]] = {
    "chromium": find_chromium,
    "go": find_go,
    "npm": find_npm,
    "postgresql": find_postgresql,
}


def require(tool: str) -> Path:
    """Where a tool of `TOOLS` is; without it the test is skipped, or fails under ISTHMUS_REQUIRE=all."""
    found = TOOLS[tool]()
    if found is None:
        reason = f"{tool} is not installed (on Debian: apt-get install {tool})"
        if os.environ.get("ISTHMUS_REQUIRE") == "all":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; `chromium.new_page(viewport=…)` or `.new_context(java_script_enabled=False)`."""
    path = require("chromium")
    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def _as_postgres(*command: str | Path) -> None:
    """Run one of PostgreSQL's programs; they refuse root, so root becomes `postgres`."""
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*become, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """A PostgreSQL of our own, with its data and its socket in `folder`."""
    programs, data = require("postgresql"), folder / "data"
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    quick = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    _as_postgres(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    _as_postgres(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", quick, "start")
    try:
        yield
    finally:
        _as_postgres(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(data)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """The cluster that the test settings speak of: each worker of pytest-xdist has its own, on a socket."""
    database = settings.DATABASES["default"]
    with cluster(Path(database["HOST"])) if "postgresql" in database["ENGINE"] else nullcontext():
        yield


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of an empty database on a cluster for one test."""
    with tempfile.TemporaryDirectory(prefix="isthmus-test-") as folder, cluster(Path(folder)):
        yield f"postgres://postgres@{quote(folder, safe='')}/postgres"
