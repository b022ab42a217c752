from __future__ import annotations

from rich.cells import cell_len, set_cell_size


def printable(text: str) -> str:
    """Text on one line that cannot steer a terminal: line ends and control characters become blanks."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def padded(text: str, width: int) -> str:
    """Text in exactly `width` cells of a terminal, where a Chinese character takes two."""
    return set_cell_size(text if cell_len(text) <= width else set_cell_size(text, width - 1) + "~", width)
