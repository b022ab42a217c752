"""The way to the server: plain requests, and what may go wrong with them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpx

from isthmus.language import InputError

LARGEST: Final = 128 * 1024 * 1024  # bytes of an answer
SECONDS: Final = 30.0  # to wait for the next part of an answer
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. date: by its clock, None if it does not tell."""

    status: int
    body: bytes
    date: datetime | None


class Server(Protocol):
    """Something that answers requests as the server does."""

    @property
    def address(self) -> str:
        """Where it is, for messages."""

    def get(self, path: str, token: str) -> Answer:
        """Ask for a path, with what stands after `Bearer`."""

    def post(self, path: str, body: bytes, *, token: str = "", kind: str = JSON) -> Answer:
        """Send a body."""


class HttpServer:
    """The server by HTTP.

    Parameters
    ----------
    address
        Its base address, such as https://dialogue.example.
    language
        The language in which it is to tell refusals.
    demonstration
        Whether the line may be open (http) to other machines too.
    transport
        Another way of carrying requests, such as `httpx.WSGITransport` for a server in the same process.

    Raises
    ------
    InputError
        If the address is none, or the line to it would be open.
    """

    def __init__(
        self,
        address: str,
        *,
        language: str = "en",
        demonstration: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.address = check_address(address, demonstration=demonstration)
        self._client = httpx.Client(
            base_url=self.address,
            timeout=SECONDS,
            follow_redirects=False,  # the token goes to this address and to no other
            headers={"Accept-Language": language, "User-Agent": "isthmus-kit"},
            transport=transport,
        )

    def get(self, path: str, token: str) -> Answer:
        """Ask for a path.

        Raises
        ------
        InputError
            If there is no answer.
        """
        return self._ask("GET", path, _bearer(token), None)

    def post(self, path: str, body: bytes, *, token: str = "", kind: str = JSON) -> Answer:
        """Send a body.

        Raises
        ------
        InputError
            If there is no answer.
        """
        return self._ask("POST", path, {**_bearer(token), "Content-Type": kind}, body)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            with self._client.stream(method, path, headers=headers, content=body) as response:
                parts, size = [], 0
                for part in response.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > LARGEST:
                        raise InputError(
                            "{address} answers with more than {most} bytes; that is no answer to a kit.",
                            address=self.address,
                            most=f"{LARGEST:,}",
                        )
                return Answer(response.status_code, b"".join(parts), _date(response.headers.get("Date")))
        except (httpx.HTTPError, httpx.StreamError, OSError) as problem:
            raise InputError(
                "{address} cannot be reached: {reason}. Check the address and the line, and try again; or carry the "
                "file to the server by another way (--out, --from).",
                address=self.address,
                reason=str(problem) or type(problem).__name__,
            ) from problem


def check_address(address: str, *, demonstration: bool) -> str:
    """A base address without the slash at its end.

    Raises
    ------
    InputError
        If it is none, or requests would cross a network in the open.
    """
    parts = urlsplit(address.strip())
    try:
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number
        sound = False
    if not sound or parts.query or parts.fragment or parts.username:
        raise InputError(
            "“{address}” is not the address of a server; one is written like https://dialogue.example.", address=address
        )
    if parts.scheme == "http" and not demonstration and not _here(parts.hostname or ""):
        raise InputError(
            "The address {address} begins with http:, so everybody on the way could read along; it has to begin with "
            "https:.",
            address=address,
        )
    return address.strip().rstrip("/")


def _here(host: str) -> bool:
    """Whether a name means this machine."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _date(text: str | None) -> datetime | None:
    if text:
        with suppress(ValueError, TypeError):
            return parsedate_to_datetime(text).astimezone(UTC)
    return None
