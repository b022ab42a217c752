from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

import pytest
import waitress  # type: ignore[import-untyped]  # it has no types

from isthmus.kit.kit import Kit
from isthmus.kit.pages.app import make_app
from isthmus.kit.pages.guard import Guard

Serve: TypeAlias = Callable[[Kit], AbstractContextManager[Guard]]


@contextmanager
def serving(kit: Kit) -> Iterator[Guard]:
    """The page of a kit on a free port, in a thread."""
    probe = waitress.create_server(lambda _environ, _start: [], host="127.0.0.1", port=0)
    port = probe.effective_port
    probe.close()
    guard = Guard.generate(port)
    server = waitress.create_server(make_app(kit, guard), host="127.0.0.1", port=port, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield guard
    finally:
        server.close()
        thread.join(5)


@pytest.fixture
def serve() -> Serve:
    return serving
