"""docs/listes.md says of each field what the answers hold and what the OpenAPI document declares. ``make docs`` rewrites it."""

from __future__ import annotations

import os
import re

from ecritures.api.loop.listes import router
from ecritures.api.loop.listes_doc import objet_schema
from ecritures.api.loop.paths import canonical_path
from ecritures.domain.filtre import lire_filtre
from ecritures.domain.ressources import PAR_ROUTE, RESSOURCES, object_id, revision_id
from ecritures.storage.listes_sources import SOURCES
from pages import listes
from pages.markdown import DOCS

PAGE = DOCS / "listes.md"


def declares(schema: dict[str, object], tete: str = "") -> dict[str, str]:
    """Field, dotted → the mark its description ends with."""
    trouves: dict[str, str] = {}
    for nom, champ in schema["properties"].items():  # type: ignore[attr-defined]
        if champ.get("type") == "object":
            trouves |= declares(champ, f"{tete}{nom}.")
        else:
            trouves[f"{tete}{nom}"] = champ["description"].rpartition("(")[2].rstrip(")")
    return trouves


def test_the_page_says_what_the_tables_say() -> None:
    if os.environ.get("ECRITURES_GOLDEN") == "1":
        PAGE.write_text(listes.page(), encoding="utf-8")
    assert PAGE.read_text("utf-8") == listes.page(), "docs/listes.md n'est plus à jour : relancer `make docs`."


def test_the_table_of_the_page_and_the_openapi_schema_name_the_same_fields_with_the_same_marks() -> None:
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    pages = {section.split("`")[1]: section for section in sections}
    assert set(pages) == {*PAR_ROUTE, "rib"}
    for ressource in RESSOURCES:
        lignes = re.findall(r"^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|", pages[ressource.route], flags=re.MULTILINE)
        assert dict(lignes) == declares(objet_schema(ressource)), ressource.route


def test_every_field_has_its_column_or_is_computed_from_the_row() -> None:
    assert set(SOURCES) == set(PAR_ROUTE)
    for ressource in RESSOURCES:
        source = SOURCES[ressource.route]
        attendus = {champ.champ.nom for champ in ressource.lus}
        assert set(source.colonnes) | set(source.uuids) >= attendus - {"objectId"}, ressource.route
        assert set(source.colonnes) | set(source.uuids) <= attendus, ressource.route
        if ressource.genre:
            assert source.uuids["objectId"].genre == ressource.genre
            assert len(source.uuids["objectId"].cle) == len(ressource.identite)


def test_the_filter_shown_for_each_route_is_one_it_takes() -> None:
    for ressource in RESSOURCES:
        assert lire_filtre(listes.exemple_filtre(ressource), ressource.grammaire) is not None


def test_every_list_has_its_route_and_its_path_in_any_case() -> None:
    chemins = {route.path for route in router.routes}  # type: ignore[attr-defined]
    for ressource in RESSOURCES:
        chemin = f"/loop-api-publiques/{ressource.route}"
        assert chemin in chemins
        for graphie in (ressource.route.upper(), f"loop-API-publiques/{ressource.route.lower()}/"):
            assert canonical_path(f"/{graphie}") == chemin
    assert canonical_path("/Etablissement") == "/loop-api-publiques/etablissementComplet"


def test_an_identity_depends_on_each_of_its_parts_and_on_nothing_else() -> None:
    parties = [
        ("CAB", "D1", "compte", "411"),
        ("CAB", "D14", "compte", "11"),
        ("CAB", "D1", "journal", "411"),
        ("AUTRE", "D1", "compte", "411"),
        ("CAB", "", "compte", "411"),
        ("CAB", "D1", "compte", "4", "11"),
        ("CAB", "D1", "compte", "41", "1"),
    ]
    assert len({object_id(*p) for p in parties}) == len(parties)
    assert object_id("CAB", "D1", "compte", "411") == "81ce880e-68e7-5578-952a-9261503bfd56"
    assert revision_id({"a": 1}) != revision_id({"a": 2}) and re.fullmatch("0x[0-9A-F]{16}", revision_id({}))
