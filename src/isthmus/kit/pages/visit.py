"""One request to the page: whose kit, which language, and how a page is put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import g, request

from isthmus.kit.kit import Kit
from isthmus.kit.pages.guard import FIELD
from isthmus.kit.pages.rendering import render
from isthmus.kit.telling import side_name
from isthmus.language import InputError, Message


@dataclass(slots=True)
class Visit:
    """A request. notices: what is said once, on the page that is shown next."""

    kit: Kit
    language: str
    form_token: str = field(repr=False)
    notices: list[Message] = field(default_factory=list)

    def page(self, name: str, *, error: InputError | None = None, **values: object) -> tuple[str, int]:
        """A page, and its status."""
        notices = [*self.notices]
        self.notices.clear()
        text = render(
            name,
            self.language,
            place=name,
            path=request.path,
            field=FIELD,
            form_token=self.form_token,
            own=self.own_name(),
            demonstration=self.kit.settings.demonstration,
            notices=notices,
            error=error.message if error else None,
            **values,
        )
        return text, 422 if error else 200

    def own_name(self) -> str:
        """The name of this kit's host."""
        names = self.kit.settings.names
        return names.get(self.language, next(iter(names.values())))

    def name(self, side: object) -> str:
        """The name of a side's host."""
        return side_name(self.kit.book().state, side, self.language)


def visit() -> Visit:
    """The request that is being answered."""
    found: Visit = g.visit
    return found


def typed_passphrase() -> str:
    """The passphrase in the form that was sent.

    Raises
    ------
    InputError
        If there is none.
    """
    given = request.form.get("passphrase", "")
    if not given:
        raise InputError("Type the passphrase of the decision key.")
    return given
