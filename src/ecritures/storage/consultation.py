"""The reads of the screens (imports.consultation.Consultation): roll-ups, keyset pages, searches in bounded windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from ecritures.imports.consultation import Criteres, EcritureLue, Trouvees
from ecritures.imports.ports import Demande
from ecritures.imports.state import State
from ecritures.storage import consultation_lignes, pieces
from ecritures.storage.bases import Base
from ecritures.storage.demandes import as_demande
from ecritures.storage.livres import LivresSql
from ecritures.storage.rapports import NORMALES
from ecritures.storage.tables import IMPORTS, LIGNES, RECUS, SOLDES, VENTILATIONS
from ecritures.storage.temps import en_ms, instant

PARIS = ZoneInfo("Europe/Paris")
_MOIS = {"mois": pl.Int64, "debit_centimes": pl.Int64, "credit_centimes": pl.Int64, "nombre": pl.Int64}
VENTILATIONS_MAX = 2_000
"""Analytic shares shown with the lines of one page of an entry."""


class ConsultationSql:
    """``base``: the catalogue; ``livres`` gives the base of a dossier's books."""

    def __init__(self, base: Base, livres: LivresSql) -> None:
        self._base = base
        self._livres = livres

    # -- roll-ups

    def exercices_mouvementes(self, dossier: int) -> Mapping[str, int]:
        requete = (
            sa.select(SOLDES.c.exercice, sa.cast(sa.func.sum(SOLDES.c.nombre), sa.BigInteger))
            .where(SOLDES.c.dossier == dossier)
            .group_by(SOLDES.c.exercice)
        )
        with self._livres.base(dossier).lecture() as connexion:
            return {str(code): int(nombre) for code, nombre in connexion.execute(requete) if nombre}

    def mois_par_journal(self, dossier: int, exercice: str) -> pl.DataFrame:
        return self._par_mois(dossier, exercice, "journal", SOLDES.c.journal)

    def mois_par_classe(self, dossier: int, exercice: str) -> pl.DataFrame:
        return self._par_mois(dossier, exercice, "classe", sa.func.substr(SOLDES.c.compte, 1, 1))

    def _par_mois(self, dossier: int, exercice: str, nom: str, cle: sa.ColumnElement[Any]) -> pl.DataFrame:
        sommes = [
            sa.cast(sa.func.sum(SOLDES.c[c]), sa.BigInteger) for c in ("debit_centimes", "credit_centimes", "nombre")
        ]
        requete = (
            sa.select(cle, SOLDES.c.mois, *sommes)
            .where(SOLDES.c.dossier == dossier, SOLDES.c.exercice == exercice, SOLDES.c.type_ecriture.in_(NORMALES))
            .group_by(cle, SOLDES.c.mois)
        )
        with self._livres.base(dossier).lecture() as connexion:
            rangees = [tuple(r) for r in connexion.execute(requete)]
        cadre = pl.DataFrame(rangees, schema={nom: pl.String, **_MOIS}, orient="row")
        return cadre.filter(pl.col("nombre") != 0).sort(nom, "mois")

    def totaux_compte(
        self, dossier: int, compte: str, *, exercice: str, debut: date, fin: date
    ) -> tuple[int, int, int, int]:
        lendemain = fin + timedelta(days=1)
        with self._livres.base(dossier).lecture() as connexion:
            avant = consultation_lignes.cumulated(connexion, dossier, compte, exercice, debut)
            apres = consultation_lignes.cumulated(connexion, dossier, compte, exercice, lendemain)
        debit, credit, nombre = (b - a for a, b in zip(avant, apres, strict=True))
        return avant[0] - avant[1], debit, credit, nombre

    # -- lines

    def ecriture(
        self, dossier: int, recu: int, ecriture: int, *, apres: str | None = None, limite: int = 500
    ) -> EcritureLue | None:
        celle_ci = (LIGNES.c.dossier == dossier, LIGNES.c.import_rang == recu, LIGNES.c.ecriture == ecriture)
        sommes = sa.select(
            sa.func.count(),
            sa.cast(sa.func.sum(LIGNES.c.debit_centimes), sa.BigInteger),
            sa.cast(sa.func.sum(LIGNES.c.credit_centimes), sa.BigInteger),
        ).where(*celle_ci)
        with self._livres.base(dossier).lecture() as connexion:
            nombre, debit, credit = connexion.execute(sommes).one()
            if not nombre:
                return None
            origine = connexion.execute(
                sa.select(RECUS.c.sorte, RECUS.c.import_id).where(RECUS.c.dossier == dossier, RECUS.c.rang == recu)
            ).one()
            lignes, suite = consultation_lignes.entry_page(connexion, celle_ci, apres, limite)
            import_id = str(origine.import_id) if origine.sorte == "import" else None
            numeros = set(lignes["numero_ligne"])
            attachees = pieces.lire(connexion, dossier, import_id) if import_id else ()
            return EcritureLue(
                recu,
                ecriture,
                str(origine.sorte),
                import_id,
                lignes,
                int(nombre),
                int(debit),
                int(credit),
                _ventilations(connexion, dossier, recu, lignes),
                [p for p in attachees if p.numero_ligne in numeros],
                _voisine(connexion, dossier, recu, LIGNES.c.ecriture < ecriture, LIGNES.c.ecriture.desc()),
                _voisine(connexion, dossier, recu, LIGNES.c.ecriture > ecriture, LIGNES.c.ecriture.asc()),
                suite,
            )

    def rechercher(self, dossier: int, criteres: Criteres, *, apres: str | None = None, limite: int = 50) -> Trouvees:
        with self._livres.base(dossier).lecture() as connexion:
            return consultation_lignes.search(connexion, dossier, criteres, apres, limite)

    # -- imports of the catalogue

    def imports_par_mois(self, domain: str, dossier: int, depuis: datetime) -> pl.DataFrame:
        annule = IMPORTS.c.annulation_ms.is_not(None)
        requete = sa.select(IMPORTS.c.creation_ms, IMPORTS.c.state, sa.case((annule, 1), else_=0)).where(
            IMPORTS.c.domain == domain, IMPORTS.c.dossier == dossier, IMPORTS.c.creation_ms >= en_ms(depuis)
        )
        comptes: dict[str, list[int]] = {}
        with self._base.lecture() as connexion:
            for creation_ms, etat, est_annule in connexion.execution_options(yield_per=10_000).execute(requete):
                mois = comptes.setdefault(f"{instant(creation_ms).astimezone(PARIS):%Y-%m}", [0, 0, 0])
                if est_annule:
                    mois[2] += 1
                elif etat == State.TERMINE.value:
                    mois[0] += 1
                elif etat == State.EN_ERREUR.value:
                    mois[1] += 1
        schema = {"mois": pl.String, "reussis": pl.Int64, "en_erreur": pl.Int64, "annules": pl.Int64}
        return pl.DataFrame([(mois, *n) for mois, n in sorted(comptes.items())], schema=schema, orient="row")

    def derniers_imports(self, domain: str, dossiers: Sequence[int]) -> Mapping[int, Demande]:
        rangs = (
            sa.select(sa.func.max(IMPORTS.c.rang))
            .where(IMPORTS.c.dossier.in_(list(dossiers)))
            .group_by(IMPORTS.c.dossier)
        )
        requete = sa.select(IMPORTS).where(IMPORTS.c.domain == domain, IMPORTS.c.rang.in_(rangs))
        with self._base.lecture() as connexion:
            lues = [as_demande(ligne) for ligne in connexion.execute(requete).mappings()] if dossiers else []
        return {demande.dossier: demande for demande in lues}

    def derniers_en_erreur(self, domain: str, dossier: int, limite: int = 5) -> Sequence[Demande]:
        requete = (
            sa.select(IMPORTS)
            .where(
                IMPORTS.c.domain == domain,
                IMPORTS.c.dossier == dossier,
                IMPORTS.c.state == State.EN_ERREUR.value,
            )
            .order_by(IMPORTS.c.rang.desc())
            .limit(limite)
        )
        with self._base.lecture() as connexion:
            return [as_demande(ligne) for ligne in connexion.execute(requete).mappings()]


