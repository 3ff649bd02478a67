"""Writes a lot as a TRA file: Windows-1252, CR LF, full-width lines, the defaults of tra.md section 16.

What the model does not name is written back as it was read (``supplement``, ``texte``, ``parametres``). Codes and amounts
that do not fit their zone are refused; only labels are cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.fixedwidth import BOOLEEN, DATE, Record, Zone, ecrire_lignes
from ecritures.formats.tra import layout
from ecritures.formats.tra.parametres import CADRES, colonnes_du_cadre

VERSION_PAR_DEFAUT = 8
FIN = "\r\n"
SANS_DATE = "01011900"

_ORDRE = ("PS1", "PS2", "PS3", "PS4", "PS5", "EXO", "TL", "SSA", "ETB", "MDP", "MDR", "DEV", "REG", "TVA", "SAT", "SPA", "NSA", "SOU", "PTL", "CRR", "CRI", "RUP", "CGN", "CAE", "RIB", "JAL")  # fmt: skip
"""Order of parameter records (tra.md section 5), the others following; a file with nothing new keeps its own order."""

_ENTETE = {"FIXE": "***", "IDENTIFIANT": "S5", "ORIGINE": "CLI", "TYPEFICHIER": "JRL", "DATEBASCULE": SANS_DATE, "DATEARRETE": SANS_DATE, "CPDATEREFPURGE": SANS_DATE, "SOUSVERSION": "001"}  # fmt: skip
_DRAPEAUX = ("NEWANALYTIQUE", "READYGUID", "GESTAGRICOLE")
_ENTETE_COUPABLES = ("UTILISATEUR", "RAISONSOCIALE")
_CONTROLES = r"[\x00-\x1f]"


def write(
    lot: Lot, *, format: Literal["STD", "ETE"] = "STD", version: int | None = None, jour: date | None = None
) -> bytes:
    """The bytes of the file. ``version`` by default that of the lot's header, else 008. ``jour`` dates the header and, in
    ETE, the creation of lines that have none: it is then required. STD carries the 222 common columns only.

    Raises EcritureImpossible, naming the line, the zone and the value.
    """
    version = version or _version(lot)
    if format == "ETE" and jour is None:
        raise EcritureImpossible("Le format ETE demande la date de création des lignes : indiquer le jour d'écriture.")
    lignes = pl.concat(
        [
            pl.Series([_entete(lot, format, version, jour)]),
            _parametres(lot, version),
            _mouvements(lot, format, version, jour),
        ]
    )
    return b"".join(_encoder(lignes))


def _version(lot: Lot) -> int:
    texte = lot.entete.get("VERSION", "")
    version = int(texte) if texte.isascii() and texte.isdigit() else VERSION_PAR_DEFAUT
    return version if 1 <= version <= layout.VERSION_MAX else layout.VERSION_MAX


def _encoder(lignes: pl.Series) -> Iterator[bytes]:
    fautives = lignes.str.contains(_CONTROLES)
    if fautives.any():
        raise EcritureImpossible(
            f"La ligne à écrire « {lignes.filter(fautives)[0][:60]}… » contient un caractère de contrôle, que le format interdit."
        )
    try:
        yield from ecrire_lignes(lignes, "windows-1252", FIN)
    except UnicodeEncodeError as erreur:
        caractere = erreur.object[erreur.start : erreur.end][:1]
        raise EcritureImpossible(
            f"Le caractère « {caractere} » n'existe pas en Windows-1252, l'encodage du format TRA : le remplacer avant d'écrire."
        ) from erreur


def _entete(lot: Lot, format_: str, version: int, jour: date | None) -> str:
    record = layout.entete()
    largeur = layout.LARGEURS_ENTETE.get(version, record.zone("SOUSVERSION").end)
    valeurs = _ENTETE | dict(lot.entete) | {"FORMAT": format_, "VERSION": f"{version:03d}"}
    if jour is not None:
        valeurs.setdefault("DATEHEURE", f"{jour:%d%m%Y}0000")
    for drapeau in _DRAPEAUX:
        valeurs.setdefault(drapeau, "-")
    textes = []
    for zone in record.zones:
        valeur = valeurs.get(zone.name, "")
        if zone.name in _ENTETE_COUPABLES:
            valeur = valeur[: zone.width]
        if len(valeur) > zone.width:
            raise EcritureImpossible(
                f"La valeur « {valeur} » est plus longue que la zone {zone.name} de l'en-tête ({zone.width} caractères)."
            )
        textes.append(valeur.rjust(zone.width) if zone.name == "NODOSSIER" else valeur.ljust(zone.width))
    ligne = "".join(textes)
    if ligne[largeur:].strip(" -"):
        largeur = record.width  # a later zone is used
    return ligne[:largeur]


# --- parameters -------------------------------------------------------------------------------------------------
def _parametres(lot: Lot, version: int) -> pl.Series:
    """Records kept as written, and those of the lot's frames that no kept record holds."""
    gardes = lot.parametres.select("numero_ligne", "code", "texte")
    cadres = [gardes]
    for nom in CADRES:
        code, _, colonnes = colonnes_du_cadre(nom)
        cadre: pl.DataFrame = getattr(lot, nom)
        nouveaux = cadre.join(gardes.select("numero_ligne"), on="numero_ligne", how="anti", nulls_equal=False)
        if nouveaux.height:
            cadres.append(_enregistrements(nouveaux, layout.records()[code], colonnes, version))
    if len(cadres) == 1:
        return gardes["texte"]
    rang = {code: i for i, code in enumerate(_ORDRE)}
    tous = pl.concat(cadres, how="vertical_relaxed").with_columns(
        rang=pl.col("code").replace_strict(rang, default=len(rang), return_dtype=pl.UInt32)
    )
    return tous.sort("rang", "numero_ligne", nulls_last=True, maintain_order=True)["texte"]


