"""EDGE. Where things live: databases (bases, tables), files as received (files), deposits, guarded links."""
