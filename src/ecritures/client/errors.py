"""What a call can end with, beside its answer. No message ever holds a key, a signed URL or the content of a file."""

from __future__ import annotations


class ErreurLoop(Exception):
    """Base of all of them. ``str()`` is a French sentence for people."""


class RefusLoop(ErreurLoop):
    """The server refused the request: an ``error`` object in its answer, whatever the HTTP status (200 in the contract)."""

    def __init__(self, message: str, instance_id: str | None = None, http_status: int = 200) -> None:
        self.message, self.instance_id, self.http_status = message, instance_id, http_status
        super().__init__(message)


class ClesRefusees(ErreurLoop):
    """401 or 403: a key is missing, wrong, or has no right to this."""

    def __init__(self, http_status: int, message: str | None) -> None:
        self.http_status, self.message = http_status, message
        super().__init__(f"Le serveur refuse les clés ({http_status}) : {message or 'sans explication'}")


class CleMalFormee(ErreurLoop, ValueError):
    """Refused before anything is sent."""


class LoopInjoignable(ErreurLoop):
    """No answer after all the tries, or 429 or 503 to the last one."""


class ReponseInattendue(ErreurLoop):
    """The answer is not the contract's: probably not the right address."""


class DelaiDepasse(ErreurLoop, TimeoutError):
    """The import was not over in time. It goes on: ask for its status later."""

    def __init__(self, import_id: str, timeout_s: float) -> None:
        self.import_id, self.timeout_s = import_id, timeout_s
        super().__init__(
            f"L'import {import_id} n'est pas terminé après {timeout_s:g} s ; il continue, relire son statut plus tard."
        )
