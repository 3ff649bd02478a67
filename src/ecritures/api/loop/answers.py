"""The two error shapes of the dialect: the import service's (``error``) and the gateway's (``statusCode``)."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from ecritures.api.body import clean
from ecritures.api.reglages import ReglagesApi


def error_answer(status: int | None, message: str, reglages: ReglagesApi) -> JSONResponse:
    """``{"error": {"instanceId", "message"}}``. status None: a refused request, 200 by the contract, 400 in strict mode."""
    refus = 400 if reglages.http_strict else 200
    corps = {"error": {"instanceId": reglages.instance_id, "message": clean(message)}}
    return JSONResponse(corps, refus if status is None else status)


def gateway_answer(status: int, message: str) -> JSONResponse:
    return JSONResponse({"statusCode": status, "message": message}, status)
