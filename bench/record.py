"""What an event and its log cost an action on SQLite: `python -m bench.record [ACTIONS]`.

The same action, which writes one row, with and without an event, in turns, each in a transaction of its own on a
file with `synchronous=FULL`. The cost is the difference of the medians, in CPU time and in time by the clock.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

ACTIONS = 600
MILLISECONDS = 3.0  # that event and log may cost


def measure(actions: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds of the action, by the clock and of CPU: without an event, with one, and with one's check."""
    import django  # noqa: PLC0415  # the settings come from the environment that main makes

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  # Django has to be set up
    from django.db import transaction  # noqa: PLC0415

    from isthmus.server.core.events import EventType, append, register  # noqa: PLC0415
    from isthmus.server.core.models import Log  # noqa: PLC0415
    from isthmus.server.dialogues.models import TakenRequest  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    register(EventType("bench.noted", lambda _log, _event: None))
    log = Log.objects.create(origin="localhost/series/bench")

    def write(number: int, *, event: bool) -> None:
        with transaction.atomic():
            TakenRequest.objects.create(series=log.pk, digest=f"{number}")
            if event:
                append(log.pk, "bench.noted", {"number": number, "text": "an act of both sides " * 10})

    acts: dict[str, Callable[[int], None]] = {
        "a row": lambda number: write(2 * number, event=False),
        "a row, event and log": lambda number: write(2 * number + 1, event=True),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
    for number in range(actions):
        for name, act in acts.items():
            clock, cpu = time.perf_counter(), time.process_time()
            act(number)
            taken[name].append((time.perf_counter() - clock, time.process_time() - cpu))
    return {
        name: (1000 * statistics.median(pair[0] for pair in pairs), 1000 * statistics.median(pair[1] for pair in pairs))
        for name, pairs in taken.items()
    }


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="isthmus-bench-") as folder:
        os.environ["ISTHMUS_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "isthmus.server.settings"
        figures = measure(int(arguments[0]) if arguments else ACTIONS)
    table = Table("an action that writes", "median ms", "CPU ms", "at most", "kept", title="SQLite, synchronous=FULL")
    for name, (clock, cpu) in figures.items():
        table.add_row(name, f"{clock:.2f}", f"{cpu:.2f}", "", "")
    (row, row_cpu), (event, event_cpu) = figures.values()
    kept = "yes" if event - row <= MILLISECONDS else "NO"
    table.add_row("event and log alone", f"{event - row:.2f}", f"{event_cpu - row_cpu:.2f}", f"{MILLISECONDS} ms", kept)
    Console(width=100).print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
