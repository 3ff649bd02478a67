"""Our verdict beside the official tool's, deviation by deviation. ``make docs`` rewrites docs/controles/conformite-fec.md."""

from __future__ import annotations

import os
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from fec_fabrique import Brouillon, examiner
from fec_mutations import ECARTS_APPLIQUES, MUTATIONS, NON, OUI, SONDES, Mutation, tresorerie

from ecritures.checks import CHECKS
from ecritures.domain.constat import Constats, Regle, Severity
from ecritures.domain.lot import OptionsLecture, Profil, Regime
from ecritures.formats.fec import profils, regles
from ecritures.formats.fec.ecarts import ECARTS, PAR_ID, SUITE_NUMEROS, Ecart, Politique
from ecritures.formats.fec.verdict import Groupe, VerdictOfficiel, groupe, verdict_officiel

PAGE = Path(__file__).resolve().parents[2] / "docs" / "controles" / "conformite-fec.md"
LAISSES_PASSER = (Politique.REPARER, Politique.AVERTIR)


@cache
def juge(
    mutation: Mutation, profil: Profil, accepter: frozenset[str] = frozenset()
) -> tuple[VerdictOfficiel, Constats]:
    octets, nom = mutation.fichier()
    options = {**mutation.options, "profil": profil, "accepter": accepter}
    if "regime" in options:
        options["regime"] = Regime(options["regime"])
    lecture, constats = examiner(octets, nom, **options)
    annonce = lecture.lot.exercice_annonce if lecture.lot else None
    return verdict_officiel(constats.par_regle, annonce[1] if annonce else None), constats


def nom_de(mutation: Mutation) -> str:
    return f"{mutation.ecart or 'sonde'} {mutation.libelle}"


def severites_de(ecart: Ecart, constats: Constats) -> set[str]:
    return set(constats.liste.filter(constats.liste["id"].is_in(list(ecart.regles)))["severite"].to_list())


@pytest.mark.parametrize("mutation", MUTATIONS, ids=nom_de)
def test_the_official_verdict_is_the_one_the_specification_states(mutation: Mutation) -> None:
    assert juge(mutation, Profil.STRICT)[0].verdict is mutation.officiel


@pytest.mark.parametrize("mutation", MUTATIONS, ids=nom_de)
def test_the_official_verdict_does_not_depend_on_our_profile(mutation: Mutation) -> None:
    assert juge(mutation, Profil.TOLERANT)[0].verdict is mutation.officiel


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.officiel is not OUI], ids=nom_de)
def test_strict_refuses_whatever_the_tool_refuses(mutation: Mutation) -> None:
    assert juge(mutation, Profil.STRICT)[1].est_bloquant


@pytest.mark.parametrize("mutation", MUTATIONS, ids=nom_de)
def test_what_the_tool_lets_through_is_found_by_us(mutation: Mutation) -> None:
    _, constats = juge(mutation, Profil.STRICT)
    assert (constats.total == 0) == mutation.muet


@pytest.mark.parametrize("mutation", [m for m in ECARTS_APPLIQUES if not m.muet], ids=nom_de)
def test_a_deviation_is_said_by_its_rules_at_the_severity_of_its_policy(mutation: Mutation) -> None:
    ecart = PAR_ID[mutation.ecart or ""]
    assert severites_de(ecart, juge(mutation, Profil.TOLERANT)[1]) == {ecart.severite.value}


@pytest.mark.parametrize("mutation", ECARTS_APPLIQUES, ids=nom_de)
def test_tolerant_takes_what_it_repairs_and_refuses_the_rest(mutation: Mutation) -> None:
    ecart = PAR_ID[mutation.ecart or ""]
    assert juge(mutation, Profil.TOLERANT)[1].est_bloquant == (ecart.politique not in LAISSES_PASSER)


@pytest.mark.parametrize("mutation", [m for m in ECARTS_APPLIQUES if PAR_ID[m.ecart or ""].acceptee], ids=nom_de)
def test_what_is_asked_is_taken_once_accepted_by_its_id(mutation: Mutation) -> None:
    ecart = PAR_ID[mutation.ecart or ""]
    _, constats = juge(mutation, Profil.TOLERANT, frozenset({ecart.id}))
    assert not constats.est_bloquant
    assert ecart.acceptee is not None
    assert severites_de(ecart, constats) == {ecart.acceptee.value}
    assert juge(mutation, Profil.STRICT, frozenset({ecart.id}))[1].est_bloquant
    remedes = constats.liste.filter(constats.liste["id"].is_in(list(ecart.regles)))["remede"]
    assert all(f"--accepter {ecart.id}" in remede for remede in remedes)


def test_every_deviation_that_a_file_can_have_is_applied() -> None:
    appliques = {m.ecart for m in ECARTS_APPLIQUES}
    assert {e.id for e in ECARTS if e.politique is not Politique.HORS_FICHIER} == appliques


def test_the_forty_five_deviations_are_declared() -> None:
    assert {e.id.split()[0] for e in ECARTS} == {f"D-{n:02d}" for n in range(1, 46)}


def test_the_table_of_deviations_names_rules_that_exist() -> None:
    connues = {r.id for r in (*regles.REGLES, *CHECKS)}
    citees = {i for e in (*ECARTS, SUITE_NUMEROS) for i in (*e.regles, *e.hors_cle_legale)}
    assert citees - connues == set()
    assert set(profils.A_DEMANDER) == {"D-06", "D-32"}


