"""The side's own papers: nominations being prepared, instructions, red lines. They never leave this computer."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from isthmus.kit.keyring import Keyring
from isthmus.language import InputError

FORMAT: Final = "isthmus workspace v1"
LONGEST: Final = 4000  # characters of a field
MOST: Final = 1000  # papers of a kind


class Kind(StrEnum):
    """The kinds of papers, and the fields each has."""

    NOMINATION = "nomination"
    INSTRUCTION = "instruction"
    RED_LINE = "red_line"

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields; the first one or two are asked for."""
        return ("name_en", "name_zh", "title", "note") if self is Kind.NOMINATION else ("text",)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its kind, a name that tells it from others, and its fields."""

    id: str
    kind: Kind
    fields: dict[str, str]


class Workspace:
    """The papers of a side, kept encrypted in its keyring's folder."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def papers(self) -> list[Paper]:
        """All papers, in the order in which they were added.

        Raises
        ------
        InputError
            If they cannot be opened.
        """
        content = self._keyring.read_workspace()
        if content is None:
            return []
        read = json.loads(content)  # our own, and authenticated by age
        if read.get("format") != FORMAT:
            raise InputError("The workspace was written by another version of this program.")
        return [Paper(paper["id"], Kind(paper["kind"]), dict(paper["fields"])) for paper in read["papers"]]

    def put(self, kind: Kind, fields: dict[str, str], name: str | None = None) -> Paper:
        """Add a paper, or change the one with this id.

        Raises
        ------
        InputError
            If it says nothing, or too much, or is not there.
        """
        told = {field: fields.get(field, "").strip() for field in kind.fields}
        if not any(told[field] for field in kind.fields[:2]):
            raise InputError("Write something first: a name, or a text.")
        if any(len(text) > LONGEST for text in told.values()):
            raise InputError("A field holds at most {most} characters.", most=LONGEST)
        papers = self.papers()
        if name is None:
            paper = Paper(secrets.token_hex(8), kind, told)
            if sum(other.kind is kind for other in papers) >= MOST:
                raise InputError("There are {most} of these already; delete some first.", most=MOST)
            self._keep([*papers, paper])
            return paper
        self._find(papers, name, kind)
        paper = Paper(name, kind, told)
        self._keep([paper if other.id == name else other for other in papers])
        return paper

    def delete(self, name: str) -> None:
        """Delete a paper.

        Raises
        ------
        InputError
            If it is not there.
        """
        papers = self.papers()
        self._find(papers, name, None)
        self._keep([paper for paper in papers if paper.id != name])

    @staticmethod
    def _find(papers: list[Paper], name: str, kind: Kind | None) -> None:
        if not any(paper.id == name and kind in {None, paper.kind} for paper in papers):
            raise InputError("This paper is not there any more; another window may have deleted it.")

    def _keep(self, papers: list[Paper]) -> None:
        listed = [{"id": paper.id, "kind": paper.kind.value, "fields": paper.fields} for paper in papers]
        content = json.dumps({"format": FORMAT, "papers": listed}, ensure_ascii=False, sort_keys=True)
        self._keyring.keep_workspace(content.encode())
