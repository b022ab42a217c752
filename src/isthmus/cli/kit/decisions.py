"""`isthmus kit pending`, `show`, `sign`, `reject` and `propose`: what binds, seen on one's own screen first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli._language import reader_translate
from isthmus.cli.kit import options
from isthmus.cli.kit.telling import check_out, deliver, tell, tell_text
from isthmus.kit.files import read_file
from isthmus.kit.founding import Draft, draft_of, genesis_parcel
from isthmus.kit.kit import Kit
from isthmus.kit.signing import (
    Proposal,
    decision_of,
    needs_spare,
    obstacle,
    propose_parcel,
    reject_parcel,
    sign_parcel,
    versions,
    waiting,
)
from isthmus.kit.telling import act_name, phase_name, span
from isthmus.language import InputError, Message
from isthmus.ledger import acts
from isthmus.ledger.canonical import Json
from isthmus.ledger.facts import DecisionState
from isthmus.ledger.genesis import Genesis
from isthmus.ledger.keys import SigningKey
from isthmus.ledger.words import WORD_LISTS, words

GENESIS = "genesis"

Which = Annotated[list[str], typer.Argument(metavar="N...|genesis", help="Numbers of decisions, or: genesis.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask once more.")]
Spare = Annotated[
    Path | None, typer.Option("--spare", metavar="FILE", help="The spare key, where this side's keys are replaced.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (pending, show, sign, reject, propose):
        app.command()(command)


def pending(
    *, kit: options.Folder = options.PLACE, unlock: options.Unlock = None, language: options.Tongue = None
) -> None:
    """List what waits for this side's signature."""
    opened = options.open_kit(kit, unlock, language=language)
    draft = draft_of(opened)
    if draft is not None and draft.genesis is not None and opened.side not in draft.signed:
        tell(Message("The genesis waits for your signature: {digest}", {"digest": draft.genesis.digest}))
        return
    listed = waiting(opened) if opened.mirror.size() else []
    for decision in listed:
        _tell_line(opened, decision)
    if not listed:
        tell(Message("Nothing waits for your signature, as far as the mirror goes."))


def show(
    which: Annotated[str, typer.Argument(metavar="N|genesis", help="Number of a decision, or: genesis.")],
    *,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    language: options.Tongue = None,
) -> None:
    """Show exactly what is to be signed, recomputed from the mirror."""
    opened = options.open_kit(kit, unlock, language=language)
    if which == GENESIS:
        draft = draft_of(opened)
        _show_genesis(_drafted(draft) if draft is not None else opened.genesis())
        return
    decision = decision_of(opened, _number(which))
    _show_decision(opened, decision)
    problem = obstacle(opened, decision)
    if problem is not None:
        tell(problem)


def sign(  # noqa: PLR0913  # one parameter for each option
    which: Which,
    *,
    yes: Yes = False,
    spare: Spare = None,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    language: options.Tongue = None,
) -> None:
    """Sign for this side: decisions by number, or the genesis. Shown first is what will be signed."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    if GENESIS in which:
        if len(which) > 1:
            raise InputError("The genesis is signed by itself: isthmus kit sign genesis.")
        _show_genesis(_drafted(draft_of(opened)))
        _confirm(Message("Sign exactly this?"), yes=yes)
        deliver(opened, [genesis_parcel(opened, options.decision_key(opened, passphrase_file))], out)
        return
    chosen = [decision_of(opened, _number(word)) for word in dict.fromkeys(which)]
    for decision in chosen:
        _stop_at(obstacle(opened, decision))
        _show_decision(opened, decision)
    _confirm(Message("Sign exactly this?"), yes=yes)
    key = _key_for(opened, chosen, spare, passphrase_file)
    deliver(opened, [sign_parcel(opened, decision.text.number, key) for decision in chosen], out)


def reject(  # noqa: PLR0913  # one parameter for each option
    number: Annotated[int, typer.Argument(metavar="N", help="Number of the decision.")],
    *,
    yes: Yes = False,
    spare: Spare = None,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    language: options.Tongue = None,
) -> None:
    """Reject a decision for this side; it is then closed for all sides."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    decision = decision_of(opened, number)
    _stop_at(obstacle(opened, decision, to_sign=False))
    _show_decision(opened, decision)
    _confirm(Message("Reject exactly this?"), yes=yes)
    key = _key_for(opened, [decision], spare, passphrase_file)
    deliver(opened, [reject_parcel(opened, number, key)], out)


