"""What the log tells, and what it must not."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from isthmus.server.core.logs import WithoutContent
from isthmus.server.exchange import queries
from isthmus.server.exchange.models import Conversation

SECRET = "elmsecret"


@pytest.fixture(autouse=True)
def _formatted_as_the_server_does(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(WithoutContent())


def logged(fault: BaseException, cause: BaseException | None = None) -> None:
    try:
        raise fault from cause
    except type(fault):
        logging.getLogger("isthmus").exception("It happened")


@pytest.mark.unit
def test_exceptions_are_told_by_place_and_kind(caplog: pytest.LogCaptureFixture) -> None:
    logged(ValueError(SECRET), KeyError(SECRET))
    assert SECRET not in caplog.text
    for told in ("It happened", "builtins.KeyError", "builtins.ValueError", "test_logs.py", "in logged"):
        assert told in caplog.text


@pytest.mark.unit
def test_faults_of_the_machine_are_told_in_full(caplog: pytest.LogCaptureFixture) -> None:
    logged(OperationalError("database or disk is full"))
    logged(OSError(28, "No space left on device", SECRET))
    assert "database or disk is full" in caplog.text
    assert "No space left on device" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_tells_nothing_of_its_content(
    imported: Callable[..., Conversation], work_off: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    made = imported(SECRET)
    made.analyses.update(threshold=SECRET)  # a fault of ours, whose message quotes this
    work_off()
    assert queries.latest_analysis(made).error is not None
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_an_upload_that_is_refused_leaves_nothing_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    bad = SimpleUploadedFile(f"{SECRET}.csv", f"participant,statement,vote\n{SECRET},1,7\n".encode())
    assert client.post("/", {"votes": bad, "title": SECRET, "threshold": SECRET}).status_code == 422
    assert client.get(f"/{SECRET}").status_code == 404
    assert caplog.text == ""
