"""``python -m ecritures``: the command line."""

from ecritures.main import cli

cli()
