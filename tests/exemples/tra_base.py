"""Clean TRA files that an example spoils: a journal, a purchase with its VAT and its supplier, in STD and in ETE form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tra_fabrique import ENTETE, ENTETE_ETE, mouvement, parametre, poser

from ecritures.formats.tra import layout
from exemples.registre import Exemple, Fichier

NOM = "achats.TRA"
JAL = parametre("JAL", CODE="ACH", LIBELLE="Achats", NATURE="ACH", MODESAISIE="-")


class Tra:
    """The draft. Line 1 is the header, 2 the journal ACH, 3 to 5 the purchase: 60700000, 44566000, supplier FPAP."""

    def __init__(self, *, etendu: bool = False) -> None:
        facture: dict[str, Any] = {"etendu": etendu, "TYPEPIECE": "FF", "REFINTERNE": "P-4471"}
        self.etendu = etendu
        self.lignes = [
            ENTETE_ETE if etendu else ENTETE,
            JAL,
            mouvement("60700000", debit="500,00", LIBELLE="Facture Papèterie", **facture),
            mouvement("44566000", debit="100,00", LIBELLE="Facture Papèterie", **facture),
            mouvement("40100000", credit="600,00", tiers="FPAP", LIBELLE="Facture Papèterie", **facture),
        ]
        self.fin, self.encodage, self.nom = "\r\n", "cp1252", NOM

    def record(self, numero: int) -> str:
        """Key of the record of that line."""
        ligne = self.lignes[numero - 1]
        if numero == 1:
            return "HDR"
        if ligne.startswith("***"):
            return ligne[3:6].strip()
        return layout.ENREGISTREMENT_DU_GENRE.get(ligne[30:31], "MVT/ETE" if self.etendu else "MVT/STD")

    def met(self, numero: int, **zones: str) -> Tra:
        self.lignes[numero - 1] = poser(self.lignes[numero - 1], self.record(numero), **zones)
        return self

    def montant(self, numero: int, texte: str) -> Tra:
        """MONTANT1, to the right of its zone."""
        return self.met(numero, MONTANT1=texte.rjust(20))

    def partout(self, **zones: str) -> Tra:
        for numero in range(3, len(self.lignes) + 1):
            self.met(numero, **zones)
        return self

    def ote(self, *numeros: int) -> Tra:
        self.lignes = [ligne for rang, ligne in enumerate(self.lignes, 1) if rang not in numeros]
        return self

    def insere(self, avant: int, *lignes: str) -> Tra:
        self.lignes[avant - 1 : avant - 1] = lignes
        return self

    def coupe(self, numero: int, longueur: int) -> Tra:
        self.lignes[numero - 1] = self.lignes[numero - 1][:longueur]
        return self

    def change(self, **attributs: Any) -> Tra:
        for nom, valeur in attributs.items():
            assert hasattr(self, nom), f"a draft has no {nom}"
            setattr(self, nom, valeur)
        return self

    def en_devise(self, *numeros: int, devise: str = "USD", taux: str = "0,90000") -> Tra:
        """Those amounts are in that currency, without counter-value."""
        for numero in numeros or (3, 4, 5):
            self.met(numero, CODEMONTANT="D--", DEVISE=devise, TAUXDEV=taux)
        return self

    @property
    def octets(self) -> bytes:
        return "".join(ligne + self.fin for ligne in self.lignes).encode(self.encodage)


def tra_etendu() -> Tra:
    return Tra(etendu=True)


def propre(etendu: bool = False) -> Fichier:
    """The file that every check lets through without a word."""
    return Fichier("tra", Tra(etendu=etendu).octets, NOM)


def echec(
    id_: str,
    faute: Callable[[Tra], object],
    ligne: int | None = None,
    zone: str | None = None,
    *,
    avant: Callable[[Tra], object] | None = None,
    base: Callable[[], Tra] = Tra,
    situation: str = "",
    imposees: dict[str, Any] | None = None,
) -> Exemple:
    """The clean file, and the same with one fault. ``avant`` prepares both files; a fault that gives bytes is the file.

    ``imposees``: options of the reading of the file that fails, said by ``situation``. Columns are the layout's.
    """

    def construire() -> tuple[Fichier, Fichier]:
        passe, echoue = base(), base()
        for tra in (passe, echoue):
            if avant is not None:
                avant(tra)
        rendu = faute(echoue)
        octets = rendu if isinstance(rendu, bytes) else echoue.octets
        return (
            Fichier("tra", passe.octets, passe.nom),
            Fichier("tra", octets, echoue.nom, options=imposees or {}, situation=situation),
        )

    return Exemple(id_, construire, ligne, zone, lambda: _colonnes(base, avant, faute, ligne, zone))


def _colonnes(
    base: Callable[[], Tra],
    avant: Callable[[Tra], object] | None,
    faute: Callable[[Tra], object],
    ligne: int | None,
    zone: str | None,
) -> tuple[int, int] | None:
    """Where the layout puts that zone on that line of the file that fails."""
    if ligne is None or zone is None:
        return None
    tra = base()
    for geste in (avant, faute):
        if geste is not None:
            geste(tra)
    place = layout.records()[tra.record(ligne)].zone(zone)
    return place.start, place.end
