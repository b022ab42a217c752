"""From the asking to the result, through the real queue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django_tasks_db.models import DBTaskResult

from isthmus.analysis import Rules, Verdict
from isthmus.language import InputError
from isthmus.server.core import jobs, messages
from isthmus.server.exchange import actions, queries, tasks
from isthmus.server.exchange.actions import Plan
from isthmus.server.exchange.models import Analysis, Conversation, SidesMode, State, Upload, VoteStore
from isthmus.server.exchange.rules import OPERATOR, Actor

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


def leave_running(conversation: Conversation, worker: str, attempts: int = 1) -> None:
    """What a worker that was killed leaves behind."""
    DBTaskResult.objects.update(status="RUNNING", worker_ids=[worker] * attempts)
    conversation.analyses.update(state=State.RUNNING, progress=0.4)


def test_a_job_whose_worker_was_killed_is_taken_up_again(imported: Import, work_off: Work, tmp_path: Path) -> None:
    made = imported()
    leave_running(made, f"{jobs.name_of(tmp_path)}-dead")
    work_off()
    assert state_of(made) == State.DONE


def test_a_job_that_always_ends_its_worker_is_given_up(imported: Import, work_off: Work, tmp_path: Path) -> None:
    made = imported()
    leave_running(made, f"{jobs.name_of(tmp_path)}-dead", attempts=tasks.ATTEMPTS)
    work_off()
    assert "stopped 3 times" in told(made)


def test_jobs_of_workers_elsewhere_are_left_alone(imported: Import, work_off: Work, tmp_path: Path) -> None:
    made = imported()
    leave_running(made, f"{jobs.name_of(tmp_path / 'other')}-alive")
    work_off()
    assert state_of(made) == State.RUNNING


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


def test_only_the_operator_acts(done: Conversation) -> None:
    with pytest.raises(PermissionDenied):
        actions.delete_conversation(actor=Actor("somebody"), conversation=done)
    with pytest.raises(PermissionDenied):
        actions.request_analysis(actor=Actor("somebody"), conversation=done, plan=Plan())
