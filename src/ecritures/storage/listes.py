"""The objects of the list routes (imports.listes.Listes): one bounded query each, declared columns, bound parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from ecritures.domain.filtre import Comparaison, DemandeListe, Expression, TypeChamp
from ecritures.domain.filtre.champs import en_euros
from ecritures.domain.ressources import RessourceListe, object_id, revision_id
from ecritures.imports.ports import Dossier
from ecritures.storage.bases import Base
from ecritures.storage.filtre_sql import lister
from ecritures.storage.listes_sources import SOURCES, Identite, Source
from ecritures.storage.livres import LivresSql
from ecritures.storage.tables import DOSSIERS, RIBS
from ecritures.storage.temps import instant

AUCUN_UUID = ""
"""What stands in a condition for a uuid that the filter does not name."""


class ListesSql:
    """``base``: the catalogue; ``livres`` gives the base of a dossier's books."""

    def __init__(self, base: Base, livres: LivresSql) -> None:
        self._base = base
        self._livres = livres

    def lire(
        self,
        ressource: RessourceListe,
        demande: DemandeListe,
        *,
        domain: str,
        dossier: Dossier | None,
        permis: frozenset[int] | None = None,
    ) -> Sequence[dict[str, Any]]:
        source = SOURCES[ressource.route]
        assert source.est_du_catalogue or dossier is not None, "the books are those of a dossier"
        demande = demande if demande.tris else replace(demande, tris=ressource.tris)
        conditions = [*source.conditions, *_portee(source, domain, dossier, permis)]
        code_ibs = "" if dossier is None or ressource.route == "dossier" else dossier.code_ibs
        base = self._base if source.est_du_catalogue or dossier is None else self._livres.base(dossier.dossier)
        with base.lecture() as connexion:
            page = _Page(connexion, ressource, source, conditions, domain, code_ibs)
            return page.lire(demande, dossier)


def _portee(
    source: Source, domain: str, dossier: Dossier | None, permis: frozenset[int] | None
) -> Iterator[sa.ColumnElement[bool]]:
    colonnes = source.table.c
    if source.est_du_catalogue:
        yield colonnes.domain == domain
    if dossier is not None:
        yield colonnes.dossier == dossier.dossier
    elif permis is not None and source.table is DOSSIERS:
        yield colonnes.dossier.in_(sorted(permis))


