"""CSV in pieces: columns of text, with the line of every row.

Most vote tables are regular: the same number of fields in every line, and quotation marks, if any, around whole
fields that need none. Once it is checked that they are, such tables are parsed by columns, by polars where it is
installed; everything else, and every error, goes through Python's own reader. All ways give the same columns.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from types import ModuleType
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from isthmus.formats._optional import polars
from isthmus.formats._source import Source
from isthmus.formats._table import Chunk, tidy_header
from isthmus.language import InputError

BLOCK: Final = 1 << 24  # bytes read at a time, and the longest line
ROWS: Final = 1 << 16  # rows of a chunk where Python splits the lines
WORTH_IT: Final = 1 << 20  # characters from which loading polars pays
DELIMITERS: Final = (",", ";", "\t")


class CsvTable:
    """A CSV file with a header line.

    Comma-separated; semicolons or tabs where the header has more of them than commas. A byte order mark
    before UTF-8 is taken off. fast: whether large tables may be parsed by columns.

    Raises
    ------
    InputError
        If the file is empty, is not text of `encoding`, holds NUL bytes or broken quotation marks, or a line
        has another number of fields than the header.
    """

    def __init__(self, source: Source, *, encoding: str = "utf-8", fast: bool = True) -> None:
        self.name = source.name
        self._source = source
        self._encoding = _text_encoding(encoding)
        self._fast = fast
        with source.open() as stream:
            first = next(self._blocks(stream), "")
        if not first.strip():
            raise InputError(
                "{path} is empty; a header line with the names of the columns was expected.", path=self.name
            )
        line = first.lstrip().partition("\n")[0]
        self._delimiter = max(DELIMITERS, key=line.count)
        self.header = tidy_header(self.name, next(self._records([first], 1))[1])

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """The rows of some of the columns, in pieces, in order."""
        with self._source.open() as stream:
            blocks = self._blocks(stream)
            first = next(blocks)
            head, _, rest = first.partition("\n")
            if not self._fast or len(first) < WORTH_IT or self._regular(head) is None:
                yield from self._by_record(chain([first], blocks), columns, 1, header=True)
                return
            reader, line = polars(), 2
            for block in chain([rest], blocks):
                regular = self._regular(block)
                if regular is not None:
                    yield from self._by_column(reader, regular, columns, line)
                elif '"' in block or block.count("\r") > block.count("\r\n"):
                    # a field may go on in the next block, or lines end as they are not counted here
                    yield from self._by_record(chain([block], blocks), columns, line)
                    return
                else:
                    yield from self._by_record([block], columns, line)
                line += block.count("\n")

    def _blocks(self, stream: BinaryIO) -> Iterator[str]:
        """Decoded text in pieces that end where a line ends."""
        decoder = codecs.getincrementaldecoder(self._encoding)()
        carry, line, done = "", 1, 0
        while True:
            data = stream.read(BLOCK)
            done += len(data)
            try:
                text = carry + decoder.decode(data, final=not data)
            except UnicodeError as problem:
                raise self._not_text(problem, line, done) from problem
            if "\0" in text:
                raise InputError(
                    "{path}, line {line}: a NUL byte stands here; this is not a text file.",
                    path=self.name,
                    line=line + text[: text.index("\0")].count("\n"),
                )
            cut = len(text) if not data else text.rfind("\n") + 1
            if len(text) - cut > BLOCK:
                raise InputError(
                    "{path}, line {line}: this line has no end.", path=self.name, line=line + text.count("\n")
                )
            if cut:
                yield text[:cut]
            if not data:
                return
            line += text.count("\n", 0, cut)
            carry = text[cut:]

    def _not_text(self, problem: UnicodeError, line: int, done: int) -> InputError:
        byte = done
        if isinstance(problem, UnicodeDecodeError):
            line += problem.object[: problem.start].count(b"\n")
            byte = done - len(problem.object) + problem.start + 1
        return InputError(
            "{path}, line {line} (byte {byte}): this is not {encoding} text, which was expected. "
            "If the file has another encoding, such as gb18030, name it (encoding).",
            path=self.name,
            line=line,
            byte=byte,
            encoding="UTF-8" if self._encoding == "utf-8-sig" else self._encoding,
        )

    def _records(self, blocks: Iterable[str], line: int) -> Iterator[tuple[int, list[str]]]:
        """Each record with the line it begins on."""
        # StringIO with newline="" cuts lines where CSV does; str.splitlines would cut at other characters too.
        lines = chain.from_iterable(io.StringIO(block, newline="") for block in blocks)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            begins = line + reader.line_num
            try:
                record = next(reader, None)
            except csv.Error as problem:
                raise InputError(
                    "{path}, line {line}: the quotation marks or line ends of this row are broken.",
                    path=self.name,
                    line=begins,
                ) from problem
            if record is None:
                return
            yield begins, record

    def _by_record(
        self, blocks: Iterable[str], columns: Sequence[str], line: int, *, header: bool = False
    ) -> Iterator[Chunk]:
        """Chunks by Python's reader, which finds what is wrong with a line."""
        places = [self.header.index(column) for column in columns]
        records = islice(self._records(blocks, line), int(header), None)
        problem: InputError | None = None
        while problem is None:
            rows: list[list[str]] = []
            lines: list[int] = []
            try:
                for begins, record in islice(records, ROWS):
                    self._check_length(begins, record)
                    rows.append(record or [""] * len(self.header))
                    lines.append(begins)
            except InputError as found:
                problem = found  # the rows before it are looked at first, so that the first fault is told
            if rows:
                yield Chunk(
                    {c: [row[i] for row in rows] for c, i in zip(columns, places, strict=True)},
                    len(rows),
                    lines.__getitem__,
                )
            elif problem is None:
                return
        raise problem

    def _check_length(self, line: int, record: list[str]) -> None:
        if record and len(record) != len(self.header):
            raise InputError(
                "{path}, line {line}: this row has {found} fields; the header has {wanted}.",
                path=self.name,
                line=line,
                found=len(record),
                wanted=len(self.header),
            )

    def _regular(self, block: str) -> bytes | None:
        """The block as UTF-8 with plain line ends and no quotation marks, if every line is as regular as the header."""
        block = (block if block.endswith("\n") else block + "\n").replace("\r\n", "\n")
        if "\r" in block:
            return None
        data = block.encode()
        array = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(array == ord("\n"))
        marks = np.flatnonzero(array == ord(self._delimiter))
        each = len(self.header) - 1
        if not each or marks.size != each * ends.size:
            return None
        # As many marks as there should be in all, and each line's first and last within that line.
        by_line = marks.reshape(-1, each)
        if not ((by_line[1:, 0] > ends[:-1]).all() and (by_line[:, -1] < ends).all()):
            return None
        if b'"' not in data:
            return data
        return data.replace(b'"', b"") if _around_whole_fields(array, self._delimiter) else None

    def _by_column(self, module: ModuleType | None, data: bytes, columns: Sequence[str], line: int) -> Iterator[Chunk]:
        """Chunks of a regular block."""
        if module is None:
            yield from self._split(data, columns, line)
            return
        frame = module.read_csv(
            data,
            has_header=False,
            separator=self._delimiter,
            quote_char=None,
            infer_schema=False,
            new_columns=[str(i) for i in range(len(self.header))],
        )
        series = {column: frame[str(self.header.index(column))].fill_null("") for column in columns}
        yield Chunk(series, frame.height, lambda row: line + row)

    def _split(self, data: bytes, columns: Sequence[str], line: int) -> Iterator[Chunk]:
        """Chunks of a regular block without polars."""
        each = len(self.header)
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
        start = 0
        for first in range(0, ends.size, ROWS):
            rows = min(ROWS, ends.size - first)
            stop = int(ends[first + rows - 1])
            fields = data[start:stop].decode().replace("\n", self._delimiter).split(self._delimiter)
            split = {column: fields[self.header.index(column) : -1 : each] for column in columns}
            yield Chunk(split, rows, (line + first).__add__)
            start = stop


def _around_whole_fields(text: NDArray[np.uint8], delimiter: str) -> bool:
    """Whether quotation marks stand in pairs, each at the two ends of one field: they can then be left away."""
    quotes = np.flatnonzero(text == ord('"'))
    if quotes.size % 2:
        return False
    between = np.flatnonzero((text == ord(delimiter)) | (text == ord("\n")))  # fields
    opening, closing = quotes[::2], quotes[1::2]
    after = np.searchsorted(between, opening)
    begins = np.concatenate([np.zeros(1, np.intp), between + 1])[after]
    return bool((begins == opening).all() and (between[after] == closing + 1).all())


def _text_encoding(encoding: str) -> str:
    """The name Python knows the encoding by.

    Raises
    ------
    InputError
        If there is no such encoding of text.
    """
    try:
        "".encode(encoding)  # unlike a look-up, this refuses codecs that are not of text
        name = codecs.lookup(encoding).name
    except (LookupError, UnicodeError, ValueError) as problem:
        raise InputError(
            "“{encoding}” is no text encoding; such are utf-8, gb18030, utf-16.", encoding=encoding
        ) from problem
    return "utf-8-sig" if name == "utf-8" else name
