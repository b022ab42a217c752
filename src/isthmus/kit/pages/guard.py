"""Who may use the page: only a browser of this computer that was given the printed address.

Any web page that is open in the same browser can send requests to 127.0.0.1. So the Host has to be ours (no name that
an attacker points here), the browser has to hold a cookie that only the printed address gives, and a form has to come
from our own page and carry its token.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from flask import Request, Response

COOKIE: Final = "isthmus-kit"
FIELD: Final = "form-token"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """The secrets of one run of the page, and where it is."""

    port: int
    entrance: str = field(repr=False)
    session: str = field(repr=False)
    form_token: str = field(repr=False)

    @classmethod
    def generate(cls, port: int) -> Guard:
        """New secrets."""
        return cls(port, *(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def address(self) -> str:
        """The address that lets a browser in."""
        return f"http://127.0.0.1:{self.port}/enter/{self.entrance}"

    def is_host(self, request: Request) -> bool:
        """Whether the request was meant for this page."""
        return request.host in {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}

    def is_entrance(self, token: str) -> bool:
        """Whether somebody comes with the printed address."""
        return hmac.compare_digest(token.encode(), self.entrance.encode())

    def is_inside(self, request: Request) -> bool:
        """Whether the browser has come in with the printed address."""
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self.session.encode())

    def is_own_form(self, request: Request) -> bool:
        """Whether a form comes from our own page."""
        origin = request.headers.get("Origin", "")
        token = request.form.get(FIELD, "")
        return origin == f"http://{request.host}" and hmac.compare_digest(token.encode(), self.form_token.encode())

    def let_in(self, response: Response) -> Response:
        """Give a browser the cookie that lets it in."""
        response.set_cookie(COOKIE, self.session, httponly=True, samesite="Strict", path="/")
        return response
