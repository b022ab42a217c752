"""The pages of part one of a dialogue's work: conversations and their common ground."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from isthmus.analysis import CommonGround
from isthmus.formats import SizeLimitError, write_csv, write_json
from isthmus.formats.report import render_account, render_report
from isthmus.language import InputError
from isthmus.server.core import messages
from isthmus.server.core.actors import OPERATOR
from isthmus.server.core.languages import current_language, in_language
from isthmus.server.exchange import actions, queries
from isthmus.server.exchange.models import Analysis, Conversation, State
from isthmus.server.web import errors
from isthmus.server.web.forms import ImportForm, PlanForm

DOWNLOADS = (("html", "HTML"), ("csv", "CSV"), ("json", "JSON"))
INVALID = 422  # the form was understood, what stands in it cannot be used


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """All conversations, and the form to import one."""
    if request.method != "POST":
        return _home(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _home(request, form, INVALID)
    try:
        made = actions.import_conversation(actor=OPERATOR, files=form.given(), plan=form.plan(), titles=form.titles())
    except SizeLimitError as problem:
        return errors.too_large(request, messages.read_out(problem.message))
    except InputError as problem:
        form.add_error(None, messages.read_out(problem.message))
        return _home(request, form, INVALID)
    return redirect("conversation", made.pk)


def _home(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    found = list(queries.conversations())
    context = {
        "conversations": found,
        "form": form,
        "demonstration": bool(found) and all(conversation.demonstration for conversation in found),
    }
    return render(request, "web/home.html", context, status=status)


@require_safe
def conversation(request: HttpRequest, pk: str) -> HttpResponse:
    """A conversation: how far its analysis is, or what it found."""
    return _conversation(request, get_object_or_404(Conversation, pk=pk))


def _conversation(
    request: HttpRequest, shown: Conversation, form: PlanForm | None = None, status: int = 200
) -> HttpResponse:
    analysis = queries.latest_analysis(shown)
    context = {
        "conversation": shown,
        "demonstration": shown.demonstration,
        "analysis": analysis,
        "error": _error(analysis),
        "account": _account(analysis),
        "downloads": DOWNLOADS,
        "form": form or PlanForm(initial=_asked(analysis)),
    }
    return render(request, "web/conversation.html", context, status=status)


def _error(analysis: Analysis) -> str | None:
    return messages.read_out(messages.from_json(analysis.error)) if analysis.error else None


def _account(analysis: Analysis) -> SafeString | None:
    result = queries.result_of(analysis) if analysis.state == State.DONE else None
    if result is None:
        return None
    return mark_safe(render_account(result, language=current_language()))  # noqa: S308  # its templates escape


def _asked(analysis: Analysis) -> dict[str, Any]:
    """The rules of an analysis as the first values of a form."""
    return {
        name: getattr(analysis, name) for name in ("sides", "population", "threshold", "least_stands", "confidence")
    }


@require_safe
def progress(request: HttpRequest, pk: str) -> HttpResponse:
    """The bar of an analysis that goes on, for the page to renew it; or the word that the page itself is out of date.

    So the sentence about the state stands still while the bar moves, and is not read out every second.
    """
    found = Conversation.objects.filter(pk=pk).first()
    analysis = None if found is None else queries.latest_analysis(found)
    if analysis is None or analysis.ended or analysis.state != request.GET.get("seen"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/_progress.html", {"analysis": analysis})


@require_POST
def analyse_again(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask for an analysis under other rules."""
    found = get_object_or_404(Conversation, pk=pk)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _conversation(request, found, form, INVALID)
    actions.request_analysis(actor=OPERATOR, conversation=found, plan=form.plan())
    return redirect("conversation", found.pk)


@require_POST
def delete(request: HttpRequest, pk: str) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Delete a conversation for good."""
    actions.delete_conversation(actor=OPERATOR, conversation=get_object_or_404(Conversation, pk=pk))
    return redirect("home")


@require_safe
def download(request: HttpRequest, pk: str, kind: str) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """The result as JSON, CSV or a page of its own."""
    shown = get_object_or_404(Conversation, pk=pk)
    result = queries.result_of(queries.latest_analysis(shown))
    if result is None:
        raise Http404
    if kind == "json":
        body, media = write_json(result), "application/json"
    elif kind == "csv":
        body, media = write_csv(result), "text/csv; charset=utf-8"
    elif kind == "html":
        body, media = _report(shown, result), "text/html; charset=utf-8"
    else:
        raise Http404
    about = "demonstration" if shown.demonstration else "common-ground"
    name = f"{about}-{shown.pk[:8]}.{kind}"
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _report(shown: Conversation, result: CommonGround) -> str:
    language = current_language()
    title, _tag = in_language(shown.titles, language)
    return render_report(result, language=language, title=title, demonstration=shown.demonstration)


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Whether the server and its database answer: for programs that watch it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
