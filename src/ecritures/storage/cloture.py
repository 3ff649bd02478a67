"""Closing, reopening and validating an exercice in the books, each under the dossier's lock and with its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.errors import ClotureRefusee, ExerciceClos, ExerciceInconnu, PeriodeValidee
from ecritures.domain.montant import date_fr
from ecritures.imports.actes import ApercuCloture, ApercuReouverture
from ecritures.ledger.annulation import blocages as blocages_de_reprise
from ecritures.ledger.cloture import (
    JOURNAL,
    NATURE_JOURNAL,
    SOLDES_TIERS,
    ExerciceLivre,
    PlanCloture,
    plan_cloture,
    refuse_cloture,
    refuse_reouverture,
    suivant,
)
from ecritures.ledger.posting import LIGNES_POSTEES, Plan, empreinte_lignes, soldes, totaux_par_journal
from ecritures.ledger.recu import Recu
from ecritures.storage import annulation, chaine, rapports
from ecritures.storage.load import load
from ecritures.storage.tables import COMPTES, EXERCICES, JOURNAUX, LIGNES, RECUS

GENERES, SANS_SUIVANT, DEJA_LA, RIEN = "generes", "sans_exercice_suivant", "deja_presents", "rien_a_reporter"
"""What became of the à-nouveaux: written; no next exercice; the next one already has some; nothing to bring forward."""


def refuse_fermes(connexion: sa.Connection, dossier: int, plan: Plan) -> None:
    """Raises ExerciceClos or PeriodeValidee for a posting into what was closed or validated, perhaps since its check.

    Exercices that the plan brings are not there yet: closed, they take the entries that come with them.
    """
    premiers = dict(plan.lignes.group_by("exercice").agg(pl.min("date")).iter_rows())
    connus = [e for e in exercices(connexion, dossier) if e.code in premiers]
    apportes = set(plan.exercices["code"]) if plan.exercices.height else set()
    if clos := [e.code for e in connus if e.est_clos and e.code not in apportes]:
        raise ExerciceClos(clos)
    for e in connus:
        if e.valide_jusqu_a is not None and premiers[e.code] <= e.valide_jusqu_a:
            raise PeriodeValidee(e.code, date_fr(e.valide_jusqu_a))


def close(connexion: sa.Connection, dossier: int, code: str, faits: Mapping[str, Any]) -> Recu:
    """Closes the exercice and opens the next one with its à-nouveaux. Raises ExerciceInconnu, ClotureRefusee, PeriodeValidee."""
    chaine.lock(connexion, dossier)
    tous, _ = _found(connexion, dossier, code)
    refuse_cloture(tous, code)
    plan, sort, cible = _planned(connexion, dossier, code, tous)
    if cible is not None:
        _refuse_target(cible)
    _mark(connexion, dossier, code, est_clos=1)
    return _post(connexion, dossier, plan, {**faits, "exercice": code, "a_nouveaux": sort})


def _planned(
    connexion: sa.Connection, dossier: int, code: str, tous: list[ExerciceLivre]
) -> tuple[PlanCloture, str, ExerciceLivre | None]:
    """What closing writes, what becomes of the à-nouveaux, and the exercice that takes them (None: none does).
    Raises ClotureRefusee."""
    comptes = list(connexion.execute(sa.select(COMPTES.c.numero).where(COMPTES.c.dossier == dossier)).scalars())
    bilan, ouvert = _balances(connexion, dossier, code), suivant(tous, code)
    plan = plan_cloture(bilan, comptes, code, ouvert or ExerciceLivre("", date.max, date.max, est_clos=False))
    if ouvert is None:
        sort = SANS_SUIVANT
    elif _has_openings(connexion, dossier, ouvert.code):
        sort = DEJA_LA
    else:
        sort = RIEN if plan.lignes.is_empty() else GENERES
    if sort == GENERES:
        return plan, sort, ouvert
    return PlanCloture(plan.lignes.clear(), plan.resultat_centimes), sort, None


def _refuse_target(cible: ExerciceLivre) -> None:
    """Raises ExerciceClos or PeriodeValidee when the next exercice may no longer take à-nouveaux."""
    if cible.est_clos:
        raise ExerciceClos([cible.code])
    if cible.valide_jusqu_a is not None:
        raise PeriodeValidee(cible.code, date_fr(cible.valide_jusqu_a))


def preview_close(connexion: sa.Connection, dossier: int, code: str) -> ApercuCloture:
    """What ``close`` would do now, with every reason that forbids it; nothing is written. Raises ExerciceInconnu."""
    tous, _ = _found(connexion, dossier, code)
    blocages: list[str] = []
    plan, sort, cible = PlanCloture(pl.DataFrame(schema=LIGNES_POSTEES), 0), RIEN, None
    try:
        refuse_cloture(tous, code)
    except ClotureRefusee as refus:
        blocages.append(refus.message)
    try:
        plan, sort, cible = _planned(connexion, dossier, code, tous)
        if cible is not None:
            _refuse_target(cible)
    except (ClotureRefusee, ExerciceClos, PeriodeValidee) as refus:
        blocages.append(refus.message)
    ouvert = suivant(tous, code)
    return ApercuCloture(
        code, ouvert.code if ouvert else None, sort, plan.resultat_centimes, plan.lignes, tuple(blocages)
    )


def preview_reopen(connexion: sa.Connection, dossier: int, code: str) -> ApercuReouverture:
    """What ``reopen`` would take back now, with every reason that forbids it. Raises ExerciceInconnu."""
    tous, _ = _found(connexion, dossier, code)
    blocages: list[str] = []
    try:
        refuse_reouverture(tous, code)
    except ClotureRefusee as refus:
        blocages.append(refus.message)
    recu = _last_closing(connexion, dossier, code)
    if recu is None:
        return ApercuReouverture(code, None, 0, 0, tuple(blocages))
    blocages += [b.motif for b in blocages_de_reprise(annulation.read_state(connexion, dossier, recu))]
    faits = recu.contenu
    return ApercuReouverture(code, recu.rang, int(faits["lignes"]), int(faits["debit_centimes"]), tuple(blocages))


def reopen(connexion: sa.Connection, dossier: int, code: str, faits: Mapping[str, Any]) -> Recu:
    """Opens a closed exercice again, and takes back the à-nouveaux that its closing wrote.

    Raises ExerciceInconnu, ClotureRefusee: open already, a later one closed, à-nouveaux lettered or validated.
    """
    chaine.lock(connexion, dossier)
    tous, _ = _found(connexion, dossier, code)
    refuse_reouverture(tous, code)
    _mark(connexion, dossier, code, est_clos=0)
    faits = {**faits, "exercice": code}
    recu = _last_closing(connexion, dossier, code)
    if recu is None:  # it came closed: nothing was written for it here
        return chaine.append(connexion, dossier, "reouverture", {**faits, "lignes": 0})
    etat = annulation.read_state(connexion, dossier, recu)
    if raisons := blocages_de_reprise(etat):
        raise ClotureRefusee(
            f"Les à-nouveaux de l'exercice {code} ne peuvent pas être repris : {' '.join(b.motif for b in raisons)}"
        )
    retire = annulation.take_back(connexion, dossier, recu.rang, etat)
    faits = {**faits, **annulation.stated(recu, etat, retire)}
    return chaine.append(connexion, dossier, "reouverture", faits, recu.import_id)


def validate(connexion: sa.Connection, dossier: int, code: str, jusqu_a: date, faits: Mapping[str, Any]) -> Recu:
    """Validates the entries up to that day, for good. Raises ExerciceInconnu, ExerciceClos, ClotureRefusee."""
    chaine.lock(connexion, dossier)
    _, voulu = _found(connexion, dossier, code)
    if voulu.est_clos:
        raise ExerciceClos([code])
    if not voulu.debut <= jusqu_a <= voulu.fin:
        raise ClotureRefusee(f"Le {date_fr(jusqu_a)} n'est pas dans l'exercice {code} : {_bornes(voulu)}.")
    if voulu.valide_jusqu_a is not None and jusqu_a < voulu.valide_jusqu_a:
        raise ClotureRefusee(
            f"L'exercice {code} est déjà validé jusqu'au {date_fr(voulu.valide_jusqu_a)} : une validation ne se reprend pas."
        )
    _mark(connexion, dossier, code, valide_jusqu_a=jusqu_a)
    return chaine.append(
        connexion, dossier, "validation", {**faits, "exercice": code, "jusqu_a": jusqu_a.isoformat(), "lignes": 0}
    )


def exercices(connexion: sa.Connection, dossier: int) -> list[ExerciceLivre]:
    requete = sa.select(EXERCICES).where(EXERCICES.c.dossier == dossier).order_by(EXERCICES.c.debut)
    return [
        ExerciceLivre(e.code, e.debut, e.fin, bool(e.est_clos), e.valide_jusqu_a) for e in connexion.execute(requete)
    ]


def _found(connexion: sa.Connection, dossier: int, code: str) -> tuple[list[ExerciceLivre], ExerciceLivre]:
    tous = exercices(connexion, dossier)
    voulu = next((e for e in tous if e.code == code), None)
    if voulu is None:
        raise ExerciceInconnu(code)
    return tous, voulu


def _post(connexion: sa.Connection, dossier: int, plan: PlanCloture, faits: Mapping[str, Any]) -> Recu:
    """Lines, roll-ups, what they need, and the receipt whose rank they bear."""
    lignes = plan.lignes
    dernier = chaine.last_recu(connexion, dossier)
    rang = dernier.rang + 1 if dernier else 1
    if lignes.height:
        ici = (pl.lit(dossier, pl.Int64).alias("dossier"), pl.lit(rang, pl.Int64).alias("import_rang"))
        load(connexion, LIGNES, lignes.select(*ici, pl.all()))
        rapports.cumule(connexion, dossier, soldes(lignes))
        _create(connexion, dossier, rang, JOURNAUX, "code", {JOURNAL: ("À nouveaux", NATURE_JOURNAL)})
        libelles = {c: ("Résultat de l'exercice", None) for c in lignes["compte"] if c.startswith("12")}
        _create(connexion, dossier, rang, COMPTES, "numero", libelles)
    faits = {
        **faits,
        "resultat_centimes": plan.resultat_centimes,
        "lignes": lignes.height,
        "ecritures": lignes["ecriture"].n_unique(),
        "debit_centimes": int(lignes["debit_centimes"].sum()),
        "credit_centimes": int(lignes["credit_centimes"].sum()),
        "empreinte_lignes": empreinte_lignes(lignes),
        "journaux": totaux_par_journal(lignes).to_dicts(),
    }
    recu = chaine.append(connexion, dossier, "cloture", faits)
    assert recu.rang == rang, "lines bear the rank of their receipt"
    return recu


def _create(
    connexion: sa.Connection,
    dossier: int,
    rang: int,
    table: sa.Table,
    cle: str,
    lignes: Mapping[str, tuple[str, str | None]],
) -> None:
    connus = set(connexion.execute(sa.select(table.c[cle]).where(table.c.dossier == dossier)).scalars())
    nouveaux = [(code, *textes, 0) for code, textes in lignes.items() if code not in connus]
    schema = {cle: pl.String, "libelle": pl.String, "nature": pl.String, "est_ferme": pl.Int64}
    cadre = pl.DataFrame(nouveaux, schema=schema, orient="row")
    load(connexion, table, cadre.select(pl.lit(dossier, pl.Int64).alias("dossier"), pl.all()))
    annulation.note_creations(connexion, dossier, rang, table, cadre)


def _balances(connexion: sa.Connection, dossier: int, code: str) -> pl.DataFrame:
    requete = (
        sa.select(
            LIGNES.c.compte,
            LIGNES.c.tiers,
            sa.cast(sa.func.sum(LIGNES.c.debit_centimes - LIGNES.c.credit_centimes), sa.BigInteger),
        )
        .where(LIGNES.c.dossier == dossier, LIGNES.c.exercice == code, LIGNES.c.type_ecriture.in_(rapports.NORMALES))
        .group_by(LIGNES.c.compte, LIGNES.c.tiers)
    )
    return pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=SOLDES_TIERS, orient="row")


def _has_openings(connexion: sa.Connection, dossier: int, code: str) -> bool:
    """Does that exercice hold à-nouveaux already, from a file? By the journal's nature or code, or by the lines' own mark."""
    ouvrants = sa.select(JOURNAUX.c.code).where(JOURNAUX.c.dossier == dossier, JOURNAUX.c.nature == NATURE_JOURNAL)
    requete = sa.select(LIGNES.c.numero_ligne).where(
        LIGNES.c.dossier == dossier,
        LIGNES.c.exercice == code,
        sa.or_(LIGNES.c.journal == JOURNAL, LIGNES.c.journal.in_(ouvrants), LIGNES.c.a_nouveau == "OAN"),
    )
    return connexion.execute(requete.limit(1)).first() is not None


def _last_closing(connexion: sa.Connection, dossier: int, code: str) -> Recu | None:
    requete = (
        sa.select(RECUS).where(RECUS.c.dossier == dossier, RECUS.c.sorte == "cloture").order_by(RECUS.c.rang.desc())
    )
    recus = (chaine.as_recu(r) for r in connexion.execute(requete).mappings())
    dernier = next((r for r in recus if r.contenu["exercice"] == code), None)
    if dernier is None or chaine.find_recu(connexion, dossier, dernier.import_id, "reouverture") is not None:
        return None
    return dernier


def _mark(connexion: sa.Connection, dossier: int, code: str, **valeurs: Any) -> None:
    connexion.execute(
        sa.update(EXERCICES).where(EXERCICES.c.dossier == dossier, EXERCICES.c.code == code).values(valeurs)
    )


def _bornes(exercice: ExerciceLivre) -> str:
    return f"{date_fr(exercice.debut)} au {date_fr(exercice.fin)}"
