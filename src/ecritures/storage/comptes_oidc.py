"""Which people an identity of the provider may sign in as (imports.oidc.ComptesOidc)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa

from ecritures.imports.oidc import Identite
from ecritures.storage.bases import Base
from ecritures.storage.tables import COLLABORATEURS

_C = COLLABORATEURS.c


class RegistreComptesOidc:
    """``lien``: by what a person not bound yet is recognised, a verified e-mail or their identifiant equal to ``sub``."""

    def __init__(self, base: Base, lien: Literal["email", "sub"]) -> None:
        self._base, self._lien = base, lien

    def trouver(self, identite: Identite, domain: str | None) -> Sequence[tuple[str, str]]:
        requete = sa.select(_C.domain, _C.identifiant, _C.email, _C.sujet_oidc).where(_C.est_actif == 1)
        if domain is not None:
            requete = requete.where(_C.domain == domain)
        requete = requete.where(sa.or_(_C.sujet_oidc == identite.sujet, self._reconnu(identite)))
        with self._base.lecture() as connexion:
            lignes = connexion.execute(requete.order_by(_C.domain, _C.identifiant)).all()
        lies = {ligne.domain for ligne in lignes if ligne.sujet_oidc == identite.sujet}
        return [
            (ligne.domain, ligne.identifiant)
            for ligne in lignes
            if ligne.sujet_oidc == identite.sujet or (ligne.sujet_oidc is None and ligne.domain not in lies)
        ]

    def lier(self, domain: str, identifiant: str, sujet: str) -> bool:
        qui = sa.and_(_C.domain == domain, _C.identifiant == identifiant, _C.est_actif == 1)
        libre = sa.or_(_C.sujet_oidc.is_(None), _C.sujet_oidc == sujet)
        try:
            with self._base.ecriture() as connexion:
                requete = sa.update(COLLABORATEURS).where(qui, libre).values(sujet_oidc=sujet)
                return connexion.execute(requete).rowcount == 1
        except sa.exc.IntegrityError:  # bound meanwhile to someone else of the firm
            return False

    def _reconnu(self, identite: Identite) -> sa.ColumnElement[bool]:
        if self._lien == "sub":
            return _C.identifiant == identite.sub
        email = identite.email
        if (
            email is None or not email.isascii()
        ):  # other letters fold onto these: an address of someone else would match
            return sa.false()
        return sa.func.lower(_C.email) == email.strip().lower()
