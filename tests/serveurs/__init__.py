"""Real servers for the tests: PostgreSQL, Azurite, a misbehaving web server. Each dies with the test process."""
