"""The demonstration as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Invented conversations."""

    name = "isthmus.server.demo"
    label = "demo"
