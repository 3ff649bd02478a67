"""The custom models saved by each firm (imports.ports.Modeles): their TOML, under a name unique whatever its case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import ModeleExistant, ModeleInconnu
from ecritures.domain.modele import cle_du_nom
from ecritures.imports.ports import ModeleEnregistre
from ecritures.storage.bases import Base
from ecritures.storage.dossiers import assure_cabinet
from ecritures.storage.tables import MODELES
from ecritures.storage.temps import instant, maintenant_ms


class RegistreModeles:
    def __init__(self, base: Base) -> None:
        self._base = base

    def enregistrer(self, domain: str, nom: str, texte: str, *, remplacer: bool = False) -> ModeleEnregistre:
        maintenant = maintenant_ms()
        valeurs = {"nom": nom, "texte": texte, "derniere_maj_ms": maintenant}
        with self._base.ecriture() as connexion:
            assure_cabinet(connexion, domain)
            present = connexion.execute(_un(domain, nom)).mappings().first()
            if present is not None and not remplacer:
                raise ModeleExistant(str(present["nom"]))
            if present is not None:
                connexion.execute(sa.update(MODELES).where(_cle(domain, nom)).values(valeurs))
            else:
                nouveau = {"domain": domain, "cle": cle_du_nom(nom), "creation_ms": maintenant, **valeurs}
                try:
                    connexion.execute(sa.insert(MODELES).values(nouveau))
                except sa.exc.IntegrityError as erreur:  # another process saved it meanwhile
                    raise ModeleExistant(nom) from erreur
            garde = connexion.execute(_un(domain, nom)).mappings().one()
        return _modele(garde)

    def modifier(self, domain: str, ancien: str, nom: str, texte: str) -> ModeleEnregistre:
        valeurs = {"cle": cle_du_nom(nom), "nom": nom, "texte": texte, "derniere_maj_ms": maintenant_ms()}
        with self._base.ecriture() as connexion:
            try:
                faite = connexion.execute(sa.update(MODELES).where(_cle(domain, ancien)).values(valeurs))
            except sa.exc.IntegrityError as erreur:  # another model has that name
                raise ModeleExistant(nom) from erreur
            if faite.rowcount == 0:
                raise ModeleInconnu(ancien)
            garde = connexion.execute(_un(domain, nom)).mappings().one()
        return _modele(garde)

    def trouver(self, domain: str, nom: str) -> ModeleEnregistre | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(_un(domain, nom)).mappings().first()
        return _modele(ligne) if ligne else None

    def lister(self, domain: str | None = None) -> Sequence[ModeleEnregistre]:
        requete = sa.select(MODELES).order_by(MODELES.c.domain, MODELES.c.cle)
        if domain is not None:
            requete = requete.where(MODELES.c.domain == domain)
        with self._base.lecture() as connexion:
            return [_modele(ligne) for ligne in connexion.execute(requete).mappings()]

    def retirer(self, domain: str, nom: str) -> bool:
        with self._base.ecriture() as connexion:
            return connexion.execute(sa.delete(MODELES).where(_cle(domain, nom))).rowcount > 0


def _cle(domain: str, nom: str) -> sa.ColumnElement[bool]:
    return sa.and_(MODELES.c.domain == domain, MODELES.c.cle == cle_du_nom(nom))


def _un(domain: str, nom: str) -> sa.Select[Any]:
    return sa.select(MODELES).where(_cle(domain, nom))


def _modele(ligne: Mapping[str, Any] | sa.RowMapping) -> ModeleEnregistre:
    return ModeleEnregistre(
        ligne["domain"], ligne["nom"], ligne["texte"], instant(ligne["creation_ms"]), instant(ligne["derniere_maj_ms"])
    )
