"""The examples printed in docs/guide and docs/formats are real: models, recipes and JSON are read by the product itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ecritures.domain.constat import Severity
from ecritures.domain.lot import OptionsLecture
from ecritures.domain.modele import OPERATIONS
from ecritures.formats import FORMATS
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.formats.sorties import SORTIES
from ecritures.imports.repairs.recette import ACTIONS, lire

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _blocks(page: str, langue: str) -> list[str]:
    return re.findall(rf"^```{langue}\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S)


def test_the_model_of_the_guide_reads_the_file_of_the_guide() -> None:
    modele = lire_modele(_blocks("guide/modeles.md", "toml")[0])
    fichier = _blocks("guide/modeles.md", "text")[0].encode()
    lecture = FORMATS["perso"].read(fichier, OptionsLecture(nom_fichier="ventes-janvier.csv", modele=modele))
    assert lecture.lot is not None
    assert [r.regle.id for r in lecture.releves if r.regle.severity is Severity.ERROR] == []
    assert (lecture.lot.nombre_ecritures, lecture.lot.debit_centimes) == (2, 174_000)
    assert lecture.lot.lignes["journal"].unique().to_list() == ["VE"]


def test_every_model_and_recipe_of_the_guides_can_be_used() -> None:
    modeles = _blocks("guide/modeles.md", "toml")
    recettes = _blocks("guide/outils.md", "toml")
    assert len(modeles) == 2
    assert len(recettes) == 1
    for texte in modeles:
        lire_modele(texte)
    assert len(lire(recettes[0]).etapes) == 5


def test_the_body_of_the_json_page_is_read_without_an_error() -> None:
    (corps,) = _blocks("formats/json.md", "json")
    lecture = FORMATS["json"].read(corps.encode(), OptionsLecture())
    assert lecture.lot is not None
    assert lecture.releves == ()
    assert lecture.lot.debit_centimes == lecture.lot.credit_centimes == 8_400


def test_the_json_shown_for_programs_is_json() -> None:
    entier, morceau = _blocks("guide/controler.md", "json")
    assert json.loads(entier)["constats"]["total"] == 1
    assert set(json.loads(f"{{{morceau}}}")["verdict_officiel"]) == {"verdict", "motifs", "anomalies", "hors_outil"}


def test_no_action_transformation_or_target_is_left_out_of_the_guides() -> None:
    outils, modeles, convertir = (
        (DOCS / f"guide/{page}.md").read_text(encoding="utf-8") for page in ("outils", "modeles", "convertir")
    )
    assert [nom for nom in ACTIONS if f"`{nom}`" not in outils] == []
    assert [nom for nom in OPERATIONS if not re.search(rf"`{nom}\b", modeles)] == []
    assert [e for s in SORTIES.values() for e in s.extensions if f"`.{e}`" not in convertir] == []
