"""Taking back exactly what one receipt posted: lines, roll-ups, attachments, and what it created that nothing else uses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.errors import AnnulationRefusee
from ecritures.ledger.annulation import EXERCICES as SCHEMA_EXERCICES
from ecritures.ledger.annulation import GROUPE, Apercu, EtatPose, as_posted, blocages, soldes_a_retirer
from ecritures.ledger.posting import LIGNES_POSTEES, empreinte_lignes, totaux_par_journal
from ecritures.ledger.recu import Recu
from ecritures.storage import chaine, rapports
from ecritures.storage.bases import Base
from ecritures.storage.load import load
from ecritures.storage.tables import (
    AXES,
    COMPTES,
    CREATIONS,
    DEVISES,
    ETABLISSEMENTS,
    EXERCICES,
    JOURNAUX,
    LIGNES,
    MODES_PAIEMENT,
    PIECES_JOINTES,
    RECUS,
    RIBS,
    SECTIONS,
    SOLDES,
    TIERS,
    VENTILATIONS,
)

Emplois = Sequence[tuple[sa.Column[Any], ...]]

CREES: Sequence[tuple[sa.Table, Emplois]] = (
    (RIBS, ()),
    (SECTIONS, ((VENTILATIONS.c.axe, VENTILATIONS.c.section),)),
    (AXES, ((VENTILATIONS.c.axe,), (SECTIONS.c.axe,))),
    (TIERS, ((LIGNES.c.tiers,), (RIBS.c.tiers,))),
    (COMPTES, ((LIGNES.c.compte,), (TIERS.c.collectif,))),
    (JOURNAUX, ((LIGNES.c.journal,),)),
    (ETABLISSEMENTS, ((LIGNES.c.etablissement,),)),
    (MODES_PAIEMENT, ((LIGNES.c.mode_paiement,),)),
    (DEVISES, ((LIGNES.c.devise,), (RIBS.c.devise,))),
    (EXERCICES, ((LIGNES.c.exercice,),)),
)
"""What an import creates, and the columns that use it: those that use others come first, so that both leave together."""


class _ABlanc(Exception):
    """Carries a preview out of its transaction, which is rolled back."""

    def __init__(self, apercu: Apercu) -> None:
        self.apercu = apercu


def note_creations(connexion: sa.Connection, dossier: int, rang: int, table: sa.Table, nouveaux: pl.DataFrame) -> None:
    """Remembers which rows the receipt of that rank created in ``table``."""
    cle = [c.name for c in table.primary_key.columns if c.name != "dossier"]
    valeurs = [json.dumps(list(v), ensure_ascii=False) for v in nouveaux.select(cle).iter_rows()]
    cadre = pl.DataFrame({"cle": valeurs}, schema={"cle": pl.String}).select(
        pl.lit(dossier, pl.Int64).alias("dossier"),
        pl.lit(rang, pl.Int64).alias("import_rang"),
        pl.lit(table.name).alias("objet"),
        "cle",
    )
    load(connexion, CREATIONS, cadre)


def preview(base: Base, dossier: int, import_id: str) -> Apercu | None:
    """What a cancel would do: the real one, rolled back. None: that import is not in the books (never was, or no more)."""
    try:
        with base.ecriture() as connexion:
            chaine.lock(connexion, dossier)
            recu = chaine.find_recu(connexion, dossier, import_id)
            if recu is None or chaine.find_recu(connexion, dossier, import_id, *chaine.RETIRANTES) is not None:
                return None
            etat = read_state(connexion, dossier, recu)
            raise _ABlanc(take_back(connexion, dossier, recu.rang, etat))
    except _ABlanc as a_blanc:
        return a_blanc.apercu


def cancel(base: Base, dossier: int, import_id: str, faits: Mapping[str, Any]) -> tuple[Recu, bool]:
    """``(receipt of the cancel, True)``; False when an earlier one had done it, whose receipt is given.

    Raises AnnulationRefusee with every reason; then nothing was touched.
    """
    with base.ecriture() as connexion:
        chaine.lock(connexion, dossier)
        fait = chaine.find_recu(connexion, dossier, import_id, "annulation")
        if fait is not None:
            return fait, False
        recu = chaine.find_recu(connexion, dossier, import_id, "import")
        if recu is None:
            raise AnnulationRefusee(import_id, ["il n'est pas dans les livres."])
        etat = read_state(connexion, dossier, recu)
        if raisons := blocages(etat):
            raise AnnulationRefusee(import_id, [b.motif for b in raisons])
        retire = take_back(connexion, dossier, recu.rang, etat)
        return chaine.append(connexion, dossier, "annulation", {**faits, **stated(recu, etat, retire)}, import_id), True


def stated(recu: Recu, etat: EtatPose, retire: Apercu) -> dict[str, Any]:
    """What the receipt of a cancel says of what was removed."""
    return {
        "annule": recu.rang,
        "recu_annule": recu.empreinte,
        "lignes": retire.lignes,
        "ecritures": retire.ecritures,
        "debit_centimes": retire.debit_centimes,
        "credit_centimes": retire.credit_centimes,
        "empreinte_lignes": empreinte_lignes(etat.lignes),
        "ventilations": retire.ventilations,
        "journaux": retire.journaux.to_dicts(),
        "repris": {nom: list(codes) for nom, codes in retire.repris.items()},
        "gardes": {nom: list(codes) for nom, codes in retire.gardes.items()},
    }


def read_state(connexion: sa.Connection, dossier: int, recu: Recu) -> EtatPose:
    """What the books hold now of that receipt, and what could forbid taking it back."""
    lignes = _frame(
        connexion,
        sa.select(*(LIGNES.c[nom] for nom in LIGNES_POSTEES)).where(
            LIGNES.c.dossier == dossier, LIGNES.c.import_rang == recu.rang
        ),
        LIGNES_POSTEES,
    ).sort("numero_ligne", "rang")
    exercices = sa.select(EXERCICES.c.code, EXERCICES.c.est_clos, EXERCICES.c.valide_jusqu_a).where(
        EXERCICES.c.dossier == dossier
    )
    ailleurs = (
        sa.select(*(LIGNES.c[nom] for nom in GROUPE))
        .where(LIGNES.c.dossier == dossier, LIGNES.c.import_rang != recu.rang, LIGNES.c.lettrage.is_not(None))
        .distinct()
    )
    schema_entier = {**SCHEMA_EXERCICES, "est_clos": pl.Int64}
    return EtatPose(
        lignes,
        _frame(connexion, exercices, schema_entier).cast({"est_clos": pl.Boolean}),
        _frame(connexion, ailleurs, dict.fromkeys(GROUPE, pl.String)),
        _apportes(connexion, dossier, recu.rang),
        _is_intact(connexion, dossier, recu, lignes),
    )


def take_back(connexion: sa.Connection, dossier: int, rang: int, etat: EtatPose) -> Apercu:
    """Removes what the receipt of that rank posted. Its own row stays in the chain."""
    nombres = {}
    for table in (VENTILATIONS, PIECES_JOINTES, LIGNES):
        ordre = sa.delete(table).where(table.c.dossier == dossier, table.c.import_rang == rang)
        nombres[table.name] = connexion.execute(ordre).rowcount
    assert nombres["lignes"] == etat.lignes.height, "under the lock, what was read is what is removed"
    if etat.lignes.height:
        rapports.cumule(connexion, dossier, soldes_a_retirer(etat.lignes))
    connexion.execute(sa.delete(SOLDES).where(SOLDES.c.dossier == dossier, SOLDES.c.nombre == 0))
    repris, gardes = sweep(connexion, dossier, rang)
    return Apercu(
        lignes=etat.lignes.height,
        ecritures=etat.lignes["ecriture"].n_unique(),
        debit_centimes=int(etat.lignes["debit_centimes"].sum()),
        credit_centimes=int(etat.lignes["credit_centimes"].sum()),
        journaux=totaux_par_journal(etat.lignes),
        ventilations=nombres["ventilations"],
        pieces_jointes=nombres["pieces_jointes"],
        repris=repris,
        gardes=gardes,
        blocages=blocages(etat),
    )


def sweep(connexion: sa.Connection, dossier: int, rang: int) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Deletes what that receipt created and nothing uses, and what receipts taken back earlier had to leave because others
    used it then. ``(deleted, kept)``, by table."""
    pose, retrait = RECUS.alias(), RECUS.alias()
    retires = (
        sa.select(pose.c.rang)
        .join(
            retrait,
            sa.and_(
                retrait.c.dossier == pose.c.dossier,
                retrait.c.import_id == pose.c.import_id,
                retrait.c.sorte.in_(chaine.RETIRANTES),
            ),
        )
        .where(pose.c.dossier == dossier, pose.c.sorte.in_(chaine.POSANTES))
    )
    rangs = sa.or_(CREATIONS.c.import_rang == rang, CREATIONS.c.import_rang.in_(retires))
    repris: dict[str, list[str]] = {}
    gardes: dict[str, list[str]] = {}
    for table, emplois in CREES:
        ici = sa.and_(CREATIONS.c.dossier == dossier, CREATIONS.c.objet == table.name, rangs)
        crees = [tuple(r) for r in connexion.execute(sa.select(CREATIONS.c.import_rang, CREATIONS.c.cle).where(ici))]
        candidats = {cle for _, cle in crees}
        if not candidats:
            continue
        restent = candidats & _used(connexion, dossier, emplois)
        partent = sorted(candidats - restent)
        _delete(connexion, dossier, table, partent)
        _forget(connexion, dossier, table.name, [(de, cle) for de, cle in crees if cle not in restent])
        for liste, cles in ((repris, partent), (gardes, sorted(restent))):
            if cles:
                liste[table.name] = [" ".join(map(str, json.loads(cle))) for cle in cles]
    return repris, gardes


