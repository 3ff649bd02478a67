"""Every check works: for each rule, a file that passes does not call for it, and one that fails does, at its place."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from exemples import EXEMPLES, fec_base, tra_base
from exemples.registre import Exemple, Fichier
from exemples.regles import par_module, toutes

PAR_ID = {exemple.id: exemple for exemple in EXEMPLES}


def test_every_rule_has_an_example() -> None:
    manquent = sorted(toutes().keys() - PAR_ID.keys())
    assert not manquent, (
        f"Règles sans exemple : {', '.join(manquent)}. Ajouter pour chacune, dans la tuple EXEMPLES du module de son sujet "
        "(tests/exemples/), un fichier qui passe et un qui échoue, par exemple "
        'echec("montant.point_decimal", lambda fec: fec.met(5, Credit="1000.00"), 5, "Credit").'
    )


def test_every_example_is_of_a_rule_that_exists() -> None:
    assert sorted(PAR_ID.keys() - toutes().keys()) == []


def test_no_public_id_is_used_twice() -> None:
    ids = Counter(regle.id for regles in par_module().values() for regle in regles)
    assert {id_: nombre for id_, nombre in ids.items() if nombre > 1} == {}
    exemples = Counter(exemple.id for exemple in EXEMPLES)
    assert {id_: nombre for id_, nombre in exemples.items() if nombre > 1} == {}


@pytest.mark.parametrize(
    "fichier",
    [fec_base.propre(), tra_base.propre(), tra_base.propre(etendu=True)],
    ids=["fec", "tra-std", "tra-ete"],
)
def test_the_clean_files_call_for_nothing(fichier: Fichier) -> None:
    assert fichier.examiner().par_code == {}


@pytest.mark.parametrize("exemple", EXEMPLES, ids=lambda exemple: exemple.id)
def test_a_rule_lets_its_clean_file_pass_and_finds_the_fault_of_the_other_at_its_place(exemple: Exemple) -> None:
    juste, faux = exemple.construire()
    passe = juste.examiner().liste
    assert exemple.id not in passe["id"].to_list(), passe.filter(pl.col("id") == exemple.id)["message"].to_list()
    liste = faux.examiner().liste
    trouves = liste.filter(pl.col("id") == exemple.id)
    assert trouves.height, f"{exemple.id} n'est pas trouvé ; le sont : {liste['id'].to_list()}"
    places = trouves.select("numero_ligne", "zone", "colonne_debut", "colonne_fin").rows()
    assert places[0] == (exemple.ligne, exemple.zone, *(exemple.colonnes or (None, None)))
    regle = toutes()[exemple.id]
    premier = trouves.row(0, named=True)
    assert premier["severite"] == regle.severity.value
    assert premier["message"]
    assert "{" not in premier["message"], "a parameter of the message is missing"
    assert premier["remede"]
