"""Two kits with marked keys in one process with the server: founding, loss of keys, loss of the server's disk."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from isthmus.kit.alarm import Alarm
from isthmus.kit.api import send_parcels
from isthmus.kit.checking import verify_mirror
from isthmus.kit.following import follow, give_back
from isthmus.kit.founding import draft_of, genesis_parcel, pair_parcel
from isthmus.kit.keyring import DemonstrationKeyring, Reading
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import Mirror
from isthmus.kit.replacing import pin, replace_parcel
from isthmus.kit.secret_keys import SideSecrets
from isthmus.kit.server import HttpServer
from isthmus.kit.settings import Settings
from isthmus.kit.signing import Proposal, freeze_parcel, propose_parcel, reader_parcel, sign_parcel, waiting
from isthmus.kit.witness import anchor
from isthmus.language import InputError
from isthmus.ledger import Invitation, Json, SeriesRules
from isthmus.server.core.actors import OPERATOR, Actor
from isthmus.server.core.derivation import rebuild
from isthmus.server.core.models import Entry, Log
from isthmus.server.core.restoring import mark_restored
from isthmus.server.dialogues.actions.decisions import propose_decision
from isthmus.server.dialogues.actions.founding import issue_invitations
from isthmus.server.dialogues.models import Decision, Series
from tests.ledger.series import NAMES

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
TITLES = {"en": "Dialogue of Elm and Birch", "zh-Hans": "榆桦对话"}


class Host:
    """A side and its kit in memory."""

    def __init__(self, side: str, folder: Path) -> None:
        self.secret = SideSecrets.generate(side, demonstration=True)
        settings = Settings(side=side, names=NAMES[side], keys=self.secret.public)
        transport = httpx.WSGITransport(app=get_wsgi_application())
        server = HttpServer("http://testserver", demonstration=True, transport=transport)
        self.side, self.server = side, server
        keyring = DemonstrationKeyring(self.secret, Reading.generate())
        self.kit = Kit(settings=settings, keyring=keyring, mirror=Mirror(folder / f"{id(self)}.sqlite3"), server=server)

    def send(self, parcel: dict[str, Json]) -> None:
        send_parcels(self.server, [parcel])

    def sign(self, number: int, *, spare: bool = False) -> None:
        follow(self.kit)
        self.send(sign_parcel(self.kit, number, self.secret.spare if spare else self.secret.decision))

    def propose(self, days: int) -> int:
        data: dict[str, Json] = {"rules": SeriesRules(decision_days=days).to_json()}
        self.send(propose_parcel(self.kit, Proposal("rules.change", 0, data), self.secret.decision))
        return Decision.objects.order_by("-number").values_list("number", flat=True)[0]


Hosts = dict[str, Host]


@pytest.fixture(params=[("elm", "birch"), ("birch", "elm")], ids=lambda order: order[0])
def hosts(request: pytest.FixtureRequest, tmp_path: Path, settings: object) -> Hosts:
    """Two hosts who have founded a series."""
    settings.ISTHMUS_DEMONSTRATION = True  # type: ignore[attr-defined]
    settings.ALLOWED_HOSTS = ["testserver"]  # type: ignore[attr-defined]
    made = {side: Host(side, tmp_path) for side in request.param}
    codes = issue_invitations(actor=OPERATOR, titles=TITLES, rules=SeriesRules()).codes
    for host, code in zip(made.values(), codes, strict=True):
        invitation = Invitation("http://testserver", code)
        host.send(pair_parcel(host.kit, invitation, host.secret.decision, host.secret.spare))
    for host in made.values():
        follow(host.kit)
        host.send(genesis_parcel(host.kit, host.secret.decision))
    for host in made.values():
        assert follow(host.kit).mirrored is not None
    return made


def both(hosts: Hosts) -> tuple[Host, Host]:
    one, two = hosts.values()
    return one, two


def test_they_decide_and_stand_behind_the_whole_record(hosts: Hosts) -> None:
    one, two = both(hosts)
    number = one.propose(7)
    two.sign(number)
    one.sign(number)
    for host in (two, one, two):
        follow(host.kit)
    for host in (one, two):
        report = verify_mirror(host.kit)
        assert (report.good, report.complete_to, report.size) == (True, 5, 5)
        assert waiting(host.kit) == []
        assert draft_of(host.kit) is None


def test_a_lost_computer(hosts: Hosts, tmp_path: Path) -> None:
    """The spare stops the side; a new kit takes the place of the old one, and is anchored by the other side."""
    one, two = both(hosts)
    one.send(freeze_parcel(one.kit, one.secret.spare))
    new = Host(one.side, tmp_path)
    series = Series.objects.get()
    pin(new.kit, series=series.pk, genesis=series.genesis)
    new.send(replace_parcel(new.kit, one.secret.spare))
    one.sign(1, spare=True)
    two.sign(1)
    new.send(reader_parcel(new.kit, new.kit.keyring.reading().token_digest, new.secret.decision))
    told = follow(new.kit)
    assert told.cosigning is not None
    assert told.cosigning.parcel is None
    follow(two.kit)
    note = two.kit.mirror.checkpoint(two.kit.mirror.cosigned()[-1].size)
    assert note is not None
    anchor(new.kit, note)
    for host in (new, two, new):
        follow(host.kit)
    report = verify_mirror(new.kit)
    assert (report.good, report.complete_to) == (True, report.size)
    with pytest.raises(InputError, match="reading token"):
        follow(one.kit)
    with pytest.raises(InputError, match="what was opened is another"):
        propose_parcel(new.kit, Proposal("rules.change", 0, {"rules": SeriesRules().to_json()}), one.secret.decision)
    number = new.propose(3)
    new.sign(number)
    two.sign(number)
    assert Decision.objects.get(number=number).phase == "executed"


def lose(count: int) -> None:
    """Put an old backup back: the last entries, and all that followed from them, are gone."""
    log = Log.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_entry WHERE number >= %s", [log.size - count])
        cursor.execute("DELETE FROM core_cosignature WHERE size > %s", [log.size - count])
    rebuild(log)


def test_a_server_put_back_from_a_backup(hosts: Hosts) -> None:
    one, two = both(hosts)
    number = one.propose(7)
    two.sign(number)
    follow(two.kit)
    lose(2)
    assert Entry.objects.count() == 1
    with pytest.raises(Alarm, match="fewer than the"):
        follow(two.kit)
    assert give_back(two.kit) == 2
    assert Decision.objects.get().signatures.count() == 1
    with pytest.raises(InputError, match="put back from a backup"):
        one.propose(5)
    time.sleep(1.1)
    for host in (one, two):
        follow(host.kit)
    one.sign(number)
    assert Decision.objects.get().phase == "executed"


def test_a_server_that_goes_on_after_a_loss_is_found_out(hosts: Hosts) -> None:
    """Nobody told it that it was put back, so it writes other entries in the place of those it lost."""
    one, two = both(hosts)
    one.propose(7)
    follow(one.kit)
    follow(two.kit)
    lose(1)
    data: dict[str, Json] = {"rules": SeriesRules(decision_days=9).to_json()}
    actor = Actor("member", Series.objects.get().pk, one.side)
    propose_decision(actor=actor, series_id=Series.objects.get().pk, act="rules.change", data=data)
    with pytest.raises(Alarm, match="the first entry that differs is 1"):
        follow(two.kit)
    with pytest.raises(Alarm, match="not the beginning of this mirror"):
        give_back(two.kit)


def test_a_server_that_was_told_waits_for_every_side(hosts: Hosts) -> None:
    one, two = both(hosts)
    follow(one.kit)
    mark_restored(Log.objects.get())
    time.sleep(1.1)  # what was cosigned before, by whole seconds, does not count
    for host in (two, one):
        with pytest.raises(InputError, match="until the kit of every side"):
            one.propose(5)
        follow(host.kit)
    assert one.propose(5) == 1


def test_it_becomes_complete_although_they_never_look_at_the_same_moment(hosts: Hosts) -> None:
    """What the other side cosigned is cosigned before anything newer is looked at."""
    one, two = both(hosts)
    for days in (3, 4):
        for host in (one, two):
            host.propose(days)
            follow(host.kit)
    sizes = [cosigned.size for cosigned in two.kit.mirror.cosigned()]
    assert sizes == sorted(sizes)
    assert {4, 5} <= {*sizes}
    assert verify_mirror(two.kit).complete_to == 4
