from __future__ import annotations

import importlib.util
from types import ModuleType


def polars() -> ModuleType | None:
    """The module polars, loaded when it is wanted, or None where the extra `scale` is not installed."""
    if importlib.util.find_spec("polars") is None:
        return None
    import polars as pl  # noqa: PLC0415  # optional, and slow to load

    return pl
