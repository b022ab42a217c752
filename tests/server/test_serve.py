"""The server as people start it: real processes, a real port."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.integration

PATIENCE = 60.0  # seconds; a start takes a few


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from isthmus.cli.main import run; run()", *words]


def environment(**values: str) -> dict[str, str]:
    """Ours without what the tests set for themselves, and with other values."""
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "ISTHMUS", "DATABASE_URL"))
    }
    return {**ours, **values}


def run(*words: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        env=environment(**values),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running `isthmus serve`."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def until(self, path: str, holds: Callable[[str], bool]) -> str:
        """The page at `path` as soon as something holds for it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            page = self.get(path)[1]
            if holds(page):
                return page
            time.sleep(0.05)
        raise AssertionError(f"{path} never came to it: {page[:2000]}")

    def child(self, module: str) -> int:
        """The process number of a module that the server runs."""
        return next(number for number, words in children(self.process.pid).items() if module in words)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)

    def told(self) -> str:
        """What it has printed, once it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.read()


@contextmanager
def serving(data: Path, *words: str, **values: str) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen(
        command("serve", "--port", str(port), "--data", str(data), *words),
        env=environment(**values),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert f"http://127.0.0.1:{port}/" in line, line + process.stdout.read() if process.poll() else line
        yield Server(process, port)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        process.stdout.close()


def pages(home: str) -> list[str]:
    return re.findall(r"/conversations/\w{26}/", home)


def done(page: str) -> bool:
    return "/result.json" in page


def running(page: str) -> bool:
    return "?seen=running" in page


def children(parent: int) -> dict[int, str]:
    """The processes that a process started, and those that these started: number and command line."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):  # it ended meanwhile
                above = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if above == parent:
                    found[int(entry.name)] = (entry / "cmdline").read_text()
    return found | {number: words for child in list(found) for number, words in children(child).items()}


