"""HTTP edge: the dialect of Loop's import API (``loop``) and our own REST API (``v1``). Parses, calls one step or one
query, renders; nothing here decides anything about accounting."""
