"""From the asking to the result, through the real queue."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django_tasks_db.models import DBTaskResult

from isthmus.analysis import Rules, Verdict
from isthmus.language import InputError, Message
from isthmus.server.core import jobs, messages
from isthmus.server.core.actors import OPERATOR, Actor
from isthmus.server.exchange import actions, outcomes, queries, sheets, tasks
from isthmus.server.exchange.actions import Files, Plan
from isthmus.server.exchange.models import Analysis, Conversation, SidesMode, State, Upload, VoteStore
from isthmus.server.exchange.sheets import File

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

Import = Callable[..., Conversation]
Work = Callable[[], None]


def state_of(conversation: Conversation) -> str:
    return queries.latest_analysis(conversation).state


def told(conversation: Conversation) -> str:
    """Why the analysis failed."""
    error = queries.latest_analysis(conversation).error
    assert error is not None
    return messages.from_json(error).render()


def test_an_analysis_is_done_by_a_job(imported: Import, work_off: Work) -> None:
    made = imported()
    assert state_of(made) == State.QUEUED
    work_off()
    analysis = queries.latest_analysis(made)
    assert (analysis.state, analysis.progress, analysis.error) == (State.DONE, 1.0, None)
    assert analysis.finished is not None
    result = queries.result_of(analysis)
    assert result is not None
    assert [side.name for side in result.sides] == ["Elm", "Birch"]
    assert [len(result.statements), result.participants, result.votes] == [4, 12, 48]
    verdicts = {statement.id: statement.verdict for statement in result.statements}
    assert verdicts["1"] in (Verdict.COMMON_GROUND, Verdict.OPEN)


def test_small_files_are_read_at_once_and_not_kept(imported: Import) -> None:
    made = imported()
    assert (made.participants, made.statements, made.votes) == (12, 4, 48)
    assert not Upload.objects.exists()


def test_large_files_wait_for_the_job(imported: Import, work_off: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    made = imported()
    assert made.votes is None
    assert Upload.objects.count() == 1
    work_off()
    assert Conversation.objects.get().votes == 48
    assert state_of(made) == State.DONE
    assert not Upload.objects.exists()


def test_a_large_file_is_never_whole_in_memory(db: None) -> None:
    with tempfile.TemporaryFile() as stream:
        stream.write(b"participant,statement,vote\n")
        stream.truncate(40_000_000)
        tracemalloc.start()
        actions.import_conversation(actor=OPERATOR, files=Files(File("votes.csv", stream)), plan=Plan())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert Upload.objects.count() == 40
    assert peak < 20_000_000


def test_a_bad_file_leaves_nothing_behind(imported: Import) -> None:
    with pytest.raises(InputError, match="line 2"):
        imported(content=b"participant,statement,vote\nE1,1,7\n")
    for model in (Conversation, Upload, VoteStore, Analysis, DBTaskResult):
        assert not model._default_manager.exists()


def test_a_bad_file_met_by_the_job_is_told(imported: Import, work_off: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    made = imported(content=b"participant,statement,vote\nE1,1,7\n")
    work_off()
    assert state_of(made) == State.FAILED
    assert "votes.csv" in told(made)
    assert not VoteStore.objects.exists()


def test_sides_that_are_not_there_are_told(imported: Import, work_off: Work) -> None:
    made = imported(plan=Plan(sides=SidesMode.POLIS))
    work_off()
    assert "no Polis export" in told(made)


def leave_running(conversation: Conversation, folder: Path, attempts: int = 1) -> None:
    """What a worker of a folder that was killed leaves behind."""
    with jobs.only_worker(folder) as name:
        DBTaskResult.objects.update(status="RUNNING", worker_ids=[f"{name}-dead"] * attempts)
    conversation.analyses.update(state=State.RUNNING, progress=0.4)


def test_a_job_whose_worker_was_killed_is_taken_up_again(imported: Import, work_off: Work, tmp_path: Path) -> None:
    made = imported()
    leave_running(made, tmp_path)
    work_off()
    assert state_of(made) == State.DONE


def test_a_job_that_always_ends_its_worker_is_given_up(imported: Import, work_off: Work, tmp_path: Path) -> None:
    made = imported()
    leave_running(made, tmp_path, attempts=tasks.ATTEMPTS)
    work_off()
    assert "stopped 3 times" in told(made)


def test_jobs_of_workers_elsewhere_are_left_alone(imported: Import, work_off: Work, tmp_path: Path) -> None:
    made, other = imported(), tmp_path / "other"
    other.mkdir()
    leave_running(made, other)
    work_off()
    assert state_of(made) == State.RUNNING


def test_an_orderly_stop_counts_as_no_attempt(imported: Import, work_off: Work, tmp_path: Path) -> None:
    made = imported()
    leave_running(made, tmp_path, attempts=tasks.ATTEMPTS)
    jobs.put_back(tmp_path)
    assert len(DBTaskResult.objects.get(status="READY").worker_ids) == tasks.ATTEMPTS - 1
    work_off()
    assert state_of(made) == State.DONE


def test_a_folder_keeps_its_name_when_it_is_moved(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with jobs.only_worker(tmp_path / "first") as first, jobs.only_worker(tmp_path / "second") as second:
        assert first != second
    (tmp_path / "first").rename(tmp_path / "moved")
    with jobs.only_worker(tmp_path / "moved") as moved:
        assert moved == first


def test_a_job_may_run_twice(imported: Import, work_off: Work) -> None:
    made = imported()
    work_off()
    before = queries.latest_analysis(made)
    tasks.run_analysis.func(SimpleNamespace(attempt=1), before.id)  # type: ignore[call-arg, arg-type]  # stubs omit the context
    after = queries.latest_analysis(made)
    assert (after.state, after.finished) == (State.DONE, before.finished)


def test_one_worker_for_each_folder(tmp_path: Path) -> None:
    with jobs.only_worker(tmp_path), pytest.raises(jobs.FolderTakenError), jobs.only_worker(tmp_path):
        pass


def test_a_fault_of_ours_is_told_without_its_details(imported: Import, work_off: Work) -> None:
    made = imported()
    VoteStore.objects.update(content=b"not an archive")
    work_off()
    assert told(made) == "The program made a mistake in this analysis. The server's log tells more."
    assert DBTaskResult.objects.get().status == "FAILED"


def test_again_under_other_rules(done: Conversation, work_off: Work) -> None:
    actions.request_analysis(actor=OPERATOR, conversation=done, plan=Plan(Rules(least_stands=7)))
    work_off()
    result = queries.result_of(queries.latest_analysis(done))
    assert result is not None
    assert result.rules.least_stands == 7
    assert done.analyses.count() == 2


def test_a_deleted_conversation_leaves_nothing_and_its_job_ends(imported: Import, work_off: Work) -> None:
    actions.delete_conversation(actor=OPERATOR, conversation=imported())
    work_off()
    for model in (Conversation, Upload, VoteStore, Analysis):
        assert not model._default_manager.exists()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_the_queue_does_not_grow_for_ever(imported: Import, work_off: Work) -> None:
    imported()
    work_off()
    imported()
    work_off()
    assert DBTaskResult.objects.count() == 1


def test_a_conversation_deleted_while_its_files_are_read(
    imported: Import, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    made, read = imported(), sheets.read

    def read_and_meanwhile_delete(*given: Any, **options: Any) -> sheets.Sheets:
        found = read(*given, **options)
        actions.delete_conversation(actor=OPERATOR, conversation=made)
        return found

    monkeypatch.setattr(sheets, "read", read_and_meanwhile_delete)
    jobs.work(tmp_path, until_empty=True)
    for model in (Conversation, Upload, VoteStore, Analysis):
        assert not model._default_manager.exists()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert caplog.text == ""


def test_an_upload_comes_back_as_it_was_from_its_parts(
    imported: Import, work_off: Work, votes_csv: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    monkeypatch.setattr(actions, "PART", 100)
    imported()
    parts = Upload.objects.values_list("content", flat=True)
    assert [len(part) for part in parts][:-1] == [100] * (len(votes_csv) // 100)
    assert b"".join(map(bytes, parts)) == votes_csv
    work_off()
    assert Conversation.objects.get().votes == 48


@pytest.mark.parametrize("word", ["a\0b", "\ud800"])
def test_a_reason_is_kept_whatever_it_quotes(imported: Import, word: str) -> None:
    made = imported()
    made.analyses.update(state=State.RUNNING)
    reason = Message("{path} is empty.", {"path": word})
    assert outcomes.fail_analysis(analysis_id=queries.latest_analysis(made).id, reason=reason)
    assert "is empty" in told(made)


def test_only_the_operator_acts(done: Conversation) -> None:
    with pytest.raises(PermissionDenied):
        actions.delete_conversation(actor=Actor("somebody"), conversation=done)
    with pytest.raises(PermissionDenied):
        actions.request_analysis(actor=Actor("somebody"), conversation=done, plan=Plan())
