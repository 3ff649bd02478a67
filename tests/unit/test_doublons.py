"""ledger.doublons: entries compared by content, as a multiset."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest

from ecritures.ledger.doublons import candidates, deja_presentes, empreinte_contenu, resumes
from ecritures.ledger.posting import LIGNES_POSTEES

Ligne = tuple[int, str, str, int, int]  # ecriture, compte, libelle, debit, credit

VENTE: list[Ligne] = [(1, "411000", "Facture 1", 12_000, 0), (1, "707000", "Facture 1", 0, 12_000)]
ACHAT: list[Ligne] = [(2, "607000", "Achat", 5_000, 0), (2, "401000", "Achat", 0, 5_000)]


def cadre(lignes: list[Ligne], **autres: object) -> pl.DataFrame:
    valeurs = [
        {
            "numero_ligne": rang + 2,
            "ecriture": ecriture,
            "journal": "VE",
            "date": date(2026, 1, 15),
            "compte": compte,
            "libelle": libelle,
            "debit_centimes": debit,
            "credit_centimes": credit,
            "type_ecriture": "N",
            **autres,
        }
        for rang, (ecriture, compte, libelle, debit, credit) in enumerate(lignes)
    ]
    return pl.DataFrame(valeurs, schema=LIGNES_POSTEES)


def livres(*imports: list[Ligne], **autres: object) -> pl.DataFrame:
    return pl.concat(
        cadre(lignes, **autres).with_columns(import_rang=pl.lit(rang, pl.Int64), import_id=pl.lit(f"import-{rang}"))
        for rang, lignes in enumerate(imports, start=1)
    )


def test_an_entry_of_the_books_is_found_with_its_import_and_line_and_a_new_one_is_not() -> None:
    (trouvee,) = deja_presentes(cadre([*ACHAT, *VENTE]), livres(VENTE)).to_dicts()
    assert trouvee == {
        "ecriture": 1, "numero_ligne": 4, "lignes": 2, "journal": "VE", "date": date(2026, 1, 15),
        "import_id": "import-1", "numero_ligne_origine": 2,
    }  # fmt: skip


def test_of_two_equal_entries_of_a_file_only_as_many_are_found_as_the_books_hold() -> None:
    deux = [*VENTE, *[(2, *ligne[1:]) for ligne in VENTE]]
    assert deja_presentes(cadre(deux), livres(VENTE)).height == 1
    trouvees = deja_presentes(cadre(deux), livres(VENTE, VENTE, VENTE))
    assert trouvees["import_id"].to_list() == ["import-1", "import-2"]  # the oldest first, each twin once


def test_an_entry_is_compared_whole_and_a_part_of_it_is_not_it() -> None:
    assert deja_presentes(cadre(VENTE[:1]), livres(VENTE)).is_empty()


def test_the_order_of_lines_lettering_and_an_empty_text_change_nothing() -> None:
    autre = livres(VENTE[::-1], lettrage="AA", reference="", devise=None)
    assert deja_presentes(cadre(VENTE), autre).height == 1


@pytest.mark.parametrize(
    "change", [{"date": date(2026, 1, 16)}, {"journal": "AC"}, {"numero_piece": "F2"}, {"montant_devise": 1}]
)
def test_any_other_content_makes_another_entry(change: dict[str, object]) -> None:
    assert deja_presentes(cadre(VENTE), livres(VENTE, **change)).is_empty()
    assert empreinte_contenu(cadre(VENTE)) != empreinte_contenu(cadre(VENTE, **change))


def test_the_content_hash_is_free_of_order_and_counts_how_many_times() -> None:
    lignes = [*VENTE, *ACHAT]
    attendue = empreinte_contenu(cadre(lignes))
    for graine in range(5):
        melangees = lignes.copy()
        random.Random(graine).shuffle(melangees)
        numeros = {1: 7, 2: 3}
        assert empreinte_contenu(cadre([(numeros[e], *reste) for e, *reste in melangees])) == attendue  # type: ignore[misc]
    assert empreinte_contenu(cadre([*lignes, *[(3, *ligne[1:]) for ligne in VENTE]])) != attendue
    assert empreinte_contenu(cadre([(1, *ligne[1:]) for ligne in lignes])) != attendue  # one entry is not two


def test_the_sieve_keeps_what_may_be_a_twin_only() -> None:
    la = livres(VENTE, ACHAT)
    sommaire = pl.concat(
        resumes(la.filter(pl.col("import_rang") == rang)).with_columns(import_rang=pl.lit(rang, pl.Int64))
        for rang in (1, 2)
    )
    assert candidates(cadre(VENTE), sommaire).to_dicts() == [{"import_rang": 1, "ecriture": 1}]


def test_the_sieve_tells_entries_of_equal_sums_apart_by_their_accounts() -> None:
    autre: list[Ligne] = [(1, "411000", "Facture 1", 12_000, 0), (1, "708500", "Port", 0, 12_000)]
    sommaire = resumes(livres(autre)).with_columns(import_rang=pl.lit(1, pl.Int64))
    assert candidates(cadre(VENTE), sommaire).is_empty()
