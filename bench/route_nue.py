"""Measured process: the peer of status polls. One FastAPI route that gives a constant, under the same uvicorn as ours.

No key, no database, no log: what is left is the cost of the framework, of HTTP and of this machine.
"""

from __future__ import annotations

import socket
import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse

CHEMIN = "/getImportStatus?accountingImportRequestId=0"
REPONSE = {
    "_id": "0" * 24,
    "id": "00000000-0000-4000-8000-000000000000",
    "creationDate": "2025-12-31T12:00:00.000Z",
    "lastUpdate": "2025-12-31T12:00:00.000Z",
    "codeIBS": "BENCH001",
    "domain": "BENCH",
    "status": 2,
    "__v": 0,
}

api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@api.get("/getImportStatus")
def get_import_status() -> JSONResponse:
    """Plain ``def``, as ours: FastAPI runs it in a thread."""
    return JSONResponse(REPONSE)


def main() -> None:
    prise = socket.create_server(("127.0.0.1", 0), backlog=2048)
    sys.stdout.write(f"{prise.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(api, access_log=False, log_config=None, server_header=False)).run(sockets=[prise])


if __name__ == "__main__":
    main()