ILLISIBLES = (
    regles.MONTANT_ILLISIBLE, regles.MONTANT_TROP_GRAND, regles.POINT_AMBIGU, regles.POINT_ET_VIRGULE,
    regles.MILLIERS_IRREGULIERS, regles.EXPOSANT, regles.SENS_INCONNU, regles.DATE_ILLISIBLE, regles.DATE_HORS_BORNES,
    regles.DATE_INEXISTANTE, regles.DATE_ZERO, regles.NOMBRE_ZONES, regles.ZONE_OBLIGATOIRE, regles.MONTANT_SENS,
    regles.VIDE_V01, regles.VIDE_V02, regles.VIDE, regles.BINAIRE, regles.NULS, regles.DOUBLON, regles.SANS_ENTETE,
)  # fmt: skip


@pytest.mark.parametrize("regle", ILLISIBLES, ids=lambda r: r.id)
def test_what_cannot_be_read_is_an_error_in_every_profile(regle: Regle) -> None:
    for profil in Profil:
        severites = profils.severites(OptionsLecture(profil=profil), cle_legale=False)
        assert severites.get(regle.id, regle.severity) is Severity.ERROR


def test_whatever_blocks_the_official_tool_is_an_error_of_the_strict_profile() -> None:
    du_fec = (*regles.REGLES, *(c for c in CHECKS if "fec" in c.formats))
    bloquantes = [r for r in du_fec if groupe(r) in (Groupe.ARRET, Groupe.BLOQUANT)]
    assert {r.id for r in bloquantes if r.severity is not Severity.ERROR} == set()
    assert len(bloquantes) > 30


@pytest.mark.parametrize("brouillon", [Brouillon(), tresorerie()], ids=["BIC/IS", "BNC trésorerie"])
@pytest.mark.parametrize("profil", list(Profil))
def test_a_clean_file_is_conform_for_everyone(brouillon: Brouillon, profil: Profil) -> None:
    _, constats = examiner(brouillon.octets, profil=profil)
    assert constats.total == 0
    assert verdict_officiel(constats.par_regle) == VerdictOfficiel(OUI, (), (), ())


def test_before_2013_the_tool_lets_the_zones_of_v02_be_empty() -> None:
    _, constats = juge(next(m for m in SONDES if m.libelle == "PieceRef vide (BIC/IS)"), Profil.STRICT)
    (regle,) = [r for r, _ in constats.par_regle if r.code == "V02"]
    recent = verdict_officiel([(regle, 1)])
    assert recent.verdict is NON
    ancien = verdict_officiel([(regle, 1)], date(2012, 12, 31))
    assert ancien.verdict is OUI
    assert [ligne.id for ligne in ancien.hors_outil] == [regle.id]


# ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _verdict_de(constats: Constats) -> str:
    return "non conforme" if constats.est_bloquant else "conforme"


def _rang(mutation: Mutation) -> str:
    officiel, strict = juge(mutation, Profil.STRICT)
    _, tolerant = juge(mutation, Profil.TOLERANT)
    codes = ", ".join(f"{code} × {n}" if n > 1 else code for code, n in strict.par_code.items()) or "aucun"
    notres, leur = _verdict_de(strict), officiel.verdict
    erreurs = set(strict.liste.filter(strict.liste["severite"] == Severity.ERROR.value)["id"].to_list())
    raisons = sorted({ligne.raison for ligne in (*officiel.hors_outil, *officiel.anomalies) if ligne.id in erreurs})
    ecart = "" if notres == leur or leur != OUI else " ; ".join(raisons)
    cellules = (mutation.ecart or "", mutation.libelle, mutation.officiel, notres, _verdict_de(tolerant), codes, ecart)
    return "| " + " | ".join(str(c).replace("|", "\\|") for c in cellules) + " |"


def _page() -> str:
    lignes = [
        "<!-- Page tirée du code par `make docs`, d'après tests/unit/fec_mutations.py. -->",
        "# FEC : notre verdict et celui de l'administration",
        "",
        "Chaque écart rencontré dans des fichiers réels est appliqué à un FEC propre, puis lu et contrôlé. *Officiel* : ce que dit "
        "Test Compta Demat 1_00_10b d'après la spécification ; un test vérifie que le verdict calculé ici est le même. *Strict* et "
        "*tolérant* : le nôtre. Rien de ce que l'outil refuse n'est conforme en strict. Le tolérant accepte, répare et dit ce que "
        "l'import peut prendre sans deviner. *Raison* : le texte qui nous fait refuser ce que l'outil laisse passer.",
        "",
    ]
    en_tete = [
        "| Écart | Ce qui est fait au fichier | Officiel | Strict | Tolérant | Constats | Raison |",
        "|---|" + "---|" * 6,
    ]
    lignes += ["## Les écarts", "", *en_tete, *(_rang(m) for m in ECARTS_APPLIQUES), ""]
    lignes += ["## Les sondes de l'outil", "", *en_tete, *(_rang(m) for m in SONDES), ""]
    lignes += [
        "## Ce que fait le profil tolérant",
        "",
        "| Écart | Défaut | Politique | Ce qui en est fait |",
        "|---|---|---|---|",
    ]
    lignes += [
        f"| {e.id} | {e.titre} | {e.politique} | {e.traitement} |".replace("« | »", "« \\| »")
        for e in (*ECARTS, SUITE_NUMEROS)
    ]
    return "\n".join(lignes) + "\n"


def test_the_page_of_agreement_is_up_to_date() -> None:
    if os.environ.get("ECRITURES_GOLDEN") == "1":
        PAGE.write_text(_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == _page()
