"""One value, one sequence of bytes: canonical JSON (RFC 8785) without fractions, and strict Base64.

What is signed or hashed must have exactly one form, so reading refuses whatever would not be written the same
way: other spaces, another order, a name twice, an escape too many, an exponent.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Final, NoReturn, TypeAlias

import rfc8785

from isthmus.language import InputError

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

MAX_INTEGER: Final = 2**53 - 1  # Beyond it a reader that keeps numbers as doubles, as JavaScript does, would err.
MAX_DEPTH: Final = 64

# Below this character the order by code point and RFC 8785's order by UTF-16 code unit are the same.
_SURROGATES: Final = "\ud800"


def _refuse_fraction(number: str) -> NoReturn:
    raise InputError("The number {number} is not whole; only whole numbers are allowed here.", number=number[:40])


_decoder: Final = json.JSONDecoder(parse_float=_refuse_fraction, parse_constant=_refuse_fraction)
_encoder: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)


def canonical(value: object) -> bytes:
    """The canonical JSON of a value (RFC 8785), in UTF-8.

    Python's own encoder writes it, about ten times as fast as `rfc8785`, which is asked where the two could
    differ: at the order of names with characters from U+D800 on.

    Raises
    ------
    InputError
        If the value holds a fraction, an integer beyond ±(2^53 − 1), text that is not Unicode, anything that is
        not JSON, or lists within lists more than `MAX_DEPTH` deep.
    """
    quick = _check(value, 0)
    try:
        return _encoder.encode(value).encode() if quick else rfc8785.dumps(value)  # type: ignore[arg-type]
    except (UnicodeEncodeError, rfc8785.CanonicalizationError):
        raise InputError("A text here holds half a character (a lone surrogate); it must be Unicode.") from None


def read_canonical(data: bytes) -> Json:
    """The value of canonical JSON.

    Raises
    ------
    InputError
        Unless `canonical` would write exactly these bytes.
    """
    try:
        value: Json = _decoder.decode(data.decode())
    except UnicodeDecodeError as error:
        raise InputError("This is not UTF-8: byte {position} does not fit.", position=error.start + 1) from None
    except json.JSONDecodeError as error:
        raise InputError("This is not JSON: it goes wrong at character {position}.", position=error.pos + 1) from None
    except RecursionError:
        _refuse_depth()
    except InputError:
        raise
    except ValueError:  # Python refuses to read an integer of thousands of digits.
        _refuse_integer()
    if canonical(value) != data:
        raise InputError(
            "This JSON is not in its canonical form (RFC 8785): no spaces, names sorted and given once, "
            "no needless escapes."
        )
    return value


def base64_text(data: bytes) -> str:
    """Bytes in Base64: standard alphabet, padded (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def read_base64(text: str) -> bytes:
    """The bytes of Base64 text.

    Raises
    ------
    InputError
        Unless `base64_text` would write exactly this text: also unused bits in the last character must be zero.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64_text(data) != text:
        raise InputError("This is not exact Base64: it needs the standard alphabet and padding (RFC 4648, section 4).")
    return data


def _check(value: object, depth: int) -> bool:
    """Refuse what has no canonical form; True where code points and UTF-16 units sort all names alike."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            _refuse_integer()
        return True
    if depth >= MAX_DEPTH:
        _refuse_depth()
    if isinstance(value, dict):
        return _check_all(value.values(), depth) & _check_names(value)
    if isinstance(value, list | tuple):
        return _check_all(value, depth)
    if isinstance(value, float):
        _refuse_fraction(str(value))
    raise InputError("“{kind}” is not a kind of value that JSON knows.", kind=type(value).__name__)


def _check_all(values: Iterable[object], depth: int) -> bool:
    quick = True
    for value in values:
        quick &= _check(value, depth + 1)
    return quick


def _check_names(value: dict[object, object]) -> bool:
    quick = True
    for name in value:
        if not isinstance(name, str):
            raise InputError("A name in a JSON object must be text, not “{kind}”.", kind=type(name).__name__)
        quick = quick and (name.isascii() or max(name) < _SURROGATES)
    return quick


def _refuse_integer() -> NoReturn:
    raise InputError("A number is too large: whole numbers lie between −(2^53 − 1) and 2^53 − 1.")


def _refuse_depth() -> NoReturn:
    raise InputError("Lists and objects lie in one another more than {depth} deep.", depth=MAX_DEPTH)