def _forget(connexion: sa.Connection, dossier: int, objet: str, crees: Sequence[tuple[int, str]]) -> None:
    """One row at a time, by its key: a list of them would pass what a statement may hold."""
    ordre = sa.delete(CREATIONS).where(
        CREATIONS.c.dossier == dossier,
        CREATIONS.c.import_rang == sa.bindparam("de"),
        CREATIONS.c.objet == objet,
        CREATIONS.c.cle == sa.bindparam("cle_creee"),
    )
    if crees:
        connexion.execute(ordre, [{"de": de, "cle_creee": cle} for de, cle in crees])


def _used(connexion: sa.Connection, dossier: int, emplois: Emplois) -> set[str]:
    return {
        json.dumps(list(valeurs), ensure_ascii=False)
        for colonnes in emplois
        for valeurs in connexion.execute(sa.select(*colonnes).where(colonnes[0].table.c.dossier == dossier).distinct())
    }


def _delete(connexion: sa.Connection, dossier: int, table: sa.Table, cles: Iterable[str]) -> None:
    colonnes = [c for c in table.primary_key.columns if c.name != "dossier"]
    ordre = sa.delete(table).where(
        table.c.dossier == dossier, *(c == sa.bindparam(f"cle_{n}") for n, c in enumerate(colonnes))
    )
    valeurs = [{f"cle_{n}": v for n, v in enumerate(json.loads(cle))} for cle in cles]
    if valeurs:
        connexion.execute(ordre, valeurs)