def _enregistrements(cadre: pl.DataFrame, record: Record, colonnes: Mapping[str, str], version: int) -> pl.DataFrame:
    largeur = layout.LARGEURS_PARAMETRES_V008.get(record.name, record.width) if version <= 8 else record.width
    valeurs: dict[str, pl.Expr] = {"FIXE": pl.lit("***"), "IDENTIFIANT": pl.lit(record.name)}
    defauts = {z.name: SANS_DATE if z.codec is DATE else "-" if z.codec is BOOLEEN else "" for z in record.zones}
    for nom, zone in colonnes.items():
        if zone in record:
            valeurs[zone] = pl.col(nom)
        else:  # VENTILABLE: the five flags in a row
            valeurs |= {f"{zone}{i}": pl.col(nom).str.slice(i - 1, 1) == "X" for i in range(1, 6)}
    textes = cadre.select("numero_ligne", **record.write(valeurs, defauts, largeur))
    return textes.select(
        "numero_ligne",
        code=pl.lit(record.name),
        texte=_assembler(textes, record.name, [c for c in textes.columns if c != "numero_ligne"]),
    )


def _assembler(textes: pl.DataFrame, nom: str, zones: list[str]) -> pl.Series:
    """The zones side by side. Raises EcritureImpossible for the first that did not fit."""
    nuls = textes.select(pl.col(zones).null_count()).row(0)
    for zone, nombre in zip(zones, nuls, strict=True):
        if nombre:
            ligne = textes.filter(pl.col(zone).is_null())["numero_ligne"][0]
            raise EcritureImpossible(
                f"Ligne {ligne}, zone {zone.split('|')[0]} de l'enregistrement {nom} : la valeur ne tient pas dans la zone ; "
                "seuls les libellés peuvent être coupés. Raccourcir ce code ou ce montant."
            )
    return textes.select(pl.concat_str(zones)).to_series()


# --- movements --------------------------------------------------------------------------------------------------
def _mouvements(lot: Lot, format_: str, version: int, jour: date | None) -> pl.Series:
    etendu = format_ == "ETE"
    _refuser_montants(lot.lignes)
    generales = _generales(lot, etendu, version, jour)
    _refuser_ecritures_coupees(lot)
    rang, mere = pl.col("ecriture"), pl.col("ligne_mere")
    lignes = [generales.select(e=rang, m="numero_ligne", n="numero_ligne", texte="texte")]
    analytiques = lot.ventilations.filter(pl.col("genre") != "H")
    if analytiques.height:
        textes = _analytiques(analytiques, lot, etendu, version, jour)
        lignes.append(
            analytiques.select(e=rang, m=pl.coalesce(mere, "numero_ligne"), n="numero_ligne").with_columns(texte=textes)
        )
    if lot.annexes.height:
        parents = pl.concat(
            [lot.lignes.select("numero_ligne", "ecriture"), analytiques.select("numero_ligne", "ecriture")]
        ).unique("numero_ligne")
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


def _numeros(lot: Lot) -> pl.Expr:
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


def _generales(lot: Lot, etendu: bool, version: int, jour: date | None) -> pl.DataFrame:
    sections = (
        lot.ventilations.filter(pl.col("genre") == "H").select("numero_ligne", "axe", "section").unique("numero_ligne")
    )
    lignes = lot.lignes.with_columns(
        genre=pl.coalesce("genre", pl.when(pl.col("tiers").is_not_null()).then(pl.lit("X")).otherwise(pl.lit(""))),
        numero_piece=_numeros(lot),
    ).join(sections, on="numero_ligne", how="left", maintain_order="left")  # fmt: skip
    record = layout.mouvement(etendu)
    valeurs = _valeurs_communes()
    valeurs |= {
        "AUXSECT": pl.coalesce("section", "tiers"),
        "MODEPAIE": pl.col("mode_paiement"),
        "ECHEANCE": pl.col("echeance"),
        "NUMECHE": pl.col("numero_echeance"),
        "AXE": pl.col("axe"),
    }
    textes = _zones_communes(record, valeurs)
    if etendu:
        textes |= _zones_etendues(
            record, layout.LARGEURS_ETE.get(max(version, 3), record.width), jour, _extension(jour)
        )
        _refuser_excedent(lignes, layout.LARGEURS_ETE.get(max(version, 3), record.width))
    cadre = lignes.select("numero_ligne", **textes)
    return lignes.select("numero_ligne", "ecriture").with_columns(texte=_assembler(cadre, record.name, list(textes)))


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
        "LIBELLE": pl.col("libelle").str.replace_all(_CONTROLES, " "),
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


