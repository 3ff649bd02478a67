"""ledger.recu: the chain of receipts shows any alteration."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ecritures.ledger.recu import ORIGINE, Recu, empreinte, enchainer, premiere_rupture


def chaine(longueur: int) -> list[Recu]:
    recus: list[Recu] = []
    for rang in range(longueur):
        recus.append(enchainer(recus[-1] if recus else None, f"import-{rang}", {"lignes": rang}))
    return recus


def test_a_whole_chain_holds() -> None:
    recus = chaine(3)
    assert recus[0].precedent == ORIGINE
    assert [r.precedent for r in recus[1:]] == [r.empreinte for r in recus[:-1]]
    assert premiere_rupture(recus) is None


def test_anyone_can_recompute_a_receipt_with_a_plain_json_tool() -> None:
    import hashlib

    recu = chaine(1)[0]
    texte = json.dumps(recu.contenu, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(texte.encode()).hexdigest() == recu.empreinte == empreinte(recu.contenu)


@pytest.mark.parametrize("rang", [1, 2, 3])
def test_an_altered_content_is_named(rang: int) -> None:
    recus = chaine(3)
    recus[rang - 1] = replace(recus[rang - 1], contenu={**recus[rang - 1].contenu, "lignes": 99})
    rupture = premiere_rupture(recus)
    assert rupture is not None
    assert (rupture.rang, rupture.motif) == (rang, "le contenu du reçu a été modifié")


def test_an_altered_receipt_whose_hash_was_recomputed_breaks_the_next_link() -> None:
    recus = chaine(3)
    contenu = {**recus[0].contenu, "lignes": 99}
    recus[0] = replace(recus[0], contenu=contenu, empreinte=empreinte(contenu))
    rupture = premiere_rupture(recus)
    assert rupture is not None
    assert (rupture.rang, rupture.motif) == (2, "le reçu ne suit pas celui qui le précède")


def test_a_removed_receipt_is_missed() -> None:
    recus = chaine(3)
    rupture = premiere_rupture([recus[0], recus[2]])
    assert rupture is not None
    assert rupture.motif == "le reçu de rang 2 manque"
