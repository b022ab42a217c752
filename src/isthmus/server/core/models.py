"""What every model of the server has, and the models of the record: logs, entries, contents, cosignatures."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, NoReturn

from django.db import models

from isthmus.ledger.tree import HASH_BYTES, Frontier
from isthmus.server.core.identifiers import new_id


class RecordClass(StrEnum):
    """How a model is kept.

    record: a joint act, whose payload stands in the log. sealed: the log holds a salted digest, the bytes lie in
    an erasable table. unrecorded: no entry in the log.
    """

    RECORD = "record"
    SEALED = "sealed"
    UNRECORDED = "unrecorded"


class Identified(models.Model):
    """A row with an unguessable identifier. Each model below it declares its own `record_class`."""

    record_class: ClassVar[RecordClass]

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)

    class Meta:
        abstract = True


class Derived(models.Model):
    """A row that only the derivation of an event writes (see `isthmus.server.core.events`).

    So it can be made again from the log: its primary key, and every other field, follow from the entries alone.
    `log_path` leads from the row to the identifier of its log, in the manner of Django's lookups.
    """

    record_class: ClassVar[RecordClass]
    log_path: ClassVar[str] = "log"

    class Meta:
        abstract = True


class AppendOnlyError(RuntimeError):
    """A mistake of the program: it tried to change or delete what stays as it is."""

    def __init__(self) -> None:
        super().__init__("entries of a log are neither changed nor deleted")


class AppendOnly(models.QuerySet["Entry"]):
    """Rows that can be added and read, and nothing else."""

    def update(self, **_values: object) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError

    def _update(self, *_values: object) -> NoReturn:  # what `save` of a row that is there ends in
        raise AppendOnlyError

    def bulk_update(self, *_arguments: object, **_named: object) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError

    def bulk_create(self, objs: Any, *arguments: Any, **named: Any) -> list[Entry]:
        """Add rows; a conflict is an error, never a reason to change or pass over one."""
        if named.get("update_conflicts") or named.get("ignore_conflicts"):
            raise AppendOnlyError
        return super().bulk_create(objs, *arguments, **named)


class Log(Identified):
    """The log of a series; its identifier is that of the series.

    frontier: the nodes of `isthmus.ledger.tree.Frontier`, 32 bytes each. The rest says why nothing may be written:
    lacking_size, lacking_root: our key signed a checkpoint of more than we hold. forked: it signed two histories.
    restored_at: since when the server waits for every side to cosign what it holds after it was restored.
    """

    record_class: ClassVar = RecordClass.RECORD

    origin = models.CharField(max_length=200, unique=True)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=bytes)
    lacking_size = models.PositiveBigIntegerField(null=True)
    lacking_root = models.BinaryField(null=True)
    forked = models.BooleanField(default=False)
    restored_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lacking_size__isnull=True, lacking_root__isnull=True)
                | models.Q(lacking_size__isnull=False, lacking_root__isnull=False),
                name="log_lacking_size_and_root",
            )
        ]

    @property
    def tree(self) -> Frontier:
        """The right edge of the tree over the entries."""
        edge = bytes(self.frontier)
        return Frontier(self.size, tuple(edge[at : at + HASH_BYTES] for at in range(0, len(edge), HASH_BYTES)))

    @property
    def read_only(self) -> bool:
        """Whether nothing may be written now."""
        return self.forked or self.lacking_size is not None or self.restored_at is not None


class Entry(models.Model):
    """An entry of a log. content: its exact bytes; type and at stand in them too."""

    record_class: ClassVar = RecordClass.RECORD

    pk = models.CompositePrimaryKey("log_id", "number")
    log = models.ForeignKey(Log, models.PROTECT, related_name="entries", db_index=False)
    number = models.PositiveBigIntegerField()
    type = models.CharField(max_length=100)
    at = models.DateTimeField()
    content = models.BinaryField()
    leaf_hash = models.BinaryField()

    objects = AppendOnly.as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering: ClassVar = ["log", "number"]

    def delete(self, *_arguments: object, **_named: object) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError


class Subtree(models.Model):
    """The root over 256 hashes of the level below: a hash in a tile of level 1 or above (C2SP tlog-tiles)."""

    record_class: ClassVar = RecordClass.RECORD

    pk = models.CompositePrimaryKey("log_id", "level", "index")
    log = models.ForeignKey(Log, models.PROTECT, related_name="subtrees", db_index=False)
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__gte=1), name="subtree_above_the_leaves")
        ]


class Content(models.Model):
    """Sealed content: the log holds SHA-256 over salt and bytes; this is the one table from which one may erase."""

    record_class: ClassVar = RecordClass.SEALED

    pk = models.CompositePrimaryKey("log_id", "digest")
    log = models.ForeignKey(Log, models.PROTECT, related_name="contents", db_index=False)
    digest = models.CharField(max_length=71)
    salt = models.BinaryField()
    data = models.BinaryField()


class Erasure(Derived):
    """That sealed content was destroyed, and by which entry."""

    record_class: ClassVar = RecordClass.RECORD

    pk = models.CompositePrimaryKey("log_id", "digest")
    log = models.ForeignKey(Log, models.PROTECT, related_name="erasures", db_index=False)
    digest = models.CharField(max_length=71)
    entry = models.PositiveBigIntegerField()


class Cosignature(models.Model):
    """A witness's cosignature of a checkpoint of a log: for each side and size the newest.

    It is not in the log, for it is about the log; it is kept all the same, since no one else can make it again.
    key: as a vkey. time: seconds since 1970 by the clock of the witness. line: as it stands in a signed note.
    """

    record_class: ClassVar = RecordClass.UNRECORDED

    pk = models.CompositePrimaryKey("log_id", "side", "size")
    log = models.ForeignKey(Log, models.PROTECT, related_name="cosignatures", db_index=False)
    side = models.CharField(max_length=31)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    key = models.CharField(max_length=200)
    time = models.PositiveBigIntegerField()
    line = models.CharField(max_length=300)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["log", "size"], name="cosignature_by_size")]
