"""Movement lines: general lines rebuilt from their values, analytic and attached lines kept as read or built from their
general line."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.fixedwidth import Record, Zone
from ecritures.formats.tra import layout
from ecritures.formats.tra.tables_libres import vers_version, version_connue
from ecritures.formats.tra.writer_commun import CONTROLES, SANS_DATE, Demande, assembler, defaut, elargir


def mouvements(lot: Lot, demande: Demande) -> pl.Series:
    """All movement lines, in the order of the file, or entry by entry for a lot of another format."""
    _refuser_montants(lot.lignes)
    generales = _generales(lot, demande)
    _refuser_ecritures_coupees(lot)
    rang, mere = pl.col("ecriture"), pl.col("ligne_mere")
    lignes = [generales.select(e=rang, m="numero_ligne", n="numero_ligne", texte="texte")]
    parts = lot.ventilations.filter(pl.col("genre") != "H")
    for morceau in (parts.filter(pl.col("genre") != "O"), parts.filter(pl.col("genre") == "O")):
        if morceau.height:
            textes = _analytiques(morceau, lot, demande)
            places = morceau.select(e=rang, m=pl.coalesce(mere, "numero_ligne"), n="numero_ligne")
            lignes.append(places.with_columns(texte=textes))
    if lot.annexes.height:
        cles = ("numero_ligne", "ecriture")
        parents = pl.concat([lot.lignes.select(cles), parts.select(cles)]).unique("numero_ligne")
        attachees = lot.annexes.join(
            parents, left_on="ligne_mere", right_on="numero_ligne", how="left", maintain_order="left"
        )
        lignes.append(attachees.select(e=rang, m=pl.coalesce(mere, "numero_ligne"), n="numero_ligne", texte="texte"))
    tout = pl.concat(lignes, how="vertical_relaxed")
    # a TRA file keeps its own order; entries of other formats are put together first
    ordre = ["n"] if lot.format == "tra" else ["e", "m", "n"]
    return tout.sort(ordre, nulls_last=True, maintain_order=True)["texte"]


def _refuser_montants(lignes: pl.DataFrame) -> None:
    debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
    fautes = {
        "a un montant illisible": debit.is_null() | credit.is_null(),
        "a un débit et un crédit": (debit != 0) & (credit != 0),
        "a un montant en devise sans contre-valeur": (pl.col("montant_devise").fill_null(0) != 0)
        & (debit == 0)
        & (credit == 0),
        "n'a pas de date": pl.col("date").is_null(),
    }
    for motif, faute in fautes.items():
        fautives = lignes.filter(faute)
        if fautives.height:
            raise EcritureImpossible(
                f"La ligne {fautives['numero_ligne'][0]} {motif} : elle ne peut pas être écrite en TRA."
            )


def numeros(lot: Lot) -> pl.Expr:
    """Piece numbers: those of a TRA lot; of another format, those that fit the zone and tell the entries apart, else the
    rank of the entry (a number 0 or repeated would let the reader join or cut entries)."""
    zone = layout.mouvement(False).zone("NUMEROPIECE")
    lignes = lot.lignes
    if lot.format == "tra":
        return pl.col("numero_piece")
    conviennent = lignes["numero_piece"].str.contains(rf"^[1-9][0-9]{{0,{zone.width - 1}}}$").fill_null(False).all()
    if conviennent and lignes.select(pl.struct("journal", "numero_piece").n_unique()).item() == lot.nombre_ecritures:
        paires = lignes.select(pl.struct("ecriture", "journal", "numero_piece").n_unique()).item()
        if paires == lot.nombre_ecritures:
            return pl.col("numero_piece")
    return pl.col("ecriture").cast(pl.String)


def _refuser_ecritures_coupees(lot: Lot) -> None:
    """An entry of another format may have several dates or currencies; a TRA piece has one of each, and must balance."""
    if lot.format == "tra":
        return
    ecart = (pl.col("debit_centimes") - pl.col("credit_centimes")).sum()
    coupees = (
        lot.lignes.lazy()
        .group_by("ecriture", "journal", "date", "nature", "devise", "etablissement", "type_ecriture")
        .agg(ecart=ecart, numero_ligne=pl.min("numero_ligne"))
        .group_by("ecriture")
        .agg(
            morceaux=pl.len(),
            faux=(pl.col("ecart") != 0).any(),
            juste=pl.col("ecart").sum() == 0,
            numero_ligne=pl.min("numero_ligne"),
        )
        .filter("faux", "juste", pl.col("morceaux") > 1)
        .sort("numero_ligne")
        .collect()
    )
    if coupees.height:
        raise EcritureImpossible(
            f"L'écriture qui commence ligne {coupees['numero_ligne'][0]} a plusieurs dates, natures, devises ou établissements : une pièce "
            "TRA n'en a qu'un, et ses morceaux ne seraient pas équilibrés."
        )


# --- general lines ----------------------------------------------------------------------------------------------
def _generales(lot: Lot, demande: Demande) -> pl.DataFrame:
    sections = (
        lot.ventilations.filter(pl.col("genre") == "H").select("numero_ligne", "axe", "section").unique("numero_ligne")
    )
    lignes = lot.lignes.with_columns(
        genre=pl.coalesce("genre", pl.when(pl.col("tiers").is_not_null()).then(pl.lit("X")).otherwise(pl.lit(""))),
        numero_piece=numeros(lot),
        supplement=_etendu_garde(lot, demande),
    ).join(sections, on="numero_ligne", how="left", maintain_order="left")  # fmt: skip
    record = layout.mouvement(demande.etendu)
    valeurs = _valeurs_communes()
    valeurs |= {
        "AUXSECT": pl.coalesce("section", "tiers"),
        "MODEPAIE": pl.col("mode_paiement"),
        "ECHEANCE": pl.col("echeance"),
        "NUMECHE": pl.col("numero_echeance"),
        "AXE": pl.col("axe"),
    }
    textes = _zones_communes(record, valeurs)
    if demande.etendu:
        largeur = layout.largeur_mouvement(True, demande.version)
        origine = demande.origine or demande.version
        connue = layout.largeur_mouvement(True, version_connue(origine, demande.version))
        _refuser_excedent(lignes, largeur)
        _refuser_sans_jour(lignes, demande)
        textes |= _zones_etendues(record, min(connue, largeur), largeur, demande, _extension(demande))
    cadre = lignes.select("numero_ligne", **textes)
    return lignes.select("numero_ligne", "ecriture").with_columns(texte=assembler(cadre, record.name, list(textes)))


def _etendu_garde(lot: Lot, demande: Demande) -> pl.Expr:
    """Columns 223 and beyond as read. What exceeds an STD line is not the extended part: it is not kept."""
    if lot.format != "tra" or lot.entete.get("FORMAT") == "STD":
        return pl.lit(None, pl.String)
    return vers_version(pl.col("supplement"), demande.origine or demande.version, demande.version)


def _valeurs_communes() -> dict[str, pl.Expr]:
    """Common zones of a line: side and amounts from debit and credit, currency when there is one."""
    debit, credit, devise = pl.col("debit_centimes"), pl.col("credit_centimes"), pl.col("montant_devise")
    # a nought goes where its currency says, or to the debit
    au_debit = (debit != 0) | ((credit == 0) & (devise.fill_null(0) >= 0))
    euros = pl.when(au_debit).then(debit).otherwise(credit)
    en_devise = devise.is_not_null()
    return {
        "JOURNAL": pl.col("journal"),
        "DATECOMPTABLE": pl.col("date"),
        "TYPEPIECE": pl.col("nature").fill_null("OD"),
        "GENERAL": pl.col("compte"),
        "TYPECPTE": pl.col("genre"),
        "REFINTERNE": pl.col("reference"),
        "LIBELLE": pl.col("libelle").str.replace_all(CONTROLES, " "),
        "SENS": pl.when(au_debit).then(pl.lit("D")).otherwise(pl.lit("C")),
        "MONTANT1": pl.when(en_devise).then(pl.when(au_debit).then(devise).otherwise(-devise)).otherwise(euros),
        "TYPEECRITURE": pl.col("type_ecriture").fill_null("N"),
        "NUMEROPIECE": pl.col("numero_piece"),
        "DEVISE": pl.col("devise"),
        "TAUXDEV": pl.col("taux_devise"),
        "CODEMONTANT": pl.when(en_devise).then(pl.lit("DE-")).otherwise(pl.lit("E--")),
        "MONTANT2": pl.when(en_devise).then(euros),
        "ETABLISSEMENT": pl.col("etablissement"),
    }


def _zones_communes(record: Record, valeurs: Mapping[str, pl.Expr]) -> dict[str, pl.Expr]:
    textes = record.write(valeurs, {"ECHEANCE": SANS_DATE}, layout.LARGEUR_STD)
    for nom in ("MONTANT2", "MONTANT3"):
        if nom in valeurs:
            zone = record.zone(nom)
            textes[nom] = (
                pl.when(valeurs[nom].is_null())
                .then(pl.lit(" " * zone.width))
                .otherwise(zone.codec.ecrire(valeurs[nom], zone.width))
            )
    return textes


def _extension(demande: Demande) -> dict[str, pl.Expr]:
    """Extended zones that the model names, null where it says nothing."""
    lettrage = pl.col("lettrage")
    etat = (
        pl.when(lettrage.is_null()).then(pl.when(pl.col("genre").is_in(list(layout.GENRES_AUXILIAIRES))).then(pl.lit("AL")).otherwise(pl.lit("RI")))
        .when(lettrage == lettrage.str.to_lowercase()).then(pl.lit("PL"))
        .otherwise(pl.lit("TL"))
    )  # fmt: skip
    neuve = pl.col("supplement").is_null()
    return {
        "DATEREFEXTERNE": pl.col("date_piece"),
        "DATECREATION": pl.when(neuve).then(pl.lit(demande.jour, pl.Date)),
        "ECRANOUVEAU": pl.coalesce("a_nouveau", pl.when(neuve).then(pl.lit("N"))),
        "DATEPAQUETMAX": pl.col("date_lettrage"),
        "LETTRAGE": lettrage,
        "ETATLETTRAGE": pl.when(neuve).then(etat),
        "VALIDDATE": pl.col("date_validation"),
    }


def _zones_etendues(
    record: Record, connue: int, largeur: int, demande: Demande, valeurs: Mapping[str, pl.Expr]
) -> dict[str, pl.Expr]:
    """Columns 223 to ``largeur``: named zones over the text kept when reading (up to ``connue``, what its version knows),
    or over the writer's defaults."""
    textes: dict[str, pl.Expr] = {}
    garde = pl.col("supplement")

    def fond(zones: list[Zone]) -> pl.Expr:
        debut, fin = zones[0].start, zones[-1].end
        neuf = pl.lit("".join(defaut(z, demande.jour) for z in zones))
        if debut > connue:
            return neuf
        coupe = garde.str.slice(debut - layout.LARGEUR_STD - 1, fin - debut + 1).str.pad_end(fin - debut + 1)
        return pl.when(garde.is_null()).then(neuf).otherwise(coupe)

    suite: list[Zone] = []

    def vider() -> None:
        if suite:
            textes[f"{suite[0].name}|"] = fond(suite)
            suite.clear()

    for zone in record.zones:
        if zone.start <= layout.LARGEUR_STD or zone.end > largeur:
            continue
        if suite and zone.start > connue >= suite[0].start:
            vider()
        if zone.name not in valeurs:
            suite.append(zone)
            continue
        vider()
        valeur = valeurs[zone.name]
        ecrite = zone.codec.ecrire(valeur, zone.width)
        textes[zone.name] = pl.when(valeur.is_null()).then(fond([zone])).otherwise(ecrite)
    vider()
    return textes


