"""The history of imports (imports.historique.Historique): pages by keyset, whatever the filter and the order.

Without a filter an index gives the order. With one, the wide index ``imports_recherche`` alone is read, and its order of
arrival, or a sort of what it keeps, gives the page: a compte rendu is never read to skip its row.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import CurseurInvalide
from ecritures.imports.etapes import ETAPES, EtapeFaite
from ecritures.imports.historique import COMPTE_MAX, Etat, Filtre, Ordre, PageHistorique, cle_de_nom
from ecritures.imports.ports import Demande
from ecritures.storage.bases import Base
from ecritures.storage.demandes import as_demande
from ecritures.storage.tables import ETAPES_IMPORTS, IMPORTS
from ecritures.storage.temps import en_ms, instant

BLOC = 1_000
"""Rows read together by an export."""
_ABSENTES = ("compte_rendu", "options", "url")
_COLONNES = [colonne for colonne in IMPORTS.c if colonne.name not in _ABSENTES]
_VIDES = dict.fromkeys(_ABSENTES)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CLES: dict[str, sa.Column[Any]] = {
    "nom": IMPORTS.c.nom_cle,
    "statut": IMPORTS.c.etat,
    "lignes": IMPORTS.c.lignes,
    "montant": IMPORTS.c.montant_centimes,
}


class HistoriqueSql:
    def __init__(self, base: Base) -> None:
        self._base = base

    def rechercher(
        self,
        domain: str,
        filtre: Filtre,
        ordre: Ordre,
        *,
        apres: str | None = None,
        avant: str | None = None,
        limite: int = 50,
    ) -> PageHistorique:
        recule = apres is None and avant is not None
        cles = _keys(filtre, ordre)
        descend = ordre.est_descendant != recule
        cherchee = sa.select(IMPORTS.c.rang).where(*_conditions(domain, filtre))
        curseur = avant if recule else apres
        if curseur is not None:
            vu = sa.tuple_(*map(sa.literal, _read(curseur, ordre)))
            cherchee = cherchee.where(sa.tuple_(*cles) < vu if descend else sa.tuple_(*cles) > vu)
        cherchee = cherchee.order_by(*(cle.desc() if descend else cle for cle in cles)).limit(limite + 1)
        with self._base.lecture() as connexion:
            rangs = list(connexion.execute(cherchee).scalars())
            lues = _rows(connexion, rangs[:limite])
        encore = len(rangs) > limite
        if recule:
            lues.reverse()
        return PageHistorique(
            [as_demande(_VIDES | ligne) for ligne in lues],
            _write(lues[0], ordre) if lues and (encore if recule else curseur is not None) else None,
            _write(lues[-1], ordre) if lues and (recule or encore) else None,
        )

    def parcourir(self, domain: str, filtre: Filtre, ordre: Ordre) -> Iterator[Sequence[Demande]]:
        apres = None
        while True:
            page = self.rechercher(domain, filtre, ordre, apres=apres, limite=BLOC)
            if page.imports:
                yield page.imports
            apres = page.suivant
            if apres is None:
                return

    def compter(self, domain: str, filtre: Filtre) -> Mapping[Etat, int]:
        def bounded(etat: Etat) -> sa.ScalarSelect[int]:
            trouves = sa.select(sa.literal(1)).where(*_conditions(domain, filtre, etat)).limit(COMPTE_MAX).subquery()
            return sa.select(sa.func.count()).select_from(trouves).scalar_subquery()

        with self._base.lecture() as connexion:
            nombres = connexion.execute(sa.select(*(bounded(etat).label(etat.mot) for etat in Etat))).one()
        return dict(zip(Etat, nombres, strict=True))

    def version(self, domain: str) -> tuple[int, int]:
        du_cabinet = IMPORTS.c.domain == domain
        requete = sa.select(
            sa.select(sa.func.max(IMPORTS.c.derniere_maj_ms)).where(du_cabinet).scalar_subquery(),
            sa.select(sa.func.max(IMPORTS.c.rang)).where(du_cabinet).scalar_subquery(),
        )
        with self._base.lecture() as connexion:
            maj, rang = connexion.execute(requete).one()
        return maj or 0, rang or 0

    def etapes(self, imports: Sequence[str]) -> Mapping[str, Sequence[EtapeFaite]]:
        faites: dict[str, list[EtapeFaite]] = {un: [] for un in imports}
        if faites:
            requete = sa.select(ETAPES_IMPORTS).where(ETAPES_IMPORTS.c.import_id.in_(list(faites)))
            with self._base.lecture() as connexion:
                for ligne in connexion.execute(requete):
                    fin = instant(ligne.debut_ms + ligne.duree_us / 1000)
                    faites[ligne.import_id].append(EtapeFaite(ligne.etape, instant(ligne.debut_ms), fin))
        return {un: sorted(celles, key=lambda e: ETAPES.index(e.nom)) for un, celles in faites.items()}


def _conditions(domain: str, filtre: Filtre, etat: Etat | None = None) -> list[sa.ColumnElement[bool]]:
    """``etat`` replaces that of the filter."""
    voulu = filtre.etat if etat is None else etat
    egaux = {"dossier": filtre.dossier, "etat": voulu, "format": filtre.format, "origine": filtre.origine}
    conditions = [IMPORTS.c.domain == domain]
    conditions += [IMPORTS.c[nom] == valeur for nom, valeur in egaux.items() if valeur is not None]
    if filtre.debut is not None:
        conditions.append(IMPORTS.c.creation_ms >= en_ms(filtre.debut))
    if filtre.fin is not None:
        conditions.append(IMPORTS.c.creation_ms < en_ms(filtre.fin))
    if _GUID.fullmatch(filtre.nom.strip().lower()):
        conditions.append(IMPORTS.c.id == filtre.nom.strip().lower())
    elif filtre.nom:
        conditions.append(IMPORTS.c.nom_cle.contains(cle_de_nom(filtre.nom), autoescape=True))
    return conditions


def _keys(filtre: Filtre, ordre: Ordre) -> list[sa.ColumnElement[Any]]:
    """What a page is ordered by. With a filter the key is written so that its own index does not tempt the database: that
    index has not what the filter reads, and each row that it skips would be fetched."""
    cle = _CLES.get(ordre.tri)
    if cle is None:
        return [IMPORTS.c.rang]
    filtre_autre = filtre != Filtre(etat=filtre.etat) or (filtre.etat is not None and ordre.tri != "statut")
    if filtre_autre:
        return [cle + (sa.literal_column("''") if ordre.tri == "nom" else sa.literal_column("0")), IMPORTS.c.rang]
    return [cle, IMPORTS.c.rang]


def _rows(connexion: sa.Connection, rangs: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of these ranks, in their order."""
    lues = connexion.execute(sa.select(*_COLONNES).where(IMPORTS.c.rang.in_(rangs))).mappings()
    par_rang = {ligne["rang"]: dict(ligne) for ligne in lues}
    return [par_rang[rang] for rang in rangs if rang in par_rang]


def _write(ligne: Mapping[str, Any], ordre: Ordre) -> str:
    cle = _CLES.get(ordre.tri)
    valeurs = [ligne["rang"]] if cle is None else [ligne[cle.name], ligne["rang"]]
    return base64.urlsafe_b64encode(json.dumps(valeurs, ensure_ascii=False).encode()).decode().rstrip("=")


def _read(curseur: str, ordre: Ordre) -> list[Any]:
    """Raises CurseurInvalide: not one of ours, or of another order."""
    attendus = [str, int] if ordre.tri == "nom" else [int] if ordre.tri == "date" else [int, int]
    try:
        valeurs = json.loads(base64.urlsafe_b64decode(curseur + "=" * (-len(curseur) % 4)))
    except (ValueError, binascii.Error, RecursionError) as erreur:
        raise CurseurInvalide from erreur
    if not isinstance(valeurs, list) or [type(v) for v in valeurs] != attendus:
        raise CurseurInvalide
    entiers = [v for v in valeurs if isinstance(v, int)]
    if any(abs(v) >= 1 << 62 for v in entiers) or any("\0" in v for v in valeurs if isinstance(v, str)):
        raise CurseurInvalide
    return valeurs
