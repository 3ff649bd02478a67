"""docs/formats: an index, the FEC, the TRA; and whatever page is written by hand beside them."""

from __future__ import annotations

from ecritures.formats import FORMATS
from pages import formats_fec, formats_tra
from pages.markdown import DOCS, MARQUE, cellule, tableau, titre

DOSSIER = DOCS / "formats"

INDEX = """# Formats

Chaque format est une table : la lecture, l'écriture, la place des constats et ces pages en sont tirées.

"""


def pages() -> dict[str, str]:
    generees = {"fec.md": formats_fec.page(), "tra.md": formats_tra.entree(), **formats_tra.pages()}
    return {"README.md": _index(generees), **generees}


def _index(generees: dict[str, str]) -> str:
    a_la_main = {
        chemin.name: texte
        for chemin in DOSSIER.glob("*.md")
        if not (texte := chemin.read_text("utf-8")).startswith(MARQUE)
    }
    lignes = [MARQUE + INDEX.rstrip("\n"), ""]
    lignes += tableau(
        ("Code", "Format", "Route d'import"),
        ((f"`{code}`", cellule(f.titre), f"`{f.route}`" if f.route else "") for code, f in FORMATS.items()),
    )
    lignes.append("")
    textes = {nom: texte for nom, texte in (generees | a_la_main).items() if not nom.startswith("tra-")}
    lignes += [f"- [{titre(texte)}]({nom})" for nom, texte in sorted(textes.items())]
    return "\n".join([*lignes, ""])
