"""The state of a log, made again from its entries alone."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction

from isthmus.ledger.events import Event
from isthmus.server.core.events import event_type, extend, locked
from isthmus.server.core.models import Derived, Entry, Log, Subtree

AT_ONCE: Final = 1_000  # rows

Rows = dict[str, list[dict[str, Any]]]


def derived_models() -> list[type[Derived]]:
    """All models that the log derives, each after those it refers to."""
    found = sorted((model for model in apps.get_models() if issubclass(model, Derived)), key=_label)
    order: TopologicalSorter[type[Derived]] = TopologicalSorter()
    for model in found:
        referred = {field.related_model for field in model._meta.fields}  # noqa: SLF001  # Django's public name for it
        order.add(model, *(other for other in found if other in referred and other is not model))
    return list(order.static_order())


def _label(model: type[models.Model]) -> str:
    return model._meta.label  # noqa: SLF001  # Django's public name for it


def rows_of(model: type[Derived], log: Log) -> models.QuerySet[Derived]:
    """The rows of a derived model that belong to a log."""
    return model._base_manager.filter(**{model.log_path: log.pk})  # noqa: SLF001  # Django's public name for it


@transaction.atomic
def rebuild(log: Log) -> None:
    """Derive the state of a log again: its tree, and every row of the models that it derives.

    Rows that refer to those stay, since whatever is derived again has the same primary key.

    Raises
    ------
    InputError
        If an entry is damaged, or of a type that this program does not know.
    """
    held = locked(log.pk)
    for model in reversed(derived_models()):
        _clear(rows_of(model, held))
    _clear(held.subtrees.all())
    held.size, held.frontier = 0, b""
    for entry in Entry.objects.filter(log=held).order_by("number").iterator(AT_ONCE):
        content = bytes(entry.content)
        event = Event.from_bytes(content)
        Subtree.objects.bulk_create(extend(held, bytes(entry.leaf_hash)))
        event_type(event.type).derive(held, event)
    Log.objects.filter(pk=held.pk).update(size=held.size, frontier=held.frontier)


def _clear(rows: models.QuerySet[Any]) -> None:
    """Delete rows without what refers to them; by the end of the transaction it refers to something again."""
    rows._raw_delete(rows.db)  # noqa: SLF001  # Django has no public way to leave out what cascades


def dump(log: Log) -> Rows:
    """The state of a log: model to rows, in the order of their primary keys."""
    kept = Log.objects.filter(pk=log.pk)
    found: Rows = {
        _label(Log): _plain(kept.values("id", "size", "frontier")),
        _label(Subtree): _plain(log.subtrees.order_by("pk").values()),
    }
    for model in derived_models():
        found[_label(model)] = _plain(rows_of(model, log).order_by("pk").values())
    return found


def _plain(rows: Any) -> list[dict[str, Any]]:
    return [
        {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()} for row in rows
    ]


def differences(log: Log) -> list[str]:
    """The models whose rows are not what the log derives; nothing is changed. Empty is as it has to be."""
    with transaction.atomic():
        locked(log.pk)
        before = dump(log)
        rebuild(log)
        after = dump(log)
        transaction.set_rollback(True)
    return [name for name in before if before[name] != after[name]]
