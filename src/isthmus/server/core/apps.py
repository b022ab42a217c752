"""The ground floor of the server as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class CoreConfig(AppConfig):
    """Logs, their entries, and what all rooms use."""

    name = "isthmus.server.core"
    label = "core"

    def ready(self) -> None:
        """Make the ground floor's own type of event known, and its checks."""
        from isthmus.server.core import checks, contents, events  # noqa: PLC0415  # models need Django to be set up

        events.register(contents.CONTENT_ERASED)
        register(checks.record_models)