def propose(  # one parameter for each option
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help='{"act": …, "round": 0, "data": {…}}')],
    *,
    spare: Spare = None,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    language: options.Tongue = None,
) -> None:
    """Propose a decision to all sides. It is signed apart from that."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    proposal = _proposal(file)
    opened.book().state.check_data(proposal.act, proposal.data)
    if proposal.act == acts.KEYS_REPLACE and proposal.data["side"] == opened.side:
        key = options.spare_key(opened, spare, passphrase_file)
    else:
        key = options.decision_key(opened, passphrase_file)
    deliver(opened, [propose_parcel(opened, proposal, key)], out)


def _proposal(file: Path) -> Proposal:
    try:
        value: Json = json.loads(read_file(file))
    except (ValueError, RecursionError) as broken:
        if isinstance(broken, InputError):
            raise
        raise InputError("{path} is no JSON.", path=str(file)) from broken
    return Proposal.from_json(value)


def _key_for(kit: Kit, chosen: list[DecisionState], spare: Path | None, file: Path | None) -> SigningKey:
    """The one key that all of these take."""
    by_spare = {needs_spare(kit, decision) for decision in chosen}
    if len(by_spare) > 1:
        raise InputError("Some of these take the spare key, others the decision key; sign them apart.")
    return options.spare_key(kit, spare, file) if by_spare == {True} else options.decision_key(kit, file)


def _drafted(draft: Draft | None) -> Genesis:
    if draft is None or draft.genesis is None:
        raise InputError("There is no genesis to sign: either not every side has answered yet, or it is founded.")
    return draft.genesis


def _tell_line(kit: Kit, decision: DecisionState) -> None:
    state, now = kit.book().state, kit.now()
    tell(
        Message(
            "Decision {number}: {act} ({name}), {scope}; proposed by {by} {age} ago, expires in {left}; signed by: "
            "{signed}",
            {
                "number": decision.text.number,
                "act": decision.text.act,
                "name": act_name(decision.text.act),
                "scope": _scope(decision.text.round),
                "by": decision.by,
                "age": span(now - decision.proposed_at),
                "left": span(decision.text.expires - now),
                "signed": ", ".join(sorted(state.signed_by(decision))) or "—",
            },
        )
    )


def _scope(round_: int) -> Message:
    """What a decision is about: a round, or the series itself."""
    return Message("round {round}", {"round": round_}) if round_ else Message("the series itself")


def _show_decision(kit: Kit, decision: DecisionState) -> None:
    _tell_line(kit, decision)
    tell(Message("State: {phase}", {"phase": phase_name(decision.phase.value)}))
    tell(Message("The text to sign:"))
    tell_text(decision.text.format())
    tell(Message("The data that are applied:"))
    tell_text(json.dumps(dict(decision.data), ensure_ascii=False, indent=2, sort_keys=True))
    for version in versions(kit, decision):
        tell(
            Message("What is decided ({language}), {digest}:", {"language": version.language, "digest": version.digest})
        )
        if version.problem is not None:
            tell(version.problem)
            continue
        tell_text(version.text or "")
        if version.unseen:
            tell(
                Message(
                    "It holds {count} characters that cannot be seen; ask what they are for before you sign.",
                    {"count": version.unseen},
                )
            )


def _show_genesis(genesis: Genesis) -> None:
    tell(Message("Genesis: {digest}", {"digest": genesis.digest}))
    for language in sorted(WORD_LISTS):
        tell(Message("Words: {words}", {"words": " ".join(words(genesis.digest, language))}))
    if genesis.demonstration:
        tell(Message("A demonstration: its keys are marked as not for real use."))
    tell(Message("The text to sign:"))
    tell_text(genesis.text)
    tell(Message("The document:"))
    tell_text(json.dumps(dict(genesis.document), ensure_ascii=False, indent=2, sort_keys=True))


def _number(word: str) -> int:
    if not word.isascii() or not word.isdecimal() or len(word) > 9:
        raise InputError("“{word}” is not the number of a decision.", word=word)
    return int(word)


def _stop_at(problem: Message | None) -> None:
    if problem is not None:
        raise InputError(problem.text, **problem.values)


def _confirm(question: Message, *, yes: bool) -> None:
    if not yes:
        typer.confirm(question.render(reader_translate()), abort=True)
