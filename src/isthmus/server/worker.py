"""The worker as a process: `python -m isthmus.server.worker`. It ends when its standard input does."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings

from isthmus.server.lifeline import end_with_parent


def main() -> None:
    """Do the jobs of the data folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isthmus.server.settings")
    django.setup()
    from isthmus.server.core.jobs import work  # noqa: PLC0415  # the models of jobs need Django to be set up

    end_with_parent(lambda: os._exit(1))
    work(Path(settings.DATA))


if __name__ == "__main__":
    main()