def _refuser_excedent(lignes: pl.DataFrame, largeur: int) -> None:
    exces = pl.col("supplement").str.slice(largeur - layout.LARGEUR_STD)
    trop = lignes.filter(exces.str.replace_all(SANS_DATE, "", literal=True).str.strip_chars(" -") != "")
    if trop.height:
        raise EcritureImpossible(
            f"La ligne {trop['numero_ligne'][0]} a des zones au-delà de la colonne {largeur}, que la version demandée ne sait pas écrire : "
            "choisir une version plus récente."
        )


def _refuser_sans_jour(lignes: pl.DataFrame, demande: Demande) -> None:
    if lignes["supplement"].null_count():
        demande.jour_requis()


# --- analytic lines ---------------------------------------------------------------------------------------------
def _analytiques(parts: pl.DataFrame, lot: Lot, demande: Demande) -> pl.Series:
    """Lines A, or lines O: as they were read, else built from the general line they split."""
    est_o = parts["genre"][0] == "O"  # O lines have the general layout (tra.md section 9)
    record = layout.mouvement(demande.etendu) if est_o else layout.analytique(demande.etendu)
    gardees = _gardees(parts["texte"], record, lot, demande, partage=not est_o)
    if gardees.null_count() == 0:
        return gardees
    meres = lot.lignes.with_columns(numero_piece=numeros(lot)).select(
        "nature", "reference", "type_ecriture", "numero_piece", "etablissement", mere_libelle="libelle",
        ligne_mere="numero_ligne", supplement=pl.lit(None, pl.String),
    )  # fmt: skip
    # shares are written in euros: a currency would need an amount of its own
    lignes = parts.join(meres, on="ligne_mere", how="left", maintain_order="left").with_columns(
        libelle=pl.coalesce("libelle", "mere_libelle"),
        montant_devise=pl.lit(None, pl.Int64),
        devise=pl.lit(None, pl.String),
        taux_devise=pl.lit(None, pl.String),
        lettrage=pl.lit(None, pl.String),
        rang_dans_axe=pl.int_range(1, pl.len() + 1).over("ligne_mere", "axe"),
    )
    _refuser_montants(lignes.filter(gardees.is_null()))
    textes = _zones_communes(record, _valeurs_communes() | {"AUXSECT": pl.col("section"), "AXE": pl.col("axe")})
    if demande.etendu:
        largeur = layout.largeur_mouvement(True, demande.version, partage=not est_o)
        propres = {"DATECREATION": pl.lit(demande.jour_requis(), pl.Date), "ECRANOUVEAU": pl.lit("N")}
        if not est_o:
            propres["NUMVENTIL"] = pl.col("rang_dans_axe").cast(pl.String)
        textes |= _zones_etendues(record, largeur, largeur, demande, propres)
    neuves = assembler(lignes.select("numero_ligne", **textes), record.name, list(textes))
    return pl.select(pl.coalesce(gardees, neuves)).to_series()


def _gardees(textes: pl.Series, record: Record, lot: Lot, demande: Demande, *, partage: bool) -> pl.Series:
    """Kept lines at the width asked; null where nothing was kept."""
    if not demande.etendu:
        return textes.str.slice(0, layout.LARGEUR_STD).str.pad_end(layout.LARGEUR_STD)
    largeur = layout.largeur_mouvement(True, demande.version, partage=partage)
    origine = demande.origine or demande.version
    if lot.entete.get("FORMAT") == "STD":
        connue = layout.LARGEUR_STD
        textes = textes.str.slice(0, connue)
        if textes.drop_nulls().len():
            demande.jour_requis()
    else:
        connue = layout.largeur_mouvement(True, version_connue(origine, demande.version), partage=partage)
        suite = pl.DataFrame({"t": textes}).select(
            vers_version(pl.col("t").str.slice(layout.LARGEUR_STD), origine, demande.version)
        )
        textes = textes.str.slice(0, layout.LARGEUR_STD).str.pad_end(layout.LARGEUR_STD) + suite.to_series()
    return elargir(textes, record, connue, largeur, demande.jour)
