"""Our own REST API: dossiers, imports and their findings, the books. JSON in domain names, errors as problem+json."""

from ecritures.api.v1 import dossiers, exploitation, imports, livres, preflight

ROUTERS = (dossiers.router, imports.router, preflight.router, livres.router, exploitation.router)
