from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Step = Callable[[str], Callable[[float], None]]


@contextmanager
def progress_on(console: Console) -> Iterator[Step]:
    """Progress bars on a terminal, nothing elsewhere.

    Gives a function that begins a step with a title, and returns what is to be told the share done, 0 to 1.
    """
    if not console.is_terminal:
        yield lambda _title: lambda _share: None
        return
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:

        def begin(title: str) -> Callable[[float], None]:
            for task in bars.task_ids:
                bars.update(task, visible=False)
            task = bars.add_task(title, total=None)
            return lambda share: bars.update(task, total=1.0, completed=share)

        yield begin