def _ventilations(connexion: sa.Connection, dossier: int, recu: int, lignes: pl.DataFrame) -> pl.DataFrame:
    """The shares of those lines, by line then axis."""
    schema = {
        "ligne_mere": pl.Int64,
        "axe": pl.String,
        "section": pl.String,
        "debit_centimes": pl.Int64,
        "credit_centimes": pl.Int64,
    }
    bornes = (int(lignes["numero_ligne"].min() or 0), int(lignes["numero_ligne"].max() or 0))  # type: ignore[arg-type]
    requete = (
        sa.select(*(VENTILATIONS.c[nom] for nom in schema))
        .where(
            VENTILATIONS.c.dossier == dossier,
            VENTILATIONS.c.import_rang == recu,
            VENTILATIONS.c.ligne_mere.between(*bornes),
        )
        .order_by(VENTILATIONS.c.numero_ligne, VENTILATIONS.c.axe)
        .limit(VENTILATIONS_MAX)
    )
    cadre = pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=schema, orient="row")
    return cadre.filter(pl.col("ligne_mere").is_in(lignes["numero_ligne"].implode())).sort(
        "ligne_mere", "axe", maintain_order=True
    )


def _voisine(
    connexion: sa.Connection, dossier: int, recu: int, cote: sa.ColumnElement[bool], ordre: sa.ColumnElement[Any]
) -> int | None:
    requete = sa.select(LIGNES.c.ecriture).where(LIGNES.c.dossier == dossier, LIGNES.c.import_rang == recu, cote)
    trouve = connexion.execute(requete.order_by(ordre).limit(1)).scalar()
    return None if trouve is None else int(trouve)
