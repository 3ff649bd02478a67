"""The books (imports.ports.Livres): one transaction a posting, receipts chained in it.

SQLite: one file a dossier below ``livres/``. PostgreSQL: the tables of the one database. Same statements on both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.constat import CONSTATS as SCHEMA_CONSTATS
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.errors import ExerciceExistant, ExerciceInvalide
from ecritures.domain.lot import Lot
from ecritures.imports.ports import Dossier, Exercice, PieceJointe
from ecritures.ledger.annulation import Apercu
from ecritures.ledger.lettrage import CleLigne
from ecritures.ledger.posting import LIGNES_POSTEES, Plan
from ecritures.ledger.recu import Recu
from ecritures.storage import annulation, chaine, cloture, constats, doublons, lettrage, pieces, rapports
from ecritures.storage.bases import Base
from ecritures.storage.extraction import extract
from ecritures.storage.fichiers_livres import FichiersLivres
from ecritures.storage.load import load
from ecritures.storage.schema import creer_livres
from ecritures.storage.tables import (
    BOOKS,
    COMPTES,
    CONSTATS,
    ETABLISSEMENTS,
    EXERCICES,
    JOURNAUX,
    LIGNES,
    RECUS,
    REFERENCES,
    TIERS,
    VENTILATIONS,
)


class LivresSql:
    """``base`` is the catalogue's database: on PostgreSQL the books live in it; on SQLite each dossier has its file."""

    def __init__(self, base: Base, dossier_fichiers: Path) -> None:
        self._commune = None if base.est_sqlite else base
        self._fichiers = FichiersLivres(dossier_fichiers, creer_livres)
        if self._commune is not None:
            creer_livres(self._commune)

    def base(self, dossier: int) -> Base:
        """The database that holds the books of that dossier."""
        return self._commune or self._fichiers.base(dossier)

    def fermer(self) -> None:
        self._fichiers.fermer()

    # -- reference data of a dossier

    def creer_exercice(self, dossier: int, exercice: Exercice) -> None:
        if exercice.fin < exercice.debut:
            raise ExerciceInvalide(f"L'exercice {exercice.code} finit avant de commencer : corriger ses dates.")
        if not exercice.code.strip() or len(exercice.code) > 20:
            raise ExerciceInvalide("Le code de l'exercice doit avoir de 1 à 20 caractères.")
        with self.base(dossier).ecriture() as connexion:
            chaine.lock(connexion, dossier)
            for autre in _exercices(connexion, dossier):
                if autre.code == exercice.code or (exercice.debut <= autre.fin and autre.debut <= exercice.fin):
                    raise ExerciceExistant(exercice.code, autre.code)
            connexion.execute(
                sa.insert(EXERCICES).values(
                    dossier=dossier,
                    code=exercice.code,
                    debut=exercice.debut,
                    fin=exercice.fin,
                    est_clos=int(exercice.est_clos),
                    libelle=exercice.libelle,
                )
            )

    def exercices(self, dossier: int) -> Sequence[Exercice]:
        with self.base(dossier).lecture() as connexion:
            return _exercices(connexion, dossier)

    def creer_etablissement(self, dossier: int, code: str, siret: str, libelle: str = "") -> None:
        with self.base(dossier).ecriture() as connexion:
            connexion.execute(
                sa.insert(ETABLISSEMENTS).values(dossier=dossier, code=code, siret=siret, libelle=libelle or code)
            )

    def connait_siret(self, dossier: int, siret: str) -> bool:
        requete = sa.select(ETABLISSEMENTS.c.code).where(
            ETABLISSEMENTS.c.dossier == dossier, ETABLISSEMENTS.c.siret == siret
        )
        with self.base(dossier).lecture() as connexion:
            return connexion.execute(requete).first() is not None

    def contexte(self, dossier: Dossier) -> Contexte:
        with self.base(dossier.dossier).lecture() as connexion:
            exercices = _exercices(connexion, dossier.dossier)
            journaux = _cadre(connexion, JOURNAUX, dossier.dossier, "code", "nature", "est_ferme")
            comptes = _cadre(connexion, COMPTES, dossier.dossier, "numero", "nature", "est_ferme")
            tiers = _cadre(connexion, TIERS, dossier.dossier, "code", "collectif", "est_ferme")
            clotures = rapports.clotures(connexion, dossier.dossier)
            references = {
                nom: _cadre(connexion, table, dossier.dossier, *_cle(table)) for nom, table in REFERENCES.items()
            }
        return Contexte(
            exercices=pl.DataFrame(
                [(e.code, e.debut, e.fin, e.est_clos) for e in exercices], schema=EXERCICES_DOSSIER, orient="row"
            ),
            journaux=journaux,
            comptes=comptes,
            tiers=tiers,
            clotures=clotures,
            references=references,
            creations=dossier.creations,
        )

    def journaux(self, dossier: int) -> pl.DataFrame:
        with self.base(dossier).lecture() as connexion:
            return _cadre(connexion, JOURNAUX, dossier, "code", "libelle", "nature", "est_ferme")

    def comptes(self, dossier: int) -> pl.DataFrame:
        with self.base(dossier).lecture() as connexion:
            return _cadre(connexion, COMPTES, dossier, "numero", "libelle", "nature", "est_ferme")

    def tiers(self, dossier: int) -> pl.DataFrame:
        with self.base(dossier).lecture() as connexion:
            return _cadre(connexion, TIERS, dossier, "code", "libelle", "nature", "collectif", "est_ferme")

    def reference(self, dossier: int, nom: str) -> pl.DataFrame:
        table = REFERENCES[nom]
        with self.base(dossier).lecture() as connexion:
            return _cadre(connexion, table, dossier, *(c.name for c in table.columns if c.name != "dossier"))

    # -- posting

    def poster(self, dossier: int, import_id: str, plan: Plan, faits: Callable[[], Mapping[str, Any]]) -> Recu:
        with self.base(dossier).ecriture() as connexion:
            chaine.lock(connexion, dossier)
            fait = chaine.find_recu(connexion, dossier, import_id)
            if fait is not None:
                return fait  # an earlier attempt committed; only its answer was lost
            cloture.refuse_fermes(connexion, dossier, plan)
            dernier = chaine.last_recu(connexion, dossier)
            rang = dernier.rang + 1 if dernier else 1
            cle = [pl.lit(dossier, pl.Int64).alias("dossier"), pl.lit(rang, pl.Int64).alias("import_rang")]
            _cree_exercices(connexion, dossier, plan.exercices)
            load(connexion, LIGNES, plan.lignes.select(*cle, pl.all()))
            load(
                connexion,
                VENTILATIONS,
                plan.ventilations.select(*cle, pl.all()).with_columns(pl.col("axe").fill_null("")),
            )
            pieces.ajoute(connexion, dossier, rang, plan.pieces_jointes)
            rapports.cumule(connexion, dossier, plan.soldes)
            apports = [(JOURNAUX, plan.journaux), (COMPTES, plan.comptes), (TIERS, plan.tiers)]
            apports += [(REFERENCES[nom], cadre) for nom, cadre in plan.references.items()]
            annulation.note_creations(connexion, dossier, rang, EXERCICES, plan.exercices)
            for table, cadre in apports:
                nouveaux = _manquants(connexion, table, dossier, cadre)
                load(connexion, table, nouveaux)
                annulation.note_creations(connexion, dossier, rang, table, nouveaux)
            recu = chaine.append(connexion, dossier, "import", faits(), import_id)
            assert recu.rang == rang, "lines bear the rank of their receipt"
            return recu

    def pieces_jointes(self, dossier: int, import_id: str) -> Sequence[PieceJointe]:
        with self.base(dossier).lecture() as connexion:
            return pieces.lire(connexion, dossier, import_id)

    def noter_piece(self, dossier: int, import_id: str, piece: PieceJointe) -> None:
        with self.base(dossier).ecriture() as connexion:
            pieces.note(connexion, dossier, import_id, piece)

    def recu(self, dossier: int, import_id: str) -> Recu | None:
        with self.base(dossier).lecture() as connexion:
            return chaine.find_recu(connexion, dossier, import_id)

    def recus(self, dossier: int) -> Iterator[Recu]:
        with self.base(dossier).lecture() as connexion:
            requete = sa.select(RECUS).where(RECUS.c.dossier == dossier).order_by(RECUS.c.rang)
            yield from [chaine.as_recu(ligne) for ligne in connexion.execute(requete).mappings()]

    def lignes_import(self, dossier: int, import_id: str) -> pl.DataFrame:
        colonnes = [LIGNES.c[nom] for nom in LIGNES_POSTEES]
        with self.base(dossier).lecture() as connexion:
            rang = (
                sa.select(RECUS.c.rang)
                .where(
                    RECUS.c.dossier == dossier,
                    RECUS.c.import_id == import_id,
                    RECUS.c.sorte.in_(chaine.POSANTES),
                )
                .scalar_subquery()
            )
            requete = (
                sa.select(*colonnes)
                .where(LIGNES.c.dossier == dossier, LIGNES.c.import_rang == rang)
                .order_by(LIGNES.c.ecriture, LIGNES.c.numero_ligne, LIGNES.c.rang)
            )
            lignes = connexion.execute(requete).all()
        return pl.DataFrame([tuple(ligne) for ligne in lignes], schema=LIGNES_POSTEES, orient="row").sort(
            "numero_ligne", "rang"
        )

    def lot(self, dossier: int, exercice: str | None = None) -> Lot:
        return extract(self.base(dossier), dossier, exercice)

    # -- cancel, lettrage, closing: each one transaction under the dossier's lock

    def apercu_annulation(self, dossier: int, import_id: str) -> Apercu | None:
        return annulation.preview(self.base(dossier), dossier, import_id)

    def annuler(self, dossier: int, import_id: str, faits: Mapping[str, Any]) -> tuple[Recu, bool]:
        return annulation.cancel(self.base(dossier), dossier, import_id, faits)

    def lignes_ouvertes(
        self, dossier: int, compte: str, tiers: str | None = None, *, apres: str | None = None, limite: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        with self.base(dossier).lecture() as connexion:
            return rapports.lignes_ouvertes(connexion, dossier, compte, tiers, apres, limite)

    def lettrer(
        self, dossier: int, cles: Sequence[CleLigne], code: str | None, partiel: bool, faits: Mapping[str, Any]
    ) -> Recu:
        with self.base(dossier).ecriture() as connexion:
            return lettrage.letter(connexion, dossier, cles, code, partiel, faits)

    def delettrer(
        self, dossier: int, compte: str, tiers: str | None, code: str, exercice: str | None, faits: Mapping[str, Any]
    ) -> Recu:
        with self.base(dossier).ecriture() as connexion:
            return lettrage.unletter(connexion, dossier, compte, tiers, code, exercice, faits)

    def clore(self, dossier: int, code: str, faits: Mapping[str, Any]) -> Recu:
        with self.base(dossier).ecriture() as connexion:
            return cloture.close(connexion, dossier, code, faits)

    def rouvrir(self, dossier: int, code: str, faits: Mapping[str, Any]) -> Recu:
        with self.base(dossier).ecriture() as connexion:
            return cloture.reopen(connexion, dossier, code, faits)

    def valider(self, dossier: int, code: str, jusqu_a: date, faits: Mapping[str, Any]) -> Recu:
        with self.base(dossier).ecriture() as connexion:
            return cloture.validate(connexion, dossier, code, jusqu_a, faits)

    # -- findings

    def garder_constats(self, dossier: int, import_id: str, constats: pl.DataFrame) -> None:
        numerotes = constats.select(
            pl.lit(dossier, pl.Int64).alias("dossier"),
            pl.lit(import_id).alias("import_id"),
            pl.int_range(1, pl.len() + 1).alias("rang"),
            *(
                pl.col(nom).str.replace_all("\x00", "\ufffd", literal=True) if genre == pl.String else pl.col(nom)
                for nom, genre in SCHEMA_CONSTATS.items()
            ),
        )
        with self.base(dossier).ecriture() as connexion:
            connexion.execute(
                sa.delete(CONSTATS).where(CONSTATS.c.dossier == dossier, CONSTATS.c.import_id == import_id)
            )
            load(connexion, CONSTATS, numerotes)

    def constats(
        self,
        dossier: int,
        import_id: str,
        *,
        apres: int = 0,
        avant: int | None = None,
        limite: int = 100,
        code: str | None = None,
        severite: str | None = None,
        lignes: tuple[int, int] | None = None,
    ) -> pl.DataFrame:
        choix = {"apres": apres, "avant": avant, "code": code, "severite": severite, "lignes": lignes}
        with self.base(dossier).lecture() as connexion:
            return constats.page(connexion, dossier, import_id, limite=limite, **choix)  # type: ignore[arg-type]

    # -- reports and proof

    def balance(
        self, dossier: int, *, exercice: str | None = None, debut: date | None = None, fin: date | None = None
    ) -> pl.DataFrame:
        with self.base(dossier).lecture() as connexion:
            return rapports.balance(connexion, dossier, exercice, debut, fin)

    def journal(
        self,
        dossier: int,
        code: str,
        *,
        debut: date | None = None,
        fin: date | None = None,
        apres: str | None = None,
        limite: int = 100,
    ) -> tuple[pl.DataFrame, str | None]:
        with self.base(dossier).lecture() as connexion:
            return rapports.journal(connexion, dossier, code, debut, fin, apres, limite)

    def grand_livre(
        self,
        dossier: int,
        compte: str,
        *,
        debut: date | None = None,
        fin: date | None = None,
        apres: str | None = None,
        limite: int = 100,
    ) -> tuple[pl.DataFrame, str | None]:
        with self.base(dossier).lecture() as connexion:
            return rapports.grand_livre(connexion, dossier, compte, debut, fin, apres, limite)

    def resumes_ecritures(
        self, dossier: int, journaux: Sequence[str], debut: date, fin: date, *, sauf: str
    ) -> pl.DataFrame:
        with self.base(dossier).lecture() as connexion:
            return doublons.summaries(connexion, dossier, journaux, debut, fin, sauf)

    def lignes_des_ecritures(self, dossier: int, ecritures: pl.DataFrame) -> pl.DataFrame:
        with self.base(dossier).lecture() as connexion:
            return doublons.entry_lines(connexion, dossier, ecritures)

    def soldes_exacts(self, dossier: int) -> bool:
        with self.base(dossier).lecture() as connexion:
            return rapports.cumul_des_lignes(connexion, dossier) == rapports.cumul_tenu(connexion, dossier)

    def empreinte(self, dossier: int) -> str:
        somme = hashlib.sha256()
        with self.base(dossier).lecture() as connexion:
            for table in BOOKS:
                somme.update(f"\x1e{table.name}".encode())
                cle = list(table.primary_key.columns)
                requete = sa.select(table).where(table.c.dossier == dossier).order_by(*cle)
                for ligne in connexion.execution_options(yield_per=10_000).execute(requete):
                    somme.update(repr(tuple(ligne)).encode())
        return somme.hexdigest()


def _exercices(connexion: sa.Connection, dossier: int) -> list[Exercice]:
    requete = sa.select(EXERCICES).where(EXERCICES.c.dossier == dossier).order_by(EXERCICES.c.debut)
    return [
        Exercice(e.code, e.debut, e.fin, bool(e.est_clos), e.libelle, e.valide_jusqu_a)
        for e in connexion.execute(requete)
    ]


_BOOLEENS = ("est_ferme", "est_principal")


def _cadre(connexion: sa.Connection, table: sa.Table, dossier: int, *colonnes: str) -> pl.DataFrame:
    cles = [table.c[nom] for nom in _cle(table) if nom in colonnes]
    requete = sa.select(*(table.c[nom] for nom in colonnes)).where(table.c.dossier == dossier).order_by(*cles)
    schema = {nom: pl.Int64 if isinstance(table.c[nom].type, sa.Integer) else pl.String for nom in colonnes}
    lignes = [tuple(ligne) for ligne in connexion.execute(requete)]
    return pl.DataFrame(lignes, schema=schema, orient="row").with_columns(
        pl.col(nom).cast(pl.Boolean) for nom in colonnes if nom in _BOOLEENS
    )


def _cle(table: sa.Table) -> list[str]:
    """Columns of the primary key after the dossier."""
    return [colonne.name for colonne in table.primary_key.columns if colonne.name != "dossier"]


def _manquants(connexion: sa.Connection, table: sa.Table, dossier: int, cadre: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``cadre`` whose key the dossier lacks now (another posting may have created some since the check)."""
    if cadre.is_empty():
        return cadre
    cle = _cle(table)
    return cadre.join(_cadre(connexion, table, dossier, *cle), on=cle, how="anti").select(
        pl.lit(dossier, pl.Int64).alias("dossier"),
        *(pl.col(nom).cast(pl.Int64) if genre == pl.Boolean else pl.col(nom) for nom, genre in cadre.schema.items()),
    )


def _cree_exercices(connexion: sa.Connection, dossier: int, exercices: pl.DataFrame) -> None:
    """Creates the exercices that a folder brings. Raises ExerciceExistant when one came in between that overlaps."""
    if exercices.is_empty():
        return
    connus = _exercices(connexion, dossier)
    for code, debut, fin in exercices.select("code", "debut", "fin").iter_rows():
        for autre in connus:
            if autre.code == code or (debut <= autre.fin and autre.debut <= fin):
                raise ExerciceExistant(code, autre.code)
    colonnes = ("code", "debut", "fin", "est_clos", "libelle")
    load(
        connexion,
        EXERCICES,
        exercices.select(pl.lit(dossier, pl.Int64).alias("dossier"), *colonnes).cast({"est_clos": pl.Int64}),
    )
