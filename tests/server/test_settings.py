from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from isthmus.server.core.secrets import secret_key
from isthmus.server.settings import database


@pytest.mark.unit
def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = secret_key(folder)
    assert len(key) >= 50
    assert secret_key(folder) == key
    assert [path.name for path in folder.iterdir()] == ["secret-key"]
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600


@pytest.mark.unit
def test_without_a_folder_each_process_has_its_own_key() -> None:
    assert secret_key(None) != secret_key(None)


@pytest.mark.unit
def test_the_database_comes_from_its_address() -> None:
    assert database("postgresql://elm:birch@db/isthmus")["ENGINE"] == "django.db.backends.postgresql"
    options = database("sqlite:////tmp/a.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "OPTIONS" not in database("postgresql://db/isthmus")


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.skipif("postgresql" in settings.DATABASES["default"]["ENGINE"], reason="asks SQLite for its settings")
@pytest.mark.parametrize(
    ("name", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
)
def test_sqlite_loses_nothing_that_was_committed(name: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        assert cursor.fetchone() == (value,)


@pytest.mark.integration
def test_the_environment_is_read_and_the_deployment_sound(tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from django.conf import settings as s; from django.core.checks import run_checks;"
        "print(s.ALLOWED_HOSTS, s.DEBUG, s.ISTHMUS_UPLOAD_LIMIT, run_checks())"
    )
    given = {
        "DJANGO_SETTINGS_MODULE": "isthmus.server.settings",
        "ISTHMUS_DATA": str(tmp_path),
        "ISTHMUS_HOSTS": "elm.example,birch.example",
        "ISTHMUS_UPLOAD_LIMIT": "1000",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **given}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['elm.example', 'birch.example'] False 1000 []"


@pytest.mark.integration
@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    from django.core.management import call_command  # noqa: PLC0415  # commands need Django to be set up

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
