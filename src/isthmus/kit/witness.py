"""When this side's witness cosigns a checkpoint, and when it does not.

Its cosignature says: this root is over a record that I hold whole, that begins with the genesis I know, and that
continues everything I ever cosigned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from isthmus.kit.alarm import Alarm
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import ANCHORED, Cosigned
from isthmus.kit.mirroring import Mirrored
from isthmus.kit.notes import log_signature, tidy
from isthmus.language import InputError, Message
from isthmus.ledger.canonical import Json
from isthmus.ledger.checkpoint import Checkpoint, cosign, open_checkpoint
from isthmus.ledger.moments import format_moment
from isthmus.ledger.note import Note

WIDEST_SKEW: Final = timedelta(minutes=10)
FRESH: Final = timedelta(minutes=10)  # a cosignature as young as this, and known to the server, is not renewed


@dataclass(frozen=True, slots=True)
class Cosigning:
    """What the witness did: the parcels to send, or why there are none."""

    parcels: list[dict[str, Json]]
    reason: Message | None = None

    @property
    def parcel(self) -> dict[str, Json] | None:
        """The last of the parcels; None if there is none."""
        return self.parcels[-1] if self.parcels else None


def cosign_newest(kit: Kit, mirrored: Mirrored) -> Cosigning:
    """Cosign the checkpoint that was just mirrored, unless there is a reason not to.

    Raises
    ------
    Alarm
        If it contradicts what was cosigned before.
    """
    checkpoint = Checkpoint.parse(Note.parse(mirrored.note).text)
    check_consistent(kit, checkpoint)
    reason = _refusal(kit, mirrored.skew)
    if reason is not None:
        return Cosigning([], reason)
    needless = _needless(kit, mirrored)
    return Cosigning([] if needless else [_cosign(kit, checkpoint.size)], needless)


def _cosign(kit: Kit, size: int) -> dict[str, Json]:
    """Cosign a checkpoint that is in the mirror."""
    book, log = kit.book(), kit.genesis().log
    known = kit.mirror.checkpoint(size)
    if known is None:
        raise InputError("The mirror holds no checkpoint over its {size} entries.", size=size)
    now, note = int(kit.now().timestamp()), Note.parse(known)
    key = kit.keyring.witness()
    checkpoint = Checkpoint(log.name, size, book.root(size))
    if note.text != checkpoint.text:
        raise InputError("The mirror does not give the root that its checkpoint of {size} names.", size=size)
    kit.mirror.keep_cosigned(Cosigned(size, checkpoint.root, now))  # before anybody sees the cosignature
    own = Note(note.text, (log_signature(note, log), cosign(checkpoint, key, now))).format()
    kit.mirror.keep_checkpoint(size, tidy([own, known], log, book.witnesses(size)))
    return {"kind": "cosign", "series": kit.genesis().series, "checkpoint": own}


def check_consistent(kit: Kit, checkpoint: Checkpoint) -> None:
    """Stop unless a checkpoint is over the mirror, and the mirror continues all that was cosigned.

    Raises
    ------
    Alarm
        If it is not.
    """
    book = kit.book()
    if checkpoint.size > book.size or book.root(checkpoint.size) != checkpoint.root:
        raise InputError("The checkpoint of {size} entries is not over this mirror.", size=checkpoint.size)
    for cosigned in kit.mirror.cosigned():
        if cosigned.size > book.size or book.root(cosigned.size) != cosigned.root:
            raise Alarm(
                Message(
                    "This witness has cosigned {size} entries with a root that this record does not have. The record "
                    "was exchanged; sign nothing, and ask the other side for its last checkpoint.",
                    {"size": cosigned.size},
                ),
                kit.mirror.checkpoint(cosigned.size) or "",
            )


def anchored(kit: Kit) -> bool:
    """Whether this mirror may be cosigned: its kit signed the genesis, or it was compared with the other side's."""
    return kit.mirror.fact(ANCHORED) is not None


def anchor(kit: Kit, text: str) -> Checkpoint:
    """Anchor the mirror to a checkpoint that another side's witness cosigned, and that came from that side itself.

    Raises
    ------
    Alarm
        If it contradicts the mirror.
    InputError
        If no other side cosigned it, or the mirror does not reach it.
    """
    book = kit.book()
    log = book.state.founded().log
    size = Checkpoint.parse(Note.parse(text).text).size
    others = {side: key for side, key in book.witnesses(min(size, book.size)).items() if side != kit.side}
    checkpoint, given = open_checkpoint(text, log, others.values())
    if not given:
        raise InputError("This checkpoint bears no cosignature of another side; ask that side for its last one.")
    if checkpoint.size > book.size:
        raise InputError(
            "The checkpoint covers {theirs} entries, the mirror only {ours}. Mirror first; if the server shows no "
            "more, it shows this kit less than it showed the other side.",
            theirs=checkpoint.size,
            ours=book.size,
        )
    if book.root(checkpoint.size) != checkpoint.root:
        raise Alarm(
            Message(
                "Two versions of the record: for {size} entries the other side has cosigned another root than this "
                "mirror has. Sign nothing; compare entry by entry with that side.",
                {"size": checkpoint.size},
            ),
            text,
            kit.mirror.checkpoint(checkpoint.size) or "",
        )
    kit.mirror.keep_fact(ANCHORED, str(checkpoint.size))
    return checkpoint


def _refusal(kit: Kit, skew: timedelta | None) -> Message | None:
    """Why nothing can be cosigned now."""
    if not anchored(kit):
        return Message(
            "Not cosigned: this kit did not sign the genesis in this folder. Have the other side send its last "
            "checkpoint by another way than this server, and anchor the kit with “isthmus kit anchor FILE”."
        )
    if kit.book().state.sides[kit.side].keys.witness != kit.settings.keys.witness:
        return Message("Not cosigned: the witness key of this kit is not the one in force.")
    now = kit.now()
    if skew is not None and abs(skew) > WIDEST_SKEW:
        return Message(
            "Not cosigned: the clocks are {minutes} minutes apart. Here it is {here}, on the server {there}. Set the "
            "one that is wrong.",
            {
                "minutes": int(abs(skew).total_seconds() // 60),
                "here": format_moment(now),
                "there": format_moment(now + skew),
            },
        )
    last = max((cosigned.time for cosigned in kit.mirror.cosigned()), default=0)
    if last > now.timestamp():
        return Message(
            "Not cosigned: this witness has cosigned at {last}, and the clock of this computer says {here}. Set it.",
            {"last": format_moment(datetime.fromtimestamp(last, UTC)), "here": format_moment(now)},
        )
    return None


def _needless(kit: Kit, mirrored: Mirrored) -> Message | None:
    """Why nothing new is to be said: the source shows a fresh cosignature of ours."""
    if Checkpoint.parse(Note.parse(mirrored.note).text).size < kit.book().size:
        return Message("Not cosigned: the file is older than the mirror.")
    key = kit.settings.keys.witness
    _, shown = open_checkpoint(mirrored.note, kit.genesis().log, [key])
    for cosignature in shown:
        age = kit.now() - datetime.fromtimestamp(cosignature.time, UTC)
        if age < FRESH:
            return Message("Cosigned already, {seconds} s ago.", {"seconds": int(age.total_seconds())})
    return None
