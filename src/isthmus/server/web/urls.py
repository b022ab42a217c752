"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from isthmus.server.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language", set_language, name="language"),
    path("health", views.health, name="health"),
    path("conversations/<str:pk>/", views.conversation, name="conversation"),
    path("conversations/<str:pk>/progress", views.progress, name="progress"),
    path("conversations/<str:pk>/analyse", views.analyse_again, name="analyse"),
    path("conversations/<str:pk>/delete", views.delete, name="delete"),
    path("conversations/<str:pk>/result.<str:kind>", views.download, name="download"),
]

handler400 = "isthmus.server.web.errors.bad_request"
handler403 = "isthmus.server.web.errors.forbidden"
handler404 = "isthmus.server.web.errors.not_found"
handler500 = "isthmus.server.web.errors.server_error"
