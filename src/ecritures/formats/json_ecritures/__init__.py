"""Entries as JSON: the body of ``importJson`` (contract of the API, section 10), read and written."""