def runs(number: int) -> bool:
    """Whether a process is there and not merely waiting for somebody to notice its end."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def long_votes(tmp_path: Path) -> Path:
    """Votes of two camps whose grouping takes some seconds."""
    rng, path = np.random.default_rng(1), tmp_path / "long.csv"
    together = (np.arange(400)[:, None] % 2) == (np.arange(2000) % 2)
    words = np.where(rng.random(together.shape) < np.where(together, 0.7, 0.3), "agree", "disagree")
    rows = "".join(f"p{i},s{j},{word}\n" for (i, j), word in np.ndenumerate(words))
    path.write_text(f"participant,statement,vote\n{rows}")
    return path


def test_first_start_second_start_and_an_orderly_end(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        status, home = server.get("/")
        assert (status, len(pages(home))) == (200, 2)
        for path in pages(home):
            server.until(path, done)
        assert server.get("/static/isthmus/isthmus.css")[0] == 200
        assert server.get("/", Host="elsewhere.invalid")[0] == 400
        assert server.stop() == 0
        assert server.told() == ""
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (data, *data.iterdir())} == {0}
    started = time.monotonic()
    with serving(data) as server:
        assert pages(server.get("/")[1]) == pages(home)
        assert time.monotonic() - started < 20
        assert server.stop() == 0


def test_an_import_a_killed_worker_and_a_folder_in_use(tmp_path: Path, votes_csv: bytes) -> None:
    data, votes = tmp_path / "data", tmp_path / "votes.csv"
    votes.write_bytes(votes_csv)
    with serving(data, "--no-demo") as server:
        assert pages(server.get("/")[1]) == []
        os.kill(server.child("isthmus.server.worker"), signal.SIGKILL)
        imported = run("import", str(votes), "--data", str(data), "--title", "From the shell", "--population", "closed")
        assert imported.returncode == 0, imported.stderr
        path = pages(imported.stdout)[0]
        assert "From the shell" in server.until(path, done)
        again = run("serve", "--port", str(free_port()), "--data", str(data))
        assert (again.returncode, again.stderr.count("Another server uses the data folder")) == (2, 1)
        taken = run("serve", "--port", str(server.port), "--data", str(tmp_path / "other"))
        assert (taken.returncode, taken.stderr.count("cannot be used")) == (2, 1)
        assert not (tmp_path / "other").exists()
        assert server.stop() == 0


def test_uploads_that_are_too_large_or_of_unknown_size_are_refused_at_once(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-demo") as server:
        for header, status in (("Content-Length: 2147483648", b"413"), ("Transfer-Encoding: chunked", b"411")):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
                connection.sendall(f"POST / HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode())
                assert connection.recv(100).startswith(b"HTTP/1.1 " + status)
        assert server.stop() == 0


def test_an_import_of_the_folder_of_an_export(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "comments.csv").write_text("comment-id,comment-body,moderated\n0,Trees are planted.,1\n")
    rows = "".join(f"{i},0,{i},1\n" for i in range(6))
    (export / "votes.csv").write_text(f"timestamp,comment-id,voter-id,vote\n{rows}")
    answer = run("import", str(export), "--data", str(tmp_path / "data"))
    assert answer.returncode == 0, answer.stderr
    assert len(pages(answer.stdout)) == 1


def test_a_job_outlives_an_orderly_stop_and_a_killed_worker(tmp_path: Path, long_votes: Path) -> None:
    data = tmp_path / "data"
    imported = run("import", str(long_votes), "--sides", "groups", "--data", str(data))
    path = pages(imported.stdout)[0]
    with serving(data, "--no-demo") as server:
        server.until(path, running)
        os.kill(server.child("isthmus.server.worker"), signal.SIGSTOP)  # so it does not end within the time it is given
        assert running(server.get(path)[1])
        assert server.stop() == 0
    with closing(sqlite3.connect(data / "isthmus.sqlite3")) as database:
        jobs = database.execute("SELECT status, worker_ids FROM django_tasks_database_dbtaskresult").fetchall()
    assert jobs == [("READY", "[]")]
    (data / "work" / "left.upload").touch()
    with serving(data, "--no-demo") as server:
        server.until(path, running)
        os.kill(server.child("isthmus.server.worker"), signal.SIGKILL)
        server.until(path, done)
        assert server.stop() == 0
        assert "1 job(s) of a worker that ended early are taken up again" in server.told()
    assert "left.upload" not in [entry.name for entry in (data / "work").iterdir()]


def test_nothing_outlives_a_killed_server(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-demo") as server:
        started = children(server.process.pid)
        assert len(started) >= 2
        server.process.kill()
        end = time.monotonic() + 20
        while any(map(runs, started)) and time.monotonic() < end:
            time.sleep(0.05)
        assert [words for number, words in started.items() if runs(number)] == []


def test_postgresql(tmp_path: Path, votes_csv: bytes, postgresql_url: str) -> None:
    data, votes = tmp_path / "data", tmp_path / "votes.csv"
    votes.write_bytes(votes_csv)
    with serving(data, "--no-demo", DATABASE_URL=postgresql_url) as server:
        assert 'class="empty"' in server.get("/")[1]
        imported = run("import", str(votes), "--data", str(data), DATABASE_URL=postgresql_url)
        assert imported.returncode == 0, imported.stderr
        assert "Elm" in server.until(pages(imported.stdout)[0], done)
        assert server.stop() == 0
    assert not (data / "isthmus.sqlite3").exists()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgres://elm:secret@127.0.0.1:1/isthmus", "The database cannot be used: "),
        ("elm:secret", "DATABASE_URL cannot be understood"),
    ],
)
def test_a_database_that_cannot_be_used(tmp_path: Path, address: str, told: str) -> None:
    answer = run("serve", "--port", str(free_port()), "--data", str(tmp_path), DATABASE_URL=address)
    assert (answer.returncode, answer.stderr.count(told), len(answer.stderr.splitlines())) == (2, 1, 1)
    assert "secret" not in answer.stderr


def test_an_import_of_what_cannot_be_used(tmp_path: Path) -> None:
    missing = run("import", str(tmp_path / "none.csv"), "--data", str(tmp_path / "data"))
    assert (missing.returncode, missing.stderr.count("no such file"), len(missing.stderr.splitlines())) == (2, 1, 1)
    pipe = run("import", "/dev/stdin", "--data", str(tmp_path / "data"))
    assert (pipe.returncode, pipe.stderr.count("not a regular file")) == (2, 1)
    (tmp_path / "votes.csv").write_bytes(b"participant,statement,vote\na,b,7\n")
    foreign = run(
        "import", str(tmp_path / "votes.csv"), "--data", str(tmp_path / "data"), LANG="zh_CN.UTF-8", LC_ALL=""
    )
    assert (foreign.returncode, foreign.stderr.count("第 2 行"), len(foreign.stderr.splitlines())) == (2, 1, 1)
    (tmp_path / "votes.parquet").write_bytes(b"PAR1" + b"\x00" * 40 + b"PAR1")
    broken = run("import", str(tmp_path / "votes.parquet"), "--data", str(tmp_path / "data"))
    assert (broken.returncode, broken.stdout, len(broken.stderr.splitlines())) == (2, "", 1)
    with closing(sqlite3.connect(tmp_path / "data" / "isthmus.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM exchange_conversation").fetchone() == (0,)


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = run("serve", "--port", str(free_port()), "--data", str(tmp_path / "file"))
    assert (answer.returncode, answer.stderr.count("cannot be written")) == (2, 1)
