"""The addresses of the pages."""

from __future__ import annotations

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.views.i18n import set_language

from isthmus.server.web import views


class IdentifierConverter(StringConverter):
    """An identifier of `isthmus.server.core.identifiers`; nothing else reaches the database."""

    regex = "[a-z2-7]{26}"


register_converter(IdentifierConverter, "id")

urlpatterns = [
    path("", views.home, name="home"),
    path("language", set_language, name="language"),
    path("health", views.health, name="health"),
    path("api/", include("isthmus.server.api.urls")),
    path("conversations/<id:pk>/", views.conversation, name="conversation"),
    path("conversations/<id:pk>/progress", views.progress, name="progress"),
    path("conversations/<id:pk>/analyse", views.analyse_again, name="analyse"),
    path("conversations/<id:pk>/delete", views.delete, name="delete"),
    path("conversations/<id:pk>/result.<str:kind>", views.download, name="download"),
]

handler400 = "isthmus.server.web.errors.bad_request"
handler403 = "isthmus.server.web.errors.forbidden"
handler404 = "isthmus.server.web.errors.not_found"
handler500 = "isthmus.server.web.errors.server_error"
