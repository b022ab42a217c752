"""Founding a series: one invitation per host, their keys, and entry 0, signed by every side."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger import (
    Genesis,
    Json,
    Note,
    SeriesRules,
    SideKeys,
    Signature,
    State,
    canonical,
    digest,
    is_digest,
    pair_text,
    verify_note,
)
from isthmus.ledger.fields import exactly, in_languages, side_of, texts_of
from isthmus.ledger.genesis import MOST_SIDES
from isthmus.server.core import clock
from isthmus.server.core.actors import Actor
from isthmus.server.core.models import Log
from isthmus.server.dialogues.actions.entries import lock_log, write_entry
from isthmus.server.dialogues.founding import draft_of, origin_of
from isthmus.server.dialogues.models import Founding, Invitation, Reader, Series
from isthmus.server.dialogues.rules import may_found

PAIR_FIELDS: Final = frozenset(
    {"kind", "invitation", "side", "names", "decision", "witness", "encryption", "spare", "reader", "note"}
)
CODE_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class Invited:
    """A founding that was begun, and what each host is to be given; nobody can read the codes again."""

    founding: Founding
    codes: list[str]


@transaction.atomic
def issue_invitations(
    *, actor: Actor, titles: Mapping[str, str], rules: SeriesRules, hosts: int = 2, days: int = 30
) -> Invited:
    """Begin to found a series: draft its titles and rules, and make one invitation for each host.

    Parameters
    ----------
    actor
        Who does it.
    titles
        Language tag to the title of the series, in every language of the rules.
    rules
        Which the sides will sign, or not.
    hosts
        How many sides there will be.
    days
        How long the invitations hold.

    Raises
    ------
    PermissionDenied
        If the actor may not.
    InputError
        If a title is missing, or there are too few or too many hosts.
    """
    if not may_found(actor):
        raise PermissionDenied(f"{actor.name} invites nobody")
    in_languages(texts_of(dict(titles), "titles"), rules.languages, "titles")
    if not 2 <= hosts <= MOST_SIDES:
        raise InputError("A series has from 2 to {most} sides.", most=MOST_SIDES)
    founding = Founding.objects.create(
        titles=dict(titles), rules=rules.to_json(), expires=clock.now() + timedelta(days=days)
    )
    Log.objects.create(id=founding.pk, origin=origin_of(founding.pk))
    codes = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _ in range(hosts)]
    for code in codes:
        Invitation.objects.create(founding=founding, code=digest(code.encode()))
    return Invited(founding, codes)


@transaction.atomic
def accept_invitation(*, parcel: Mapping[str, Json]) -> Invitation:
    """Take in a host's answer: who it is, and its public keys.

    The code shows that it was invited, its signatures that it holds the keys. An invitation is answered once; the
    same answer sent again changes nothing.

    Raises
    ------
    InputError
        If the code, a field, or a signature is not right, or another host has this name.
    """
    fields = exactly(dict(parcel), set(PAIR_FIELDS), "pair")
    invitation = _invitation(str(fields["invitation"]))
    sent = digest(canonical(fields))
    if invitation.side:
        if hmac.compare_digest(invitation.parcel, sent):
            return invitation
        raise InputError("This invitation was answered before; ask the operator for a new one.")
    side, keys, names = _answer(fields, invitation)
    _check_note(fields, keys)
    if invitation.founding.invitations.filter(side=side).exists():
        raise InputError("Another host has named its side “{side}”; choose another word.", side=side)
    invitation.side = side
    invitation.answer = {"names": names, **keys.to_json()}
    invitation.parcel, invitation.reader = sent, str(fields["reader"])
    invitation.save()
    draft_of(invitation.founding)  # two hosts with the same keys are refused here
    return invitation


def _invitation(code: str) -> Invitation:
    unknown = InputError("This invitation is not known here, or its time is up; ask the operator for a new one.")
    found = Invitation.objects.select_related("founding").filter(code=digest(code.strip().encode())).first()
    if found is None:
        raise unknown
    locked = Founding.objects.select_for_update().get(pk=found.founding_id)
    found.refresh_from_db()
    if locked.expires <= clock.now() and not found.side:
        raise unknown
    return found


def _answer(fields: Mapping[str, Json], invitation: Invitation) -> tuple[str, SideKeys, dict[str, str]]:
    side = side_of(fields["side"], "side")
    keys = SideKeys.from_json({role: fields[role] for role in ("decision", "witness", "encryption", "spare")}, side)
    names = texts_of(fields["names"], "names")
    in_languages(names, SeriesRules.from_json(invitation.founding.rules).languages, "names")
    if keys.demonstration and not settings.ISTHMUS_DEMONSTRATION:
        raise InputError("These keys are marked for demonstrations; a real server refuses them.")
    if settings.ISTHMUS_DEMONSTRATION and not keys.demonstration:
        raise InputError("This server is for demonstrations; it takes only keys that are marked so.")
    if not is_digest(fields["reader"]):
        raise InputError("{where}: a digest was expected.", where="reader")
    return side, keys, names


def _check_note(fields: Mapping[str, Json], keys: SideKeys) -> None:
    note = Note.parse(str(fields["note"]))
    wanted = {keys.decision, keys.spare}
    if note.text != pair_text(fields) or {*verify_note(note, wanted)} != wanted:
        raise InputError("The answer is not signed by the keys that it names.")


@transaction.atomic
def sign_genesis(*, series_id: str, note: str) -> bool:
    """Take in a side's signature under the genesis; with the last one the series is founded.

    Returns
    -------
    Whether it is founded now.

    Raises
    ------
    InputError
        If not all hosts have answered, or the note is not the genesis signed by one of them.
    """
    log = lock_log(series_id)
    given = Note.parse(note)
    if log.size:
        return _signed_before(series_id, given)
    founding = Founding.objects.get(pk=series_id)
    document = draft_of(founding)
    if document is None:
        raise InputError("Not every host has answered its invitation yet; there is nothing to sign.")
    genesis = Genesis.from_document(document)
    if given.text != genesis.text:
        raise InputError("This is another genesis than the one that all hosts' answers give.")
    keys = {side: described.keys.decision for side, described in genesis.sides.items()}
    signed = verify_note(given, keys.values())
    if not signed:
        raise InputError("No side has signed this with the key that it named.")
    for side, key in keys.items():
        if key in signed:
            line = next(line for line in given.signatures if (line.name, line.key_id) == (key.name, key.key_id))
            founding.invitations.filter(side=side).update(signature=line.line)
    lines = [*founding.invitations.values_list("signature", flat=True)]
    if not all(lines):
        return False
    _found(log, founding, genesis, [Signature.parse(line) for line in sorted(lines)])
    return True


def _signed_before(series_id: str, given: Note) -> bool:
    series = Series.objects.get(pk=series_id)
    if Genesis.from_document(series.document).text != given.text:
        raise InputError("This series is founded already, on another genesis than this one.")
    return True


def _found(log: Log, founding: Founding, genesis: Genesis, signatures: list[Signature]) -> None:
    note = Note(genesis.text, tuple(signatures))
    write_entry(log, State(), "genesis", {"document": dict(genesis.document), "note": note.format()})
    for invitation in founding.invitations.all():
        Reader.objects.create(series=log.pk, side=invitation.side, token=invitation.reader)
