"""Measures: how long each step of an import takes, on which machine, beside which other tools. See ``python -m bench -h``."""
