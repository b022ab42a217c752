"""What the program says, in the reader's language: messages with named values, and the catalogues."""

from isthmus.language._catalogue import LANGUAGES, Translator, translator
from isthmus.language._message import InputError, Message

__all__ = ["LANGUAGES", "InputError", "Message", "Translator", "translator"]
