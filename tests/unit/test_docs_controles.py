"""docs/controles lists every rule and shows it. ``make docs`` rewrites its pages; this says when they are stale."""

from __future__ import annotations

from exemples.regles import toutes
from pages import controles
from pages.markdown import DOCS, ecarts


def test_every_module_of_rules_has_its_page() -> None:
    manquent = controles.sans_sujet()
    assert not manquent, (
        f"Modules de règles sans page : {', '.join(manquent)}. Ajouter à SUJETS (tests/pages/controles.py) le nom et le titre de leur page."
    )


def test_the_pages_say_what_the_rules_and_their_examples_say() -> None:
    perimees = ecarts(DOCS / "controles", controles.pages())
    assert perimees == [], (
        f"docs/controles n'est plus à jour ({', '.join(perimees)}) : relancer `make docs` et relire la différence."
    )


def test_every_rule_has_its_line_in_the_index_and_its_place_in_a_page() -> None:
    ecrites = controles.pages()
    for id_ in toutes():
        pages = [nom for nom, texte in ecrites.items() if f'<a id="{id_}"></a>' in texte]
        assert len(pages) == 1, id_
        assert f"[`{id_}`]({pages[0]}#{id_})" in ecrites["README.md"]
