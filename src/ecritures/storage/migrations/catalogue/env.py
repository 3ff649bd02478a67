"""Alembic's entrance: runs on the connection that storage.schema.upgrade gives."""

from alembic import context

from ecritures.storage.migrations.environnement import run

run(context)
