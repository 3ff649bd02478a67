"""What a step does to the zones of a sheet: one function an action, from the texts there are to those that replace them.

Each gives one row for every zone changed. A text that an action has nothing to say about is left as it is written,
blanks included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from ecritures.domain.constat import Releve
from ecritures.formats.fec.valeurs import MONTANT, reprendre_montant
from ecritures.imports.repairs.feuille import Feuille, FeuilleFec
from ecritures.imports.repairs.recette import FORMES_DATE, Etape, RecetteInvalide
from ecritures.imports.repairs.structure import CHANGEMENTS, STRUCTURE, Resultat, mask

BLANCS = " \u00a0\u202f"
_PAS_LA_MEME_VALEUR = ("V08", "V09")
"""Defects of an amount that must be rounded, or is written with an exponent: its author alone knows it."""

Editeur = Callable[[Feuille, Etape, str, pl.Series], pl.Series]
"""From the stripped texts of a zone, what each becomes; null to leave it."""


def appliquer(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    """One step. ``releves``: what the reader found, for the lines that it put back together. Raises RecetteInvalide."""
    try:
        if etape.action.nom in EDITEURS:
            return _edit(feuille, etape, EDITEURS[etape.action.nom])
        return STRUCTURE[etape.action.nom](feuille, etape, releves)
    except RecetteInvalide as erreur:
        if str(erreur).startswith("Étape"):
            raise
        raise etape.refuse(f"{erreur}.") from erreur
    except pl.exceptions.PolarsError as erreur:
        raise etape.refuse("ses paramètres ne s'appliquent pas à ce fichier.") from erreur


def _edit(feuille: Feuille, etape: Etape, editeur: Editeur) -> Resultat:
    masque = mask(feuille, etape)
    changements = [pl.DataFrame(schema=CHANGEMENTS)]
    for champ in etape.liste("champ"):
        zone = feuille.zone(champ)
        if feuille.touche_montants(zone) and not etape.touche_aux_montants:
            raise etape.refuse(f"{zone} fait partie d'un montant : l'admettre par touche_aux_montants = true.")
        vise = masque if "." in zone else masque & feuille.cadre["est_ecriture"]
        ancien = feuille.cadre.select(t=feuille.lire(zone))["t"]
        vise = (vise & ancien.is_not_null()).fill_null(False)
        nu = ancien.str.strip_chars(BLANCS)
        nouveau = editeur(feuille, etape, zone, nu.filter(vise)).cast(pl.String)
        nouveau = (
            pl.Series("t", [None], dtype=pl.String).new_from_index(0, len(ancien)).scatter(vise.arg_true(), nouveau)
        )
        reference = ancien if etape.action.nom == "rogner" else nu
        change = (vise & (nouveau != reference)).fill_null(False)
        if change.any():
            feuille = feuille.ecrire(zone, change, nouveau)
            rangees = feuille.cadre.select("numero_ligne", zone=pl.lit(zone), avant=ancien, apres=nouveau)
            changements.append(rangees.filter(change))
    return feuille, pl.concat(changements)


def _apply(texte: pl.Series, expression: pl.Expr) -> pl.Series:
    return texte.to_frame("t").select(n=expression)["n"]


def _correspondance(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    table = dict(etape.parametres["table"])
    if etape.texte("sinon") == "refuser":
        inconnus = texte.filter((texte != "") & ~texte.is_in([*table, *table.values()])).unique().sort()
        if len(inconnus):
            raise etape.refuse(
                f"{zone} porte des codes qui ne sont pas dans la table : {', '.join(inconnus.head(10))}."
            )
    return _apply(texte, pl.col("t").replace_strict(table, default=None, return_dtype=pl.String))


def _given(feuille: Feuille, etape: Etape, texte: pl.Series, lignes: pl.Series) -> pl.Series:
    """The text that ``valeur`` or ``depuis`` gives to each of the lines."""
    if "valeur" in etape.parametres:
        return pl.Series("n", [etape.texte("valeur")]).new_from_index(0, len(texte))
    source = feuille.zone(etape.texte("depuis"))
    return feuille.cadre.select(t=feuille.lire(source))["t"].filter(lignes).str.strip_chars(BLANCS)


def _lines_of(feuille: Feuille, etape: Etape, zone: str) -> pl.Series:
    """The lines that ``_edit`` looks at for that zone: those it gave the texts of."""
    masque = mask(feuille, etape)
    vise = masque if "." in zone else masque & feuille.cadre["est_ecriture"]
    return (vise & feuille.cadre.select(t=feuille.lire(zone).is_not_null())["t"]).fill_null(False)


def _remplir(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    donne = _given(feuille, etape, texte, _lines_of(feuille, etape, zone))
    return pl.select(pl.when(pl.lit(texte) == "").then(pl.lit(donne))).to_series()


def _fixer(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    return _given(feuille, etape, texte, _lines_of(feuille, etape, zone))


def _completer(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    longueur, caractere = etape.nombre("longueur", 0), etape.texte("caractere", "0")
    t = pl.col("t")
    complete = (
        t.str.pad_start(longueur, caractere) if etape.texte("cote") == "gauche" else t.str.pad_end(longueur, caractere)
    )
    return _apply(texte, pl.when(t != "").then(complete))


def _remplacer(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    if "texte" in etape.parametres:
        return texte.str.replace_all(etape.texte("texte"), etape.texte("par"), literal=True)
    return texte.str.replace_all(etape.texte("regex"), etape.texte("par"))


def _rogner(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    return texte


def _dates(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    """A text that already is a date of the format is left; a form counts only when its length does too."""
    propre = "%Y%m%d" if isinstance(feuille, FeuilleFec) else "%d%m%Y"
    t = pl.col("t")
    juste = (t.str.len_chars() == 8) & t.str.to_date(propre, strict=False).is_not_null()
    lues = [
        pl.when(t.str.len_chars() == len(forme)).then(t.str.to_date(FORMES_DATE[forme], strict=False, exact=True))
        for forme in etape.liste("formes")
    ]
    return _apply(texte, pl.when(~juste).then(pl.coalesce(lues).dt.strftime(propre)))


def _montants(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    """The value is the same, written as the law wants; what cannot be read, or would be rounded, is left."""
    if zone == "Sens":
        raise RecetteInvalide("Sens n'est pas un montant")
    table: dict[str, str] = {}
    for distinct in texte.unique().to_list():
        if distinct and (centimes := exact_centimes(distinct)) is not None:
            table[distinct] = pl.select(MONTANT.ecrire(pl.lit(centimes, pl.Int64))).item()
    return _apply(texte, pl.col("t").replace_strict(table, default=None, return_dtype=pl.String))


def exact_centimes(texte: str) -> int | None:
    """Centimes of an amount of any form that says them exactly; None otherwise."""
    reprise = reprendre_montant(texte)
    if not isinstance(reprise.valeur, int) or any(d.startswith(_PAS_LA_MEME_VALEUR) for d in reprise.defauts):
        return None
    return reprise.valeur


def _renumeroter(feuille: Feuille, etape: Etape, zone: str, texte: pl.Series) -> pl.Series:
    """Entries numbered in file order, each group of ``par`` from ``depart`` on."""
    lignes = _lines_of(feuille, etape, zone)
    groupes = {
        f"g{rang}": feuille.lire(feuille.zone(c)).str.strip_chars(BLANCS) for rang, c in enumerate(etape.liste("par"))
    }
    vues = feuille.cadre.select("ecriture", **groupes).filter(lignes)
    if vues["ecriture"].null_count():
        raise RecetteInvalide(f"{zone} est sur des lignes qui n'appartiennent à aucune écriture")
    tetes = vues.unique("ecriture", keep="first", maintain_order=True)
    rang = pl.int_range(pl.len()).over(list(groupes)) if groupes else pl.int_range(pl.len())
    numero = (rang + etape.nombre("depart", 1)).cast(pl.String).str.zfill(etape.nombre("largeur", 1))
    numeros = tetes.select("ecriture", n=pl.concat_str(pl.lit(etape.texte("prefixe")), numero))
    return vues.select("ecriture").join(numeros, on="ecriture", how="left", maintain_order="left")["n"]


EDITEURS: dict[str, Editeur] = {
    "correspondance": _correspondance,
    "remplir": _remplir,
    "fixer": _fixer,
    "completer": _completer,
    "remplacer": _remplacer,
    "rogner": _rogner,
    "dates": _dates,
    "montants": _montants,
    "renumeroter": _renumeroter,
}
