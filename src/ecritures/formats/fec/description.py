"""The description that goes with a FEC (A47 A-1 XI): its zones, its codes, its technical data, how it was made. Plain text.

Generated from the file itself: what can be seen of it is said, what only its author knows is asked for (``Precisions``), and a
point left open says so instead of inventing an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from ecritures.domain.lot import Lot
from ecritures.domain.montant import date_fr, euros
from ecritures.formats.fec.depart import CODES_A_NOUVEAUX
from ecritures.formats.fec.layout import BIC_IS, FORMES
from ecritures.formats.fec.nom import nom_de_fichier
from ecritures.formats.fec.supplement import colonnes_supplementaires
from ecritures.formats.fec.valeurs import DATE, MONTANT
from ecritures.formats.fec.writer import Export
from ecritures.formats.fec.xml_ecrivain import ExportXml
from ecritures.formats.fec.xml_schema import NOM_DE_SCHEMA

CODES_MONTRES = 60
"""Values of a coded zone written out; a file with more of them uses it as free text."""
PARTAGE_MAX_POUR_CENT = 1
"""Numbers shared by two journals, in percent, below which one sequence runs through the file (fec.md section 5)."""
A_PRECISER = "à préciser par l'entreprise"

SIGNIFICATIONS: Mapping[str, str] = {
    "JournalCode": "code du journal de l'écriture",
    "JournalLib": "libellé du journal",
    "EcritureNum": "numéro de l'écriture, sur une séquence continue ; le même sur toutes ses lignes",
    "EcritureDate": "date de comptabilisation de l'écriture",
    "CompteNum": "numéro de compte ; les trois premiers caractères sont ceux du plan comptable",
    "CompteLib": "libellé du compte",
    "CompAuxNum": "numéro du compte auxiliaire (tiers) ; CompteNum porte alors le compte collectif",
    "CompAuxLib": "libellé du compte auxiliaire",
    "PieceRef": "référence de la pièce justificative",
    "PieceDate": "date de la pièce justificative",
    "EcritureLib": "libellé de l'écriture",
    "Debit": "montant au débit, 0,00 si la ligne est au crédit",
    "Credit": "montant au crédit, 0,00 si la ligne est au débit",
    "EcritureLet": "code de lettrage ; commun aux lignes d'un même compte qui se répondent",
    "DateLet": "date du lettrage",
    "ValidDate": "date de validation de l'écriture : elle n'est plus modifiable après",
    "Montantdevise": "montant en monnaie étrangère, signé : positif au débit, négatif au crédit",
    "Idevise": "code ISO 4217 de la monnaie étrangère",
    "DateRglt": "date du règlement",
    "ModeRglt": "mode de règlement",
    "NatOp": "nature de l'opération",
    "IdClient": "identification du client",
}


@dataclass(frozen=True)
class Precisions:
    """What only the author of the file knows. ``zones``: meaning of the producer's columns. ``codes``: zone -> value -> meaning.
    ``lacunes``: why numbers are missing. ``inventaire``: how inventory entries are recognised."""

    logiciel: str = ""
    version: str = ""
    entreprise: str = ""
    exercice: tuple[date, date] | None = None
    zones: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lacunes: str = ""
    inventaire: str = ""


def nom_de_description(siren: str, cloture: date) -> str:
    """``900000001FEC20251231_description.txt``."""
    return nom_de_fichier(siren, cloture, "_description")


def decrire(
    lot: Lot,
    export: Export | ExportXml | Sequence[Export],
    *,
    siren: str | None = None,
    cloture: date | None = None,
    precisions: Precisions = Precisions(),
) -> str:
    """The description of the file, or of its parts. ``lot``: what was written, best read back from the bytes produced.

    ``cloture``: closing date of the file name; the lot's own when None.
    """
    exports: list[Export | ExportXml] = [export] if isinstance(export, Export | ExportXml) else list(export)
    assert exports, "there is a file to describe"
    exercice = precisions.exercice or lot.exercice_annonce
    cloture = cloture or (exercice[1] if exercice else None)
    redacteur = _Redacteur(lot, exports, siren, cloture, exercice, precisions)
    return "\n".join(redacteur.lignes()) + "\n"


class _Redacteur:
    def __init__(
        self,
        lot: Lot,
        exports: Sequence[Export | ExportXml],
        siren: str | None,
        cloture: date | None,
        exercice: tuple[date, date] | None,
        precisions: Precisions,
    ) -> None:
        self._lot = lot
        self._exports = exports
        self._siren = siren
        self._cloture = cloture
        self._exercice = exercice
        self._precisions = precisions
        self._regime = exports[0].regime
        self._supplements = colonnes_supplementaires(lot)

    def lignes(self) -> Iterator[str]:
        titre = "DESCRIPTION DU FICHIER DES ÉCRITURES COMPTABLES"
        yield titre
        yield "(article A47 A-1 du livre des procédures fiscales, paragraphe XI)"
        for rang, (nom, contenu) in enumerate(
            (
                ("Fichier", self._fichier()),
                ("Entreprise, exercice et régime", self._exercice_et_regime()),
                ("Données techniques", self._technique()),
                ("Zones", self._zones()),
                ("Codes employés", self._codes()),
                ("Numérotation des écritures", self._numerotation()),
                ("À-nouveaux, inventaire et pièces", self._conventions()),
                ("Écritures laissées hors du fichier", self._exclusions()),
            ),
            1,
        ):
            yield ""
            yield f"{rang}. {nom}"
            yield "-" * (len(nom) + 3)
            yield from contenu

    def _fichier(self) -> Iterator[str]:
        for export in self._exports:
            yield f"Nom : {self._nom(export)}"
            yield f"Taille : {len(export.octets)} octets. SHA-256 : {export.sha256}"
            yield (
                f"Lignes : {export.lignes}. Écritures : {export.ecritures}. "
                f"Débit : {_montant(export.debit_centimes)}. Crédit : {_montant(export.credit_centimes)}."
            )
        if len(self._exports) > 1:
            lignes = sum(e.lignes for e in self._exports)
            debit, credit = (sum(getattr(e, c) for e in self._exports) for c in ("debit_centimes", "credit_centimes"))
            yield (
                f"Ensemble ({len(self._exports)} parties, à lire dans l'ordre de leur suffixe) : {lignes} lignes, "
                f"débit {_montant(debit)}, crédit {_montant(credit)}."
            )

    def _nom(self, export: Export | ExportXml) -> str:
        if self._siren is None or self._cloture is None:
            return f"SirenFECAAAAMMJJ{'' if isinstance(export, ExportXml) else export.suffixe} ({A_PRECISER})"
        return export.nom(self._siren) if isinstance(export, ExportXml) else export.nom(self._siren, self._cloture)

    def _exercice_et_regime(self) -> Iterator[str]:
        p = self._precisions
        yield f"Entreprise : {p.entreprise or A_PRECISER}. SIREN : {self._siren or A_PRECISER}."
        debut_fin = f"du {date_fr(self._exercice[0])} au {date_fr(self._exercice[1])}" if self._exercice else A_PRECISER
        yield f"Exercice : {debut_fin}."
        forme = FORMES[self._regime]
        yield f"Régime : {self._regime.libelle} ({forme.table.source})."
        logiciel = " ".join(m for m in (p.logiciel, p.version) if m)
        yield f"Logiciel : {logiciel or A_PRECISER}."
        premier, dernier = self._lot.lignes["date"].min(), self._lot.lignes["date"].max()
        if isinstance(premier, date) and isinstance(dernier, date):
            yield f"Dates des écritures : du {date_fr(premier)} au {date_fr(dernier)}."

    def _technique(self) -> Iterator[str]:
        export = self._exports[0]
        jeu = {"utf-8": "UTF-8, sans marque d'ordre des octets", "iso-8859-15": "ISO 8859-15"}[export.encodage]
        yield f"Jeu de caractères : {jeu}."
        if isinstance(export, ExportXml):
            yield f"Forme : XML, schéma {NOM_DE_SCHEMA[export.regime]} ; un élément « ligne » par ligne d'écriture."
            yield "Montants : en euros, point décimal, deux décimales. Dates : AAAA-MM-JJ."
            yield "Le libellé, la pièce et le lettrage sont ceux de l'écriture entière ; le lettrage concerne ses lignes de tiers."
            return
        separateur = (
            "tabulation (caractère 9)" if export.separateur == "\t" else "barre verticale « | » (caractère 124)"
        )
        yield f"Forme : texte à plat, séparateur {separateur} ; aucun guillemet ; zones de longueur variable."
        yield "Fin d'enregistrement : retour chariot et saut de ligne (caractères 13 et 10), la dernière ligne comprise."
        yield f"Première ligne : noms des zones. Nombre de zones : {len(export.zones)}."
        yield "Montants : en euros, virgule décimale, deux décimales, sans séparateur de milliers ; signe « - » en tête s'il y a lieu."
        yield "Dates : AAAAMMJJ. Une zone facultative non utilisée est vide."

    # ── zones ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _zones(self) -> Iterator[str]:
        table = FORMES[self._regime].table
        hauteur = self._lot.lignes.height
        for rang, colonne in enumerate(table.columns, 1):
            nature = "date" if colonne.codec is DATE else "numérique" if colonne.codec is MONTANT else "alphanumérique"
            presence = "obligatoire" if colonne.required else "facultative"
            remplies = self._remplies(colonne.name, colonne.champ)
            yield f"{rang:>3}. {colonne.name} : {SIGNIFICATIONS[colonne.name]}."
            yield f"     Nature {nature}, {presence} ; remplie sur {_pluriel(remplies, 'ligne')} ({_part(remplies, hauteur)})."
        propres = [nom for nom in self._supplements.columns if nom not in table.noms]
        for rang, nom in enumerate(propres, len(table.columns) + 1):
            valeurs = self._supplements[nom]
            remplies = int((valeurs != "").sum())
            yield f"{rang:>3}. {nom} : {self._precisions.zones.get(nom, A_PRECISER)}."
            yield f"     Zone supplémentaire, {_nature_devinee(valeurs)} ; remplie sur {_pluriel(remplies, 'ligne')} ({_part(remplies, hauteur)})."

    def _remplies(self, zone: str, champ: str) -> int:
        if zone not in BIC_IS.noms:
            return int((self._supplements[zone] != "").sum()) if zone in self._supplements.columns else 0
        valeurs = self._lot.lignes[champ]
        if valeurs.dtype == pl.String:
            return int((valeurs.fill_null("") != "").sum())
        return valeurs.len() - valeurs.null_count()

    # ── codes ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _codes(self) -> Iterator[str]:
        lignes = self._lot.lignes
        yield "Journaux (code : libellé ; lignes) :"
        journaux = lignes.group_by("journal", maintain_order=True).agg(
            pl.col("journal_libelle").drop_nulls().first(), n=pl.len()
        )
        for code, libelle, nombre in journaux.iter_rows():
            yield f"  {code or '(vide)'} : {libelle or A_PRECISER} ; {_pluriel(nombre, 'ligne')}"
        lettrages = lignes["lettrage"].drop_nulls().unique().sort()
        if lettrages.len():
            longueurs = sorted(len(code) for code in lettrages.to_list())
            yield (
                f"Codes de lettrage (EcritureLet) : {_pluriel(lettrages.len(), 'code')} de {longueurs[0]} à {longueurs[-1]} caractères, "
                f"de « {lettrages[0]} » à « {lettrages[-1]} ». Un code vaut à l'intérieur d'un compte et d'un auxiliaire."
            )
        else:
            yield "Codes de lettrage (EcritureLet) : aucun."
        yield from self._valeurs("Idevise", lignes["devise"])
        for zone in ("ModeRglt", "NatOp"):
            if zone in FORMES[self._regime].table.noms and zone in self._supplements.columns:
                valeurs = self._supplements[zone]
                yield from self._valeurs(zone, valeurs.filter(valeurs != ""))

    def _valeurs(self, zone: str, valeurs: pl.Series) -> Iterator[str]:
        comptes = valeurs.drop_nulls().value_counts(sort=True, name="n")
        if comptes.height == 0:
            yield f"{zone} : aucune valeur."
            return
        if comptes.height > CODES_MONTRES:
            yield f"{zone} : {comptes.height} valeurs, texte libre."
            return
        yield f"{zone} (valeur : signification ; lignes) :"
        connues = self._precisions.codes.get(zone, {})
        for valeur, nombre in comptes.iter_rows():
            sens = connues.get(valeur, "code ISO 4217" if zone == "Idevise" else A_PRECISER)
            yield f"  {valeur} : {sens} ; {_pluriel(nombre, 'ligne')}"

    # ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _numerotation(self) -> Iterator[str]:
        numeros = (
            self._lot.lignes.select("journal", numero=pl.col("numero_piece").fill_null(""))
            .unique(maintain_order=True)
            .with_columns(
                prefixe=pl.col("numero").str.replace(r"[0-9]{1,18}[^0-9]*$", ""),
                valeur=pl.col("numero")
                .str.extract(r"([0-9]{1,18})[^0-9]*$")
                .str.to_integer(strict=False, dtype=pl.Int64),
            )
        )
        if numeros["valeur"].null_count():
            sans = numeros.filter(pl.col("valeur").is_null()).height
            yield f"Numéros sans partie numérique : {sans} ; leur continuité ne peut pas être vérifiée."
        chiffres = numeros.drop_nulls("valeur")
        par_journal = _est_par_journal(chiffres)
        yield (
            "Mode : une séquence par journal (et par préfixe)."
            if par_journal
            else "Mode : une seule séquence pour tout le fichier (par préfixe)."
        )
        cle = ["journal", "prefixe"] if par_journal else ["prefixe"]
        suites = chiffres.group_by(cle, maintain_order=True).agg(
            premier=pl.col("valeur").min(), dernier=pl.col("valeur").max(), nombre=pl.col("valeur").n_unique()
        )
        manquants = 0
        for rangee in suites.head(CODES_MONTRES).iter_rows(named=True):
            absents = rangee["dernier"] - rangee["premier"] + 1 - rangee["nombre"]
            manquants += absents
            ou = f"journal {rangee['journal'] or '(vide)'}, " if par_journal else ""
            prefixe = f"préfixe « {rangee['prefixe']} »" if rangee["prefixe"] else "sans préfixe"
            yield f"  {ou}{prefixe} : de {rangee['premier']} à {rangee['dernier']}, {_pluriel(rangee['nombre'], 'numéro')}, {_pluriel(absents, 'absent')}"
        if suites.height > CODES_MONTRES:
            yield f"  … et {suites.height - CODES_MONTRES} autres séquences"
        if manquants:
            yield f"Numéros absents : {self._precisions.lacunes or A_PRECISER + ' (brouillons supprimés, par exemple)'}."

    def _conventions(self) -> Iterator[str]:
        lignes = self._lot.lignes
        codes = lignes.filter(pl.col("journal").str.contains(CODES_A_NOUVEAUX))["journal"].unique().sort().to_list()
        if codes:
            nombre = lignes.filter(pl.col("journal").is_in(codes)).height
            yield f"À-nouveaux : {_pluriel(nombre, 'ligne')}, dans le journal {', '.join(codes)}."
        else:
            yield "À-nouveaux : aucun journal de ce nom dans le fichier."
        yield f"Écritures d'inventaire : {self._precisions.inventaire or A_PRECISER}."
        comme_numero = lignes.filter(pl.col("reference") == pl.col("numero_piece")).height
        remplissage = lignes.filter(pl.col("reference").str.contains(r"^[-/. ]*$")).height
        yield (
            f"PieceRef : numéro de l'écriture, faute d'autre référence, sur {_pluriel(comme_numero, 'ligne')} ; "
            f"valeur de convention (« - », « / ») sur {_pluriel(remplissage, 'ligne')}."
        )
        yield "Monnaie : les montants sont en euros ; Montantdevise et Idevise ne sont remplies que pour une opération en monnaie étrangère."

    def _exclusions(self) -> Iterator[str]:
        brouillons, soldes, centralisations = (
            sum(getattr(e, nom) for e in self._exports)
            for nom in ("brouillons_exclus", "soldes_de_gestion_exclus", "centralisations_exclues")
        )
        yield f"Brouillons (sans date de validation) : {brouillons}."
        yield f"Écritures de solde des comptes de gestion (classes 6 et 7) : {soldes}."
        yield f"Écritures de centralisation : {centralisations}."


def _est_par_journal(numeros: pl.DataFrame) -> bool:
    """True when one percent of the numbers or more are those of two journals."""
    par_numero = numeros.group_by("prefixe", "valeur").agg(n=pl.col("journal").n_unique())
    partages = par_numero.filter(pl.col("n") > 1).height
    plusieurs = numeros["journal"].n_unique() > 1
    prefixes = numeros.group_by("journal").agg(pl.col("prefixe").first())
    distincts = plusieurs and prefixes["prefixe"].n_unique() == prefixes.height
    return plusieurs and (distincts or 100 * partages >= PARTAGE_MAX_POUR_CENT * par_numero.height)


def _nature_devinee(valeurs: pl.Series) -> str:
    """What the values of a producer's column look like."""
    pleines = valeurs.filter(valeurs != "").unique()
    if pleines.len() == 0:
        return "sans valeur"
    for nature, forme in (
        ("date", r"^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$"),
        ("entier", r"^-?[0-9]+$"),
        ("numérique", r"^-?[0-9]+[.,][0-9]+$"),
    ):
        if pleines.str.contains(forme).all():
            return f"de nature {nature} d'après ses valeurs"
    return "de nature alphanumérique d'après ses valeurs"


def _pluriel(nombre: int, nom: str) -> str:
    return f"{nombre} {nom}{'s' if nombre > 1 else ''}"


def _part(nombre: int, total: int) -> str:
    """Tenths of a percent, without a float."""
    dixiemes = 1000 * nombre // total if total else 0
    return f"{dixiemes // 10},{dixiemes % 10} %"


def _montant(centimes: int) -> str:
    return euros(centimes, millier=" ", unite=" euros")


__all__ = ["Precisions", "decrire", "nom_de_description"]
