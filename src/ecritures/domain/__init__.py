"""Nouns of accounting and the shapes of their frames. Pure: no I/O, no clock, no framework."""