class _Page:
    """One request in one transaction."""

    def __init__(
        self,
        connexion: sa.Connection,
        ressource: RessourceListe,
        source: Source,
        conditions: Sequence[sa.ColumnElement[bool]],
        domain: str,
        code_ibs: str,
    ) -> None:
        self._connexion = connexion
        self._ressource = ressource
        self._source = source
        self._conditions = conditions
        self._domain = domain
        self._code_ibs = code_ibs

    def lire(self, demande: DemandeListe, dossier: Dossier | None) -> list[dict[str, Any]]:
        source = self._source
        cles = [colonne for identite in source.uuids.values() for colonne in identite.cle]
        requete = sa.select(*source.colonnes.values(), *cles).select_from(source.de).where(*self._conditions)
        colonnes = {**source.colonnes, **self._uuids(demande.filtre)}
        requete = lister(requete, demande, self._ressource.grammaire, colonnes)
        rangees = [tuple(rangee) for rangee in self._connexion.execute(requete)]
        lues = [dict(zip(source.colonnes, rangee, strict=False)) for rangee in rangees]
        ribs = self._ribs(lues, dossier) if source.avec_ribs and dossier is not None else {}
        return [
            self._objet(lue, rangee[len(source.colonnes) :], ribs.get(lue.get("code", ""), []))
            for lue, rangee in zip(lues, rangees, strict=True)
        ]

    def _uuids(self, filtre: Expression | None) -> dict[str, sa.ColumnElement[Any]]:
        """For each uuid that the filter compares and no column holds, an expression that gives it on the rows which have it.

        The keys of the resource are read once and their uuids computed: the only way back from a uuid to a key.
        """
        expressions: dict[str, sa.ColumnElement[Any]] = {}
        for nom, identite in self._source.uuids.items():
            voulus = {c.valeur for c in _comparaisons(filtre) if c.champ == nom}
            if voulus:
                expressions[nom] = self._reconnaitre(identite, voulus - {None})
        return expressions

    def _reconnaitre(self, identite: Identite, voulus: set[Any]) -> sa.ColumnElement[Any]:
        cas: list[tuple[sa.ColumnElement[bool], Any]] = []
        if identite.absent is not None:
            cas.append((identite.absent, sa.null()))
        if voulus:
            requete = sa.select(*identite.cle).select_from(self._source.table).where(*self._conditions).distinct()
            if identite.absent is not None:
                requete = requete.where(sa.not_(identite.absent))
            for cle in self._connexion.execution_options(yield_per=10_000).execute(requete):
                uuid = self._uuid(identite, tuple(cle))
                if uuid in voulus:
                    egales = (c.is_(None) if v is None else c == v for c, v in zip(identite.cle, cle, strict=True))
                    cas.append((sa.and_(*egales), sa.literal(uuid, sa.Text())))
        aucun = sa.literal(AUCUN_UUID, sa.Text())
        return sa.case(*cas, else_=aucun) if cas else aucun

    def _uuid(self, identite: Identite, cle: tuple[Any, ...]) -> str:
        code_ibs = "" if identite.genre == "dossier" else self._code_ibs
        return object_id(self._domain, code_ibs, identite.genre, *cle)

    def _objet(self, lue: Mapping[str, Any], cles: tuple[Any, ...], ribs: list[dict[str, Any]]) -> dict[str, Any]:
        derives: dict[str, Any] = {"rib": ribs} if self._source.avec_ribs else {}
        for nom, identite in self._source.uuids.items():
            cle, cles = cles[: len(identite.cle)], cles[len(identite.cle) :]
            est_nul = identite.absent is not None and cle[-1] is None
            derives[nom] = None if est_nul else self._uuid(identite, cle)
        valeurs = {**lue, **derives, "revisionId": revision_id(lue, derives)}
        return {c.champ.nom: _rendre(c.champ.type, valeurs[c.champ.nom]) for c in self._ressource.champs}

    def _ribs(self, lues: Sequence[Mapping[str, Any]], dossier: Dossier) -> dict[str, list[dict[str, Any]]]:
        requete = (
            sa.select(RIBS)
            .where(RIBS.c.dossier == dossier.dossier, RIBS.c.tiers.in_([lue["code"] for lue in lues]))
            .order_by(RIBS.c.tiers, RIBS.c.est_principal.desc(), RIBS.c.numero)
        )
        par_tiers: dict[str, list[dict[str, Any]]] = {}
        for rib in self._connexion.execute(requete).mappings():
            par_tiers.setdefault(rib["tiers"], []).append(
                {
                    "principal": bool(rib["est_principal"]),
                    **{nom: rib[nom] for nom in ("iban", "bic", "banque", "guichet", "compte", "cle", "domiciliation")},
                }
            )
        return par_tiers


def _comparaisons(filtre: Expression | None) -> Iterator[Comparaison]:
    if isinstance(filtre, Comparaison):
        yield filtre
    elif filtre is not None:
        for terme in filtre.termes:
            yield from _comparaisons(terme)


def _rendre(genre: TypeChamp, valeur: Any) -> Any:
    """The stored value as an answer shows it."""
    if valeur is None or isinstance(valeur, list):
        return valeur
    match genre:
        case TypeChamp.MONTANT:
            return en_euros(valeur)
        case TypeChamp.BOOLEEN:
            return bool(valeur)
        case TypeChamp.DATE:
            assert isinstance(valeur, date)
            return valeur.isoformat()
        case TypeChamp.INSTANT:
            return instant(valeur).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return valeur
