"""The TOML text of a model becomes a value: every error is named by its key (modele_ecrit.py writes it).

The text is what people edit and keep; :class:`~ecritures.domain.modele.Modele` is the value. Unknown keys are refused:
a misspelt key must not be a setting silently left at its default.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.modele import (
    CHAMPS,
    FORMES_DATE,
    NOM_MAX,
    OPERATIONS,
    Colonne,
    Convention,
    FormatModele,
    Genre,
    Groupement,
    Modele,
    Transformation,
    Tva,
)
from ecritures.formats.perso.cles import (
    Cles,
    booleen,
    choix,
    entier,
    liste,
    noms,
    texte,
)

TOML_CARACTERES_MAX = 200_000
"""A model is a page of text; more is not one."""

SEPARATEURS = {"tab": "\t"}
ENCODAGES = ("auto", "utf-8", "windows-1252", "iso-8859-15", "cp850")
DECIMALES = ("", ",", ".")
MILLIERS = ("", " ", ".", ",", "'")
_TAUX = re.compile(r"(\d{1,2})(?:[.,](\d{1,2}))?")


def lire_modele(contenu: str) -> Modele:
    """The model of that text. Raises :class:`ModeleInvalide`: the key at fault, and what is admitted."""
    if len(contenu) > TOML_CARACTERES_MAX:
        raise ModeleInvalide("", f"le texte dépasse {TOML_CARACTERES_MAX} caractères.")
    try:
        lu = tomllib.loads(contenu)
    except (tomllib.TOMLDecodeError, RecursionError) as erreur:
        raise ModeleInvalide("", f"le texte n'est pas du TOML ({erreur}).") from erreur
    racine = Cles("", lu)
    nom = " ".join(texte(racine, "nom").split())
    if not nom or len(nom) > NOM_MAX or not nom.isprintable():
        raise ModeleInvalide("nom", f"un nom de 1 à {NOM_MAX} caractères est attendu.")
    format_ = FormatModele(choix(racine, "format", tuple(FormatModele)))
    convention, debit, credit = _montants(racine.table("montants"))
    fichier = _fichier(racine.table("fichier"), format_)
    nombres, dates = racine.table("nombres"), racine.table("dates")
    ecritures, ignorer = racine.table("ecritures"), racine.table("ignorer")
    modele = Modele(
        nom=nom,
        format=format_,
        **fichier,
        quinze_chiffres=booleen(nombres, "quinze_chiffres", False),
        decimale=choix(nombres, "decimale", DECIMALES, "" if format_ is FormatModele.XLSX else None),
        milliers=choix(nombres, "milliers", MILLIERS, ""),
        formes_date=noms(dates, "formes", FORMES_DATE, () if format_ is FormatModele.XLSX else None),
        convention=convention,
        sens_debit=debit,
        sens_credit=credit,
        groupement=Groupement(choix(ecritures, "groupement", tuple(Groupement))),
        contrepartie=texte(ecritures, "contrepartie", "") or None,
        colonnes=_colonnes(racine.table("colonnes"), format_),
        constantes=_valeurs(racine.table("constantes")),
        defauts=_valeurs(racine.table("defauts")),
        tva=_tva(racine),
        ignorer_vides=booleen(ignorer, "vides", True),
        totaux=liste(ignorer, "totaux", ()),
    )
    for sous in (nombres, dates, ecritures, ignorer, racine):
        sous.finir()
    verifier(modele)
    return modele


def verifier(modele: Modele) -> None:
    """What a key alone does not say: raises :class:`ModeleInvalide` when the parts do not fit together."""
    if modele.decimale and modele.decimale == modele.milliers:
        raise ModeleInvalide("nombres.milliers", "la marque des milliers est celle des décimales.")
    if modele.format is FormatModele.CSV and modele.guillemet and modele.guillemet == modele.separateur:
        raise ModeleInvalide("fichier.guillemet", "le guillemet est le séparateur.")
    _verifie_places(modele)
    _verifie_montants(modele)
    emplis = {*modele.colonnes, *modele.constantes, *modele.defauts}
    for champ in ("journal", "date", "compte"):
        if champ not in emplis:
            suite = f" ou constantes.{champ}" if champ != "date" else ""
            raise ModeleInvalide(f"colonnes.{champ}", f"à remplir : donner colonnes.{champ}{suite}.")
    besoins = {Groupement.PIECE: "numero_piece", Groupement.DATE_REFERENCE: "reference"}
    if (champ := besoins.get(modele.groupement, "")) and champ not in emplis:
        raise ModeleInvalide(
            "ecritures.groupement",
            f"« {modele.groupement} » demande la colonne {champ} ; groupements admis : {_enumere(tuple(Groupement))}.",
        )
    if modele.groupement is Groupement.LIGNE and modele.contrepartie is None:
        raise ModeleInvalide("ecritures.contrepartie", "à remplir : « ligne » demande le compte de contrepartie.")
    if modele.contrepartie and modele.groupement is not Groupement.LIGNE:
        raise ModeleInvalide("ecritures.contrepartie", "elle n'est admise qu'avec le groupement « ligne ».")
    if "axe" in emplis and "section" not in emplis:
        raise ModeleInvalide("colonnes.axe", "un axe demande aussi colonnes.section.")


def _verifie_places(modele: Modele) -> None:
    for champ, colonne in modele.colonnes.items():
        if colonne.nom is not None and not modele.entete:
            raise ModeleInvalide(f"colonnes.{champ}.nom", "sans ligne d'en-tête (fichier.entete), donner le rang.")
        autre = colonne.a_defaut
        if autre is not None and (autre not in modele.colonnes or CHAMPS[autre] is not CHAMPS[champ] or autre == champ):
            raise ModeleInvalide(
                f"colonnes.{champ}.a_defaut", "une autre colonne déclarée, du même genre, est attendue."
            )
        if champ in modele.constantes:
            raise ModeleInvalide(f"constantes.{champ}", f"le champ est déjà rempli par colonnes.{champ}.")


def _verifie_montants(modele: Modele) -> None:
    deux = modele.convention is Convention.DEUX_COLONNES
    voulus = ("debit", "credit") if deux else ("montant",)
    if modele.convention is Convention.MONTANT_ET_SENS:
        voulus = ("montant", "sens")
        communs = {_plat(t) for t in modele.sens_debit} & {_plat(t) for t in modele.sens_credit}
        if not modele.sens_debit or not modele.sens_credit or communs:
            raise ModeleInvalide("montants.debit", "donner les textes du débit et, dans montants.credit, d'autres.")
    for champ in voulus:
        if champ not in modele.colonnes:
            raise ModeleInvalide(f"colonnes.{champ}", f"à remplir : la convention « {modele.convention} » la demande.")
    for champ in {"debit", "credit", "montant", "sens"} & modele.colonnes.keys() - set(voulus):
        raise ModeleInvalide(f"colonnes.{champ}", f"la convention « {modele.convention} » ne l'emploie pas.")


def _plat(valeur: str) -> str:
    return valeur.strip().casefold()


def _enumere(valeurs: tuple[str, ...]) -> str:
    return ", ".join(f"« {v} »" for v in valeurs)


def _fichier(cles: Cles, format_: FormatModele) -> dict[str, Any]:
    """The keys of [fichier], those of the format only."""
    lu: dict[str, Any] = {"lignes_a_sauter": entier(cles, "lignes_a_sauter", 0, 10_000, 0)}
    lu["entete"] = booleen(cles, "entete", format_ is not FormatModele.FIXE)
    if format_ is FormatModele.FIXE and lu["entete"]:
        raise ModeleInvalide("fichier.entete", "un fichier à largeur fixe n'a pas de noms de colonnes : false.")
    if format_ is FormatModele.XLSX:
        feuille = cles.prendre("feuille")
        if feuille is not None and (isinstance(feuille, bool) or not isinstance(feuille, str | int) or feuille == 0):
            raise ModeleInvalide("fichier.feuille", "un nom, ou un rang à partir de 1, est attendu.")
        lu["feuille"] = feuille
    else:
        lu["encodage"] = choix(cles, "encodage", ENCODAGES, "auto")
    if format_ is FormatModele.CSV:
        separateur = texte(cles, "separateur")
        lu["separateur"] = _un_caractere("fichier.separateur", SEPARATEURS.get(separateur, separateur))
        guillemet = texte(cles, "guillemet", '"')
        lu["guillemet"] = _un_caractere("fichier.guillemet", guillemet) if guillemet else ""
    cles.finir()
    return lu


def _un_caractere(cle: str, valeur: str) -> str:
    if len(valeur) != 1 or valeur.isalnum() or valeur in "\r\n\x00" or not valeur.isascii():
        raise ModeleInvalide(cle, "un seul signe est attendu : « ; », « , », « | » ou « tab » par exemple.")
    return valeur


def _montants(cles: Cles) -> tuple[Convention, tuple[str, ...], tuple[str, ...]]:
    convention = Convention(choix(cles, "convention", tuple(Convention)))
    debit: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()
    if convention is Convention.MONTANT_ET_SENS:
        debit, credit = liste(cles, "debit"), liste(cles, "credit")
    cles.finir()
    return convention, debit, credit


def _colonnes(cles: Cles, format_: FormatModele) -> dict[str, Colonne]:
    lues = {}
    for champ in cles.restants():
        if champ not in CHAMPS:
            raise ModeleInvalide(f"colonnes.{champ}", f"champ inconnu ; admis : {', '.join(CHAMPS)}.")
        lues[champ] = _colonne(cles.table(champ), format_)
    return lues


def _colonne(cles: Cles, format_: FormatModele) -> Colonne:
    nom = texte(cles, "nom", "") or None
    rang = entier(cles, "rang", 1, 16_384, 0) or None
    debut, largeur = entier(cles, "debut", 1, 100_000, 0) or None, entier(cles, "largeur", 1, 10_000, 0) or None
    if format_ is FormatModele.FIXE:
        if debut is None or largeur is None or nom or rang:
            raise ModeleInvalide(
                cles.chemin, "debut et largeur sont attendus (et eux seuls) dans un fichier à largeur fixe."
            )
    elif (nom is None) == (rang is None) or debut or largeur:
        raise ModeleInvalide(cles.chemin, "nom ou rang est attendu (l'un des deux).")
    autre = texte(cles, "a_defaut", "") or None
    brutes = cles.prendre("transformations") or []
    if not isinstance(brutes, list):
        raise ModeleInvalide(f"{cles.chemin}.transformations", "une liste est attendue.")
    suite = tuple(_transformation(f"{cles.chemin}.transformations", t) for t in brutes)
    cles.finir()
    return Colonne(nom, rang, debut, largeur, suite, autre)


def _transformation(cle: str, brute: object) -> Transformation:
    """``"rogner"``, ``{completer = 6}``, ``{remplacer = {VENTES = "VE"}}``, ``{couper = [1, 3]}``."""
    nom, valeur = (brute, None) if isinstance(brute, str) else (None, None)
    if isinstance(brute, dict) and len(brute) == 1:
        nom, valeur = next(iter(brute.items()))
    if nom not in OPERATIONS or (OPERATIONS[nom] == "") != (valeur is None):
        raise ModeleInvalide(cle, f"transformation inconnue ; admises : {', '.join(OPERATIONS)}.")
    assert nom is not None, "an unknown operation was refused"
    genre = OPERATIONS[nom]
    if genre == "":
        return Transformation(nom)
    if genre == "nombre" and isinstance(valeur, int) and not isinstance(valeur, bool) and 1 <= valeur <= 40:
        return Transformation(nom, nombre=valeur)
    if genre == "texte" and isinstance(valeur, str) and valeur:
        return Transformation(nom, texte=valeur)
    if genre == "table" and isinstance(valeur, dict) and valeur and all(isinstance(m, str) for m in valeur.values()):
        return Transformation(nom, table={str(de): str(vers) for de, vers in valeur.items()})
    if genre == "bornes" and isinstance(valeur, list) and _sont_des_bornes(valeur):
        return Transformation(nom, debut=valeur[0], fin=valeur[1])
    attendu = {
        "nombre": "un entier de 1 à 40",
        "texte": "un texte",
        "table": "une table de textes",
        "bornes": "[premier, dernier] caractère, à partir de 1",
    }[genre]
    raise ModeleInvalide(f"{cle}.{nom}", f"{attendu} est attendu.")


def _sont_des_bornes(valeur: list[object]) -> bool:
    entiers = [v for v in valeur if isinstance(v, int) and not isinstance(v, bool)]
    return len(entiers) == len(valeur) == 2 and 1 <= entiers[0] <= entiers[1] <= 10_000


def _valeurs(cles: Cles) -> dict[str, str]:
    """Constants and defaults: texts only, for fields that are texts."""
    admis = [champ for champ, genre in CHAMPS.items() if genre is Genre.TEXTE]
    lues = {}
    for champ in cles.restants():
        if champ not in admis:
            raise ModeleInvalide(f"{cles.chemin}.{champ}", f"champ inconnu ici ; admis : {', '.join(admis)}.")
        lues[champ] = texte(cles, champ)
    return lues


def _tva(racine: Cles) -> tuple[Tva, ...]:
    brutes = racine.prendre("tva") or []
    if not isinstance(brutes, list) or not all(isinstance(b, dict) for b in brutes):
        raise ModeleInvalide("tva", "écrire [[tva]], une fois par règle.")
    regles = tuple(_une_tva(Cles("tva", brute)) for brute in brutes)
    if len({r.compte for r in regles}) != len(regles):
        raise ModeleInvalide("tva.compte", "un compte a deux règles.")
    return regles


def _une_tva(cles: Cles) -> Tva:
    lu = _TAUX.fullmatch(texte(cles, "taux"))
    if lu is None:
        raise ModeleInvalide("tva.taux", 'un pourcentage en texte est attendu : "20", "5.5", "2.1".')
    taux = int(lu[1]) * 100 + int((lu[2] or "").ljust(2, "0"))
    regle = Tva(texte(cles, "compte"), texte(cles, "compte_ht"), texte(cles, "compte_tva"), taux)
    cles.finir()
    if not (regle.compte and regle.compte_ht and regle.compte_tva):
        raise ModeleInvalide("tva", "compte, compte_ht et compte_tva sont attendus.")
    return regle
