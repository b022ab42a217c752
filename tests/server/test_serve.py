"""The server as people start it: real processes, a real port."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

PATIENCE = 60.0  # seconds; a start takes a few


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from isthmus.cli.main import run; run()", *words]


def environment() -> dict[str, str]:
    """Ours without what the tests set for themselves."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "ISTHMUS", "DATABASE_URL"))
    }


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
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
            time.sleep(0.2)
        raise AssertionError(f"{path} never came to it: {page[:2000]}")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


@contextmanager
def serving(data: Path, *words: str) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen(
        command("serve", "--port", str(port), "--data", str(data), *words),
        env=environment(),
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
        assert server.process.stdout is not None
        assert server.process.stdout.read().count("Traceback") == 0
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
        os.kill(worker_of(server.process.pid), signal.SIGKILL)
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


def worker_of(parent: int) -> int:
    """The process number of the worker that a server started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes()
                above = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:  # it ended meanwhile
                continue
            if above == parent and b"isthmus.server.worker" in words:
                return int(entry.name)
    raise AssertionError("there is no worker")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.csv", None, "no such file"),
        ("votes.csv", b"", "empty"),
        ("votes.csv", b"participant,statement,vote\na,b,7\n", "line 2"),
    ],
)
def test_an_import_of_what_cannot_be_used(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    answer = run("import", str(tmp_path / name), "--data", str(tmp_path / "data"))
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = run("serve", "--port", str(free_port()), "--data", str(tmp_path / "file"))
    assert (answer.returncode, answer.stderr.count("cannot be written")) == (2, 1)
