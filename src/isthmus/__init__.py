"""Isthmus: two sides that disagree hold a dialogue as equals."""

__version__ = "0.1.0"
