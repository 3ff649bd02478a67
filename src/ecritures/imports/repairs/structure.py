"""What a step does to whole lines of a sheet: taken off, added, put back together, renamed, written in another charset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl

from ecritures.domain.constat import Releve
from ecritures.formats.fec import regles as fec
from ecritures.formats.fec.layout import ALIAS, OFFICIELS, normaliser
from ecritures.formats.fec.valeurs import MONTANT, reprendre_montant
from ecritures.imports.repairs.feuille import FINS, Ecriture, Feuille, FeuilleFec
from ecritures.imports.repairs.recette import Etape, RecetteInvalide

CHANGEMENTS: dict[str, type[pl.DataType]] = {
    "numero_ligne": pl.UInt32,
    "zone": pl.String,
    "avant": pl.String,
    "apres": pl.String,
}
"""``zone`` null: the whole line; then ``avant`` null is a line added, ``apres`` null a line taken off. ``numero_ligne``
null: the whole file."""

Resultat = tuple[Feuille, pl.DataFrame]
_VIDES = " \u00a0\u202f\x00\x1a\t"
_RECOLLEES = (fec.LIGNE_COUPEE, fec.ZONES_FINALES, fec.LIGNE_SEPARATEUR_FINAL, fec.SEPARATEUR_DANS_ZONE)
_SANS_ARRONDI = ("CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise")
"""Zones left blank on the line of a rounding difference."""


def mask(feuille: Feuille, etape: Etape) -> pl.Series:
    """The lines that pass every condition of a step; all of them when it has none."""
    tests = [c.expression(feuille.lire(feuille.zone(c.champ))) for c in etape.conditions]
    if not tests:
        return pl.Series("m", [True]).new_from_index(0, feuille.cadre.height)
    return feuille.cadre.select(m=pl.all_horizontal(tests))["m"]


def _without(feuille: Feuille, otees: pl.Series) -> Resultat:
    """The sheet without those lines, and what they were."""
    perdues = feuille.cadre.select(
        "numero_ligne", zone=pl.lit(None, pl.String), avant=feuille.lignes(), apres=pl.lit(None, pl.String)
    )
    return feuille.avec(feuille.cadre.filter(~otees)), perdues.filter(otees)


def _as_fec(feuille: Feuille) -> FeuilleFec:
    assert isinstance(feuille, FeuilleFec), "the grammar keeps this action for a FEC"
    return feuille


def _oter_ecritures(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    """The whole entry goes, with its analytic and attached lines: what is left still balances."""
    passe = (mask(feuille, etape) & feuille.cadre["est_ecriture"]).fill_null(False)
    lignes = feuille.cadre.select("ecriture", "est_ecriture", passe=passe).filter("est_ecriture")
    toutes = etape.texte("portee") == "toutes_les_lignes"
    choisies = (
        lignes.group_by("ecriture").agg(pl.col("passe").all() if toutes else pl.col("passe").any()).filter("passe")
    )
    return _without(feuille, feuille.cadre["ecriture"].is_in(choisies["ecriture"].implode()).fill_null(False))


def _oter_lignes_vides(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    blancs = _VIDES + (feuille.separateur if isinstance(feuille, FeuilleFec) else "")
    vide = feuille.lignes().str.strip_chars(blancs) == ""
    return _without(feuille, vide & feuille.cadre["ecriture"].is_null())


def _oter_entetes_repetees(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    sheet = _as_fec(feuille)
    nues = sheet.cadre["ligne"].str.strip_chars(_VIDES)
    entete = nues.filter(sheet.cadre["numero_ligne"] == sheet.numero_entete)[0]
    return _without(feuille, (nues == entete) & (sheet.cadre["numero_ligne"] > sheet.numero_entete))


def _redresser_lignes(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    """The lines of another width that the reader put back together without doubt, written as it read them."""
    sheet = _as_fec(feuille)
    par_regle = {r.regle.id: r.lieux for r in releves if r.regle.id in {regle.id for regle in _RECOLLEES}}
    # only a line that could not be split has something to be put right
    hors = sheet.cadre.filter(~pl.col("est_ecriture")).select("numero_ligne", "ligne")
    textes: dict[int, str] = dict(hors.iter_rows()) if par_regle else {}
    refaites: dict[int, str] = {}
    otees: set[int] = set()
    for id_, lieux in par_regle.items():
        for lieu in lieux.iter_rows(named=True):
            numero = int(lieu["numero_ligne"])
            if numero not in textes:
                continue
            if id_ == fec.LIGNE_COUPEE.id:
                suivante = int(lieu["suivante"])
                if suivante in textes:
                    refaites[numero] = f"{textes[numero]} {textes[suivante]}"
                    otees.add(suivante)
            else:
                refaites[numero] = _rebuilt(sheet, id_, textes[numero], lieu.get("zone"))
    return _replace_lines(sheet, refaites, otees)


def _rebuilt(sheet: FeuilleFec, id_: str, ligne: str, zone: str | None) -> str:
    separateur, morceaux = sheet.separateur, ligne.split(sheet.separateur)
    if id_ == fec.ZONES_FINALES.id:
        return ligne + separateur * (sheet.nombre - len(morceaux))
    if id_ == fec.LIGNE_SEPARATEUR_FINAL.id:
        return ligne.rstrip(" \u00a0\u202f").removesuffix(separateur)
    assert zone is not None, "the rule of a stray separator names its zone"
    rang, surplus = sheet.positions[zone], len(morceaux) - sheet.nombre
    recolle = " ".join(morceaux[rang : rang + surplus + 1])
    return separateur.join([*morceaux[:rang], recolle, *morceaux[rang + surplus + 1 :]])


def _replace_lines(sheet: FeuilleFec, refaites: dict[int, str], otees: set[int]) -> Resultat:
    """The sheet with those lines written anew and split again, and others taken off."""
    if not refaites:
        return sheet, pl.DataFrame(schema=CHANGEMENTS)
    table = pl.DataFrame(
        {"numero_ligne": list(refaites), "apres": list(refaites.values())}, schema_overrides={"numero_ligne": pl.UInt32}
    )
    cadre = sheet.cadre.join(table, on="numero_ligne", how="left", maintain_order="left")
    refaite = pl.col("apres").is_not_null()
    recoupee = [
        pl.when(refaite).then(nouvelle).otherwise(pl.col(f"z{r}")).alias(f"z{r}")
        for r, nouvelle in enumerate(sheet.decouper(pl.col("apres")))
    ]
    avant = cadre.filter(refaite).select("numero_ligne", zone=pl.lit(None, pl.String), avant="ligne", apres="apres")
    cadre = cadre.with_columns(
        *recoupee,
        ligne=pl.coalesce("apres", "ligne"),
        est_ecriture=pl.col("est_ecriture") | (refaite & pl.col("ecriture").is_not_null()),
    ).drop("apres")
    reste, perdues = _without(sheet.avec(cadre), cadre["numero_ligne"].is_in(list(otees)))
    return reste, pl.concat([avant, perdues]).sort("numero_ligne", maintain_order=True)


def _nommer_zones(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    sheet = _as_fec(feuille)
    est_entete = sheet.cadre["numero_ligne"] == sheet.numero_entete
    ligne = str(sheet.cadre["ligne"].filter(est_entete)[0])
    noms = ligne.split(sheet.separateur)
    nus = [nom.strip(_VIDES + '"') for nom in noms]
    changements: list[tuple[int, str, str, str]] = []
    for rang, nom in enumerate(nus):
        officiel = OFFICIELS.get(normaliser(nom)) or ALIAS.get(normaliser(nom))
        if officiel and noms[rang] != officiel and sheet.positions.get(officiel) == rang:
            changements.append((sheet.numero_entete, officiel, noms[rang], officiel))
            noms[rang] = officiel
    nouvelle = pl.when(pl.lit(est_entete)).then(pl.lit(sheet.separateur.join(noms))).otherwise("ligne")
    cadre = sheet.cadre.with_columns(nouvelle.alias("ligne")) if changements else sheet.cadre
    return sheet.avec(cadre), pl.DataFrame(changements, schema=CHANGEMENTS, orient="row")


def _encoder(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    """Without a byte order mark: no format wants one."""
    avant = feuille.sortie
    apres = replace(avant, encodage=etape.texte("encodage"), bom=False)
    if "fin_de_ligne" in etape.parametres:
        apres = replace(apres, fin=FINS[etape.texte("fin_de_ligne")])
    if apres == avant or _same_bytes(feuille, avant, apres):
        return feuille, pl.DataFrame(schema=CHANGEMENTS)
    rangee = (None, "fichier", _worded(avant), _worded(apres))
    return feuille.vers(apres), pl.DataFrame([rangee], schema=CHANGEMENTS, orient="row")


def _same_bytes(feuille: Feuille, avant: Ecriture, apres: Ecriture) -> bool:
    """Charsets that differ by name may give the same bytes: then there is nothing to report."""
    lignes = feuille.lignes()
    try:
        return avant.octets(lignes) == apres.octets(lignes)
    except RecetteInvalide:
        return False


def _worded(sortie: Ecriture) -> str:
    fin = next(nom for nom, fin in FINS.items() if fin == sortie.fin)
    return f"{sortie.encodage}{' avec marque d’ordre des octets' if sortie.bom else ''}, {fin}"


def _equilibrer(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> Resultat:
    """One line more in each entry whose difference is a rounding: at most the bound asked, and one centime a line."""
    sheet = _as_fec(feuille)
    if not {"Debit", "Credit"} <= set(sheet.positions):
        raise RecetteInvalide("le fichier n'a pas de zones Debit et Credit")
    passe = (mask(feuille, etape) & sheet.cadre["est_ecriture"]).fill_null(False)
    lues = sheet.cadre.select(
        "ecriture", "numero_ligne", debit=_centimes(sheet, "Debit"), credit=_centimes(sheet, "Credit"), passe=passe
    ).filter(sheet.cadre["est_ecriture"])
    ecarts = (
        lues.group_by("ecriture")
        .agg(
            ecart=pl.col("debit").sum() - pl.col("credit").sum(),
            sure=pl.col("debit").is_not_null().all() & pl.col("credit").is_not_null().all() & pl.col("passe").any(),
            lignes=pl.len(),
            derniere=pl.max("numero_ligne"),
        )
        .filter(
            "sure",
            pl.col("ecart") != 0,
            pl.col("ecart").abs() <= pl.min_horizontal("lignes", pl.lit(etape.nombre("ecart_max_centimes", 1))),
        )
    )
    return _with_rounding_lines(sheet, etape, ecarts)


def _with_rounding_lines(sheet: FeuilleFec, etape: Etape, ecarts: pl.DataFrame) -> Resultat:
    sheet_lignes = sheet.cadre.join(
        ecarts.select("ecart", numero_ligne="derniere"), on="numero_ligne", how="inner", maintain_order="left"
    )
    au_debit = pl.col("ecart") < 0
    montant = MONTANT.ecrire(pl.col("ecart").abs())
    zero = pl.lit("0,00")
    libelle = etape.texte("libelle")
    valeurs: dict[str, pl.Expr] = {
        "CompteNum": pl.when(au_debit)
        .then(pl.lit(etape.texte("compte_charge")))
        .otherwise(pl.lit(etape.texte("compte_produit"))),
        "CompteLib": pl.lit(etape.texte("compte_libelle", libelle)),
        "EcritureLib": pl.lit(libelle),
        "Debit": pl.when(au_debit).then(montant).otherwise(zero),
        "Credit": pl.when(au_debit).then(zero).otherwise(montant),
        **{zone: pl.lit("") for zone in _SANS_ARRONDI},
    }
    colonnes = [e.alias(f"z{sheet.positions[zone]}") for zone, e in valeurs.items() if zone in sheet.positions]
    ajoutees = sheet_lignes.with_columns(*colonnes, changee=pl.lit(True), sous=pl.lit(1, pl.UInt16)).drop("ecart")
    cadre = pl.concat([sheet.cadre, ajoutees]).sort("numero_ligne", "sous", maintain_order=True)
    textes = sheet.avec(ajoutees).lignes()
    rangees = ajoutees.select("numero_ligne", zone=pl.lit(None, pl.String), avant=pl.lit(None, pl.String), apres=textes)
    return sheet.avec(cadre), rangees


def _centimes(sheet: FeuilleFec, zone: str) -> pl.Series:
    """Amounts as the reader understands them; a blank is nought, null where it cannot be read."""
    texte = sheet.cadre.select(t=sheet.lire(zone).str.strip_chars(_VIDES))["t"]
    table = {t: 0 if t == "" else reprendre_montant(t).valeur for t in texte.drop_nulls().unique().to_list()}
    return texte.replace_strict(table, default=None, return_dtype=pl.Int64)


STRUCTURE: dict[str, Callable[[Feuille, Etape, Sequence[Releve]], Resultat]] = {
    "oter_ecritures": _oter_ecritures,
    "equilibrer": _equilibrer,
    "oter_lignes_vides": _oter_lignes_vides,
    "oter_entetes_repetees": _oter_entetes_repetees,
    "redresser_lignes": _redresser_lignes,
    "nommer_zones": _nommer_zones,
    "encoder": _encoder,
}
