"""Durable queue and worker. The only code that knows DBOS: a replacement stays possible."""
