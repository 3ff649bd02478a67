"""Receive accounting entries, check them, post them to real books, say exactly what is wrong, take an import back."""

__version__ = "0.1.0"