def _extension(jour: date | None) -> dict[str, pl.Expr]:
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
        "DATECREATION": pl.when(neuve).then(pl.lit(jour)),
        "ECRANOUVEAU": pl.coalesce("a_nouveau", pl.when(neuve).then(pl.lit("N"))),
        "DATEPAQUETMAX": pl.col("date_lettrage"),
        "LETTRAGE": lettrage,
        "ETATLETTRAGE": pl.when(neuve).then(etat),
        "VALIDDATE": pl.col("date_validation"),
    }


def _zones_etendues(
    record: Record, largeur: int, jour: date | None, valeurs: Mapping[str, pl.Expr]
) -> dict[str, pl.Expr]:
    """Columns 223 to ``largeur``: named zones over the text kept when reading, or over the writer's defaults."""
    textes: dict[str, pl.Expr] = {}
    garde = pl.col("supplement")

    def fond(debut: int, fin: int, defaut: str) -> pl.Expr:
        coupe = garde.str.slice(debut - layout.LARGEUR_STD - 1, fin - debut + 1).str.pad_end(fin - debut + 1)
        return pl.when(garde.is_null()).then(pl.lit(defaut)).otherwise(coupe)

    suite: list[Zone] = []
    for zone in record.zones:
        if zone.start <= layout.LARGEUR_STD or zone.end > largeur:
            continue
        if zone.name not in valeurs:
            suite.append(zone)
            continue
        if suite:
            textes[f"{suite[0].name}|"] = fond(suite[0].start, suite[-1].end, "".join(map(_defaut, suite)))
            suite = []
        valeur = valeurs[zone.name]
        textes[zone.name] = (
            pl.when(valeur.is_null())
            .then(fond(zone.start, zone.end, _defaut(zone)))
            .otherwise(zone.codec.ecrire(valeur, zone.width))
        )
    if suite:
        textes[f"{suite[0].name}|"] = fond(suite[0].start, suite[-1].end, "".join(map(_defaut, suite)))
    return textes


def _defaut(zone: Zone) -> str:
    sinon = SANS_DATE if zone.codec is DATE else "-" if zone.codec is BOOLEEN else ""
    return layout.DEFAUTS_ETE.get(zone.name, sinon).ljust(zone.width)


def _refuser_excedent(lignes: pl.DataFrame, largeur: int) -> None:
    trop = lignes.filter(pl.col("supplement").str.slice(largeur - layout.LARGEUR_STD).str.strip_chars(" -") != "")
    if trop.height:
        raise EcritureImpossible(
            f"La ligne {trop['numero_ligne'][0]} a des zones au-delà de la colonne {largeur}, que la version demandée ne sait pas écrire : "
            "choisir une version plus récente."
        )


def _analytiques(parts: pl.DataFrame, lot: Lot, etendu: bool, version: int, jour: date | None) -> pl.Series:
    """Lines A and O: as they were read, else built from the general line they split."""
    record = layout.analytique(etendu)
    largeur = layout.LARGEURS_ETE_ANALYTIQUE.get(max(version, 3), record.width) if etendu else layout.LARGEUR_STD
    gardees = parts["texte"].str.slice(0, largeur).str.pad_end(largeur)
    if gardees.null_count() == 0:
        return gardees
    meres = lot.lignes.with_columns(numero_piece=_numeros(lot)).select(
        "nature",
        "reference",
        "type_ecriture",
        "numero_piece",
        "etablissement",
        ligne_mere="numero_ligne",
        supplement=pl.lit(None, pl.String),
    )
    # shares are written in euros: a currency would need an amount of its own
    lignes = parts.join(meres, on="ligne_mere", how="left", maintain_order="left").with_columns(
        montant_devise=pl.lit(None, pl.Int64),
        devise=pl.lit(None, pl.String),
        taux_devise=pl.lit(None, pl.String),
        lettrage=pl.lit(None, pl.String),
    )
    _refuser_montants(lignes)
    textes = _zones_communes(record, _valeurs_communes() | {"AUXSECT": pl.col("section"), "AXE": pl.col("axe")})
    if etendu:
        communes = {nom: expr for nom, expr in _extension(jour).items() if nom in ("DATECREATION", "ECRANOUVEAU")}
        communes["ECRANOUVEAU"] = pl.lit("N")
        textes |= _zones_etendues(record, largeur, jour, communes)
    neuves = _assembler(lignes.select("numero_ligne", **textes), record.name, list(textes))
    return pl.select(pl.coalesce(gardees, neuves)).to_series()
