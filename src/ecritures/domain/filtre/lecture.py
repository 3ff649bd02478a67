"""Reads a ``filter``: a grammar, never an evaluation.

::

    filtre      = conjonction { "||" conjonction }
    conjonction = terme { "&&" terme }
    terme       = "(" filtre ")" | comparaison
    comparaison = champ comparateur valeur | valeur comparateur champ
    comparateur = "==" | "===" | "!=" | "!==" | ">" | ">=" | "<" | "<="
    valeur      = texte | nombre | "true" | "false" | "null"

The contract shows examples only; the rest is this project's choice (a JavaScript-like expression that is parsed).
"""

from __future__ import annotations

from difflib import get_close_matches

from ecritures.domain.errors import FiltreInvalide
from ecritures.domain.filtre.arbre import EGALITES, Comparaison, Expression, Operateur, et, ou
from ecritures.domain.filtre.champs import Champ, Ressource, ValeurRefusee
from ecritures.domain.filtre.lexique import Genre, Jeton, entre_guillemets, jetons, mesurer, montrer

PROFONDEUR_MAX = 16
"""Parentheses within each other: bounds the recursion here, in the printer and in the databases."""
TERMES_MAX = 100
"""Comparisons of one filter: both databases plan as many without trouble."""

_OPERATEURS = {"===": Operateur.EGAL, "!==": Operateur.DIFFERENT} | {op.value: op for op in Operateur}
_COMPARATEURS = "un opérateur (== != > >= < <=)"
_VALEUR = "une valeur (texte entre guillemets, nombre, true, false ou null)"


def lire_filtre(texte: str, ressource: Ressource, parametre: str = "filter") -> Expression | None:
    """The filter, or None when the text is blank. Raises FiltreInvalide with the place of the first fault."""
    mesurer(texte, parametre)
    debut, fin = entre_guillemets(texte)
    if not texte[debut:fin].strip():
        return None
    return _Lecteur(texte, debut, fin, ressource, parametre).filtre()


def champ_inconnu(
    parametre: str, position: int, nom: str, ressource: Ressource, admis: tuple[Champ, ...]
) -> FiltreInvalide:
    """The refusal that lists what may be asked, the nearest name first."""
    noms = [champ.nom for champ in admis]
    proches = get_close_matches(nom.lower()[:100], [n.lower() for n in noms], 1)
    conseil = next((f"{n} peut-être ; " for n in noms if [n.lower()] == proches), "")
    return FiltreInvalide(
        parametre,
        position,
        f"le champ {montrer(nom)}",
        f"{conseil}un champ de {ressource.nom} parmi {', '.join(noms) or 'aucun'}",
    )


class _Lecteur:
    """Recursive descent with one token in hand; ``profondeur`` and ``termes`` hold it to its limits."""

    def __init__(self, texte: str, debut: int, fin: int, ressource: Ressource, parametre: str) -> None:
        self.ressource = ressource
        self.parametre = parametre
        self.jetons = jetons(texte, debut, fin, parametre)
        self.jeton = next(self.jetons)
        self.profondeur = 0
        self.termes = 0

    def filtre(self) -> Expression:
        expression = self.disjonction()
        if not self.vient(Genre.FIN):
            raise self.refus(self.jeton, "« && » ou « || », ou la fin du texte")
        return expression

    def disjonction(self) -> Expression:
        termes = [self.conjonction()]
        while self.vient(Genre.OU):
            self.avancer()
            termes.append(self.conjonction())
        return ou(*termes)

    def conjonction(self) -> Expression:
        termes = [self.terme()]
        while self.vient(Genre.ET):
            self.avancer()
            termes.append(self.terme())
        return et(*termes)

    def terme(self) -> Expression:
        if not self.vient(Genre.OUVRANTE):
            return self.comparaison()
        if self.profondeur == PROFONDEUR_MAX:
            raise self.refus(self.jeton, f"{PROFONDEUR_MAX} parenthèses au plus l'une dans l'autre")
        self.profondeur += 1
        ouvrante = self.avancer()
        expression = self.disjonction()
        if not self.vient(Genre.FERMANTE):
            attendu = f"« && », « || », ou « ) » pour la parenthèse ouverte en position {ouvrante.debut + 1}"
            raise self.refus(self.jeton, attendu)
        self.avancer()
        self.profondeur -= 1
        return expression

    def comparaison(self) -> Comparaison:
        gauche = self.operande("un champ")
        if self.termes == TERMES_MAX:
            raise self.refus(gauche, f"{TERMES_MAX} conditions au plus")
        self.termes += 1
        if gauche.genre is Genre.NOM:
            self.champ(gauche)
        if not self.vient(Genre.COMPARATEUR):
            raise self.refus(self.jeton, f"{_COMPARATEURS} après {gauche.montre}")
        signe = self.avancer()
        operateur = _OPERATEURS[signe.texte]
        if gauche.genre is Genre.NOM:
            droite = self.operande(_VALEUR)
            if droite.genre is Genre.NOM:
                raise self.refus(droite, f"{_VALEUR} : un champ se compare à une valeur")
            return self.comparer(self.champ(gauche), signe, operateur, droite)
        droite = self.operande("un champ")
        if droite.genre is Genre.LITTERAL:
            raise self.refus(droite, f"un champ : {gauche.montre} est déjà une valeur")
        return self.comparer(self.champ(droite), signe, operateur.retourne, gauche)

    def champ(self, nom: Jeton) -> Champ:
        champ = self.ressource.champ(nom.texte)
        if champ is None or not champ.operateurs:
            raise champ_inconnu(self.parametre, nom.debut + 1, nom.texte, self.ressource, self.ressource.filtrables)
        return champ

    def comparer(self, champ: Champ, signe: Jeton, operateur: Operateur, valeur: Jeton) -> Comparaison:
        if operateur not in champ.operateurs_admis:
            raise self.refus(signe, f"{' '.join(champ.operateurs_admis)} pour le champ {champ.nom}")
        if valeur.valeur is None and operateur not in EGALITES:
            raise self.refus(valeur, f"une valeur : null ne se compare que par == ou !=, pas par {signe.texte}")
        try:
            return Comparaison(champ.nom, operateur, champ.lire(valeur.valeur))
        except ValeurRefusee as refus:
            raise self.refus(valeur, f"{refus} pour le champ {champ.nom}") from refus

    def operande(self, attendu: str) -> Jeton:
        if not self.vient(Genre.NOM, Genre.LITTERAL):
            raise self.refus(self.jeton, attendu)
        return self.avancer()

    def vient(self, *genres: Genre) -> bool:
        return self.jeton.genre in genres

    def avancer(self) -> Jeton:
        """Gives the token in hand and takes the next."""
        jeton, self.jeton = self.jeton, next(self.jetons)
        return jeton

    def refus(self, jeton: Jeton, attendu: str) -> FiltreInvalide:
        return FiltreInvalide(self.parametre, jeton.debut + 1, jeton.montre, attendu)
