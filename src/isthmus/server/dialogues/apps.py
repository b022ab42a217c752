"""Series, their sides, and what binds them."""

from __future__ import annotations

from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    """Registers what the record's entries mean here, and the decisions of this room."""

    name = "isthmus.server.dialogues"
    label = "dialogues"

    def ready(self) -> None:
        """Register event types and decision kinds once the models are loaded."""
        from isthmus.server.dialogues import derivation, series_decisions  # noqa: PLC0415  # they need the models

        derivation.register_events()
        series_decisions.register_kinds()
