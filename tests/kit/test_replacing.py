"""New keys for a side whose computer was lost."""

from __future__ import annotations

import pytest

from isthmus.kit.following import follow, follow_file
from isthmus.kit.keyring import DemonstrationKeyring, Reading
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import Mirror
from isthmus.kit.replacing import pin, replace_parcel
from isthmus.kit.secret_keys import SideSecrets
from isthmus.kit.settings import Settings
from isthmus.kit.signing import freeze_parcel, sign_parcel
from isthmus.kit.witness import anchor
from isthmus.language import InputError
from isthmus.ledger import SigningKey, write_record
from tests.kit.dialogue import Town, fresh
from tests.ledger.series import NAMES

pytestmark = pytest.mark.unit


def fresh_kit(town: Town, side: str) -> tuple[Kit, SigningKey]:
    """A kit that was made anew, with other keys; and its new spare."""
    secret = SideSecrets.generate(side, demonstration=True)
    kit = Kit(
        settings=Settings(side=side, names=NAMES[side], keys=secret.public),
        keyring=DemonstrationKeyring(secret, Reading(f"token-of-{side}")),
        mirror=Mirror(town.folder / f"new-{side}.sqlite3"),
        server=town.server,
        clock=town.seconds,
    )
    return kit, secret.spare


def test_a_lost_side_comes_back_with_its_spare_and_the_other_sides_confirmation(
    town: Town, order: tuple[str, str]
) -> None:
    own, other = order
    series, old = town.series, town.series.sides[own]
    kit, _ = fresh_kit(town, own)
    pin(kit, series="series-1", genesis=series.state.founded().digest)
    parcel = replace_parcel(kit, old.spare)
    number = series.propose(own, "keys.replace", parcel["data"])  # type: ignore[arg-type]  # an object
    series.mark()
    follow_file(kit, b"".join(write_record(series.record())), cosign=False)
    signed = sign_parcel(kit, number, old.spare)
    series.append("decision.signed", {"decision": number, "side": own, "signature": signed["signature"]})
    series.sign(number, other)
    series.execute(number)
    assert series.state.sides[own].keys == kit.settings.keys
    town.server.now = series.at
    followed = follow(kit)
    assert followed.cosigning is not None
    assert followed.cosigning.parcels == []
    anchor(kit, series.cosigned(other))
    again = follow(kit).cosigning
    assert again is not None
    assert [parcel["kind"] for parcel in again.parcels] == ["cosign"]


def test_wrong_spares_are_told_apart(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    kit, new = fresh_kit(town, own)
    with pytest.raises(InputError, match="Say which series it is"):
        replace_parcel(kit, town.series.sides[own].spare)
    pin(kit, series="series-1", genesis=town.series.state.founded().digest)
    with pytest.raises(InputError, match="This is the new spare key"):
        replace_parcel(kit, new)
    with pytest.raises(InputError, match=rf"The spare key is {other}/spare/demonstration, not one of {own}"):
        replace_parcel(kit, town.series.sides[other].spare)
    follow(kit)
    with pytest.raises(InputError, match="not the one in force"):
        replace_parcel(kit, fresh(own).spare)


def test_a_kit_made_anew_stops_the_lost_keys(town: Town, order: tuple[str, str]) -> None:
    own = order[0]
    kit, _ = fresh_kit(town, own)
    with pytest.raises(InputError, match="belongs to no series yet"):
        freeze_parcel(kit, town.series.sides[own].spare)
    pin(kit, series="series-1", genesis=town.series.state.founded().digest)
    parcel = freeze_parcel(kit, town.series.sides[own].spare)
    town.series.append("side.frozen", {"note": parcel["note"], "side": own})
    assert town.series.state.sides[own].frozen


def test_a_kit_is_pinned_once(town: Town, order: tuple[str, str]) -> None:
    kit, _ = fresh_kit(town, order[0])
    genesis = town.series.state.founded().digest
    with pytest.raises(InputError, match="is not the digest of a genesis"):
        pin(kit, series="series-1", genesis="sha256:short")
    pin(kit, series="series-1", genesis=genesis)
    pin(kit, series="series-1", genesis=genesis)
    with pytest.raises(InputError, match="belongs to another series"):
        pin(kit, series="series-2", genesis=genesis)
