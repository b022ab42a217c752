"""The API as a whole; what it offers stands at /api/openapi.json."""

from __future__ import annotations

from typing import Final

from ninja import NinjaAPI

from isthmus import __version__
from isthmus.server.api import exchange, log
from isthmus.server.api.problems import handle_errors

# Without pages of documentation: they would load scripts from elsewhere.
api: Final = NinjaAPI(title="Isthmus", version=__version__, docs_url=None, urls_namespace="api")
handle_errors(api)
api.add_router("", exchange.router)
api.add_router("/series", log.router)
