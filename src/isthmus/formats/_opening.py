from __future__ import annotations

from isthmus.formats._csv_table import CsvTable
from isthmus.formats._parquet_table import ParquetTable
from isthmus.formats._source import PARQUET, Source
from isthmus.formats._table import Table


def open_table(source: Source, *, encoding: str = "utf-8") -> Table:
    """A CSV or a Parquet file as a table; what it is, the file tells, or else its ending."""
    if source.magic() == PARQUET or source.name.lower().endswith((".parquet", ".pq")):
        return ParquetTable(source)
    return CsvTable(source, encoding=encoding)
