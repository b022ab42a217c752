"""The exchange of views as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Conversations and what is found in them."""

    name = "isthmus.server.exchange"
    label = "exchange"
