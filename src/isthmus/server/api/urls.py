"""The addresses of the API, to be included under /api/."""

from __future__ import annotations

from django.urls import path

from isthmus.server.api.service import api

urlpatterns = [path("", api.urls)]