def _apportes(connexion: sa.Connection, dossier: int, rang: int) -> list[str]:
    """Exercices that the receipt created and that nobody closed here since: closed, they came so."""
    crees = connexion.execute(
        sa.select(CREATIONS.c.cle).where(
            CREATIONS.c.dossier == dossier, CREATIONS.c.import_rang == rang, CREATIONS.c.objet == EXERCICES.name
        )
    ).scalars()
    contenus = connexion.execute(
        sa.select(RECUS.c.contenu).where(RECUS.c.dossier == dossier, RECUS.c.sorte == "cloture")
    ).scalars()
    clos_ici = {json.loads(contenu)["exercice"] for contenu in contenus}
    return [code for cle in crees for code in json.loads(cle) if code not in clos_ici]


def _is_intact(connexion: sa.Connection, dossier: int, recu: Recu, lignes: pl.DataFrame) -> bool:
    attendue = recu.contenu.get("empreinte_lignes")
    if attendue is None or empreinte_lignes(lignes) == attendue:
        return True
    requete = (
        sa.select(RECUS)
        .where(RECUS.c.dossier == dossier, RECUS.c.sorte.in_(("lettrage", "delettrage")))
        .order_by(RECUS.c.rang)
    )
    recus = [chaine.as_recu(r) for r in connexion.execute(requete).mappings()]
    return bool(empreinte_lignes(as_posted(lignes, recu.rang, recus)) == attendue)


def _frame(connexion: sa.Connection, requete: sa.Select[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=schema, orient="row")
