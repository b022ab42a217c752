"""Parquet in pieces, through polars (extra `scale`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from isthmus.formats._optional import polars
from isthmus.formats._source import Source
from isthmus.formats._table import Chunk, tidy_header
from isthmus.language import InputError

if TYPE_CHECKING:
    import polars as pl

STDERR: Final = 2  # the file descriptor
ROWS: Final = 1 << 21  # rows in memory at a time


class ParquetTable:
    """A Parquet file. Rows count as lines, from 1.

    Raises
    ------
    InputError
        If the file is damaged, has a column that is neither text nor number nor time, or polars is missing.
    """

    def __init__(self, source: Source) -> None:
        module = polars()
        if module is None:
            raise InputError(
                '{path}: reading Parquet needs the extra "scale": pip install "isthmus[scale]".', path=source.name
            )
        self.name = source.name
        self._limits = source.limits
        with self._readable():
            self._frame: pl.LazyFrame = module.scan_parquet(source.path, glob=False)
            self._schema = dict(self._frame.collect_schema())
            self._rows: int = self._frame.select(module.len()).collect().item()
        self.header = tidy_header(self.name, list(self._schema))
        if not self._rows:
            raise InputError("{path}: there are no rows.", path=self.name)
        self._limits.check_rows(self.name, self._rows)

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """The rows of some of the columns, in pieces, in order."""
        stored = {tidy: name for tidy, name in zip(self.header, self._schema, strict=True) if tidy in columns}
        for column, name in stored.items():
            self._check_type(column, self._schema[name])
        wanted = self._frame.select(list(stored.values()))
        gaps = self._numbers_with_gaps(list(stored.values()))
        for start in range(0, self._rows, ROWS):
            with self._readable():
                frame = wanted.slice(start, ROWS).collect()
            series = {column: _plain(frame[name], gaps=name in gaps) for column, name in stored.items()}
            yield Chunk(series, frame.height, lambda row, start=start: start + row + 1)  # type: ignore[misc]

    def _numbers_with_gaps(self, names: list[str]) -> set[str]:
        """The columns of numbers that hold a null somewhere: they are text in all pieces, and not in some only."""
        numbers = [name for name in names if self._schema[name].is_numeric()]
        with self._readable():
            nulls = self._frame.select(numbers).null_count().collect()
        return {name for name in numbers if nulls[name].item()}

    def _check_type(self, column: str, kind: pl.DataType) -> None:
        import polars as pl  # noqa: PLC0415  # optional, and slow to load

        text = isinstance(kind, (pl.String, pl.Categorical, pl.Enum)) or kind == pl.Null
        number = kind.is_integer() or (kind.is_float() and column not in {"participant", "statement", "side"})
        if not (text or number or (column == "time" and isinstance(kind, (pl.Datetime, pl.Date)))):
            raise InputError(
                "{path}: the column “{column}” holds values of type {kind}; text or whole numbers were expected.",
                path=self.name,
                column=column,
                kind=str(kind),
            )

    @contextmanager
    def _readable(self) -> Iterator[None]:
        import polars as pl  # noqa: PLC0415  # optional, and slow to load

        try:
            with _quiet():
                yield
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as problem:
            raise InputError("{path}: this is not a Parquet file, or it is damaged.", path=self.name) from problem


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what polars' threads write to standard error about a damaged file away from the reader.

    They write past Python, to the file descriptor, so that one is turned away for as long as a read takes.
    """
    sys.stderr.flush()
    kept, nothing = os.dup(STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, STDERR)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(nothing)
        os.close(kept)


def _plain(series: pl.Series, *, gaps: bool) -> pl.Series:
    """Numbers, times as microseconds, or text; text too where there are `gaps` (nulls, which are no value)."""
    import polars as pl  # noqa: PLC0415  # optional, and slow to load

    if series.dtype.is_temporal():
        series = series.cast(pl.Datetime("us")).cast(pl.Int64)
    if gaps or not series.dtype.is_numeric():
        return series.cast(pl.String).fill_null("")
    return series
