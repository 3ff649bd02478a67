"""A clean FEC of fifteen lines that an example spoils: à-nouveaux, two sales (one in dollars), a purchase, two payments, lettering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fec_fabrique import Brouillon

from ecritures.domain.contexte import Contexte
from ecritures.formats.fec.layout import BIC_IS
from exemples.registre import Exemple, Fichier

NOM = "732829320FEC20251231.txt"
ZONES = BIC_IS.noms

_LIGNES = """\
AN|À-nouveaux|AN000001|20250101|512000|Crédit Général|||BILAN24|20250101|Solde au 31/12/2024|10000,00|0,00|||20250103||
AN|À-nouveaux|AN000001|20250101|101000|Capital|||BILAN24|20250101|Solde au 31/12/2024|0,00|10000,00|||20250103||
VE|Ventes|VE000001|20250115|411000|Clients|C001|Boulangerie Müller|F2025-01|20250115|Facture Müller|1200,00|0,00|A|20250131|20250120||
VE|Ventes|VE000001|20250115|707000|Ventes de marchandises|||F2025-01|20250115|Facture Müller|0,00|1000,00|||20250120||
VE|Ventes|VE000001|20250115|445710|TVA collectée|||F2025-01|20250115|Facture Müller|0,00|200,00|||20250120||
AC|Achats|AC000001|20250120|607000|Achats de marchandises|||P-4471|20250120|Facture Papèterie|500,00|0,00|||20250124||
AC|Achats|AC000001|20250120|445660|TVA déductible|||P-4471|20250120|Facture Papèterie|100,00|0,00|||20250124||
AC|Achats|AC000001|20250120|401000|Fournisseurs|F001|Papèterie Centrale|P-4471|20250120|Facture Papèterie|0,00|600,00|B|20250205|20250124||
BQ|Banque|BQ000001|20250131|512000|Crédit Général|||R-0131|20250131|Règlement Müller|1200,00|0,00|||20250203||
BQ|Banque|BQ000001|20250131|411000|Clients|C001|Boulangerie Müller|R-0131|20250131|Règlement Müller|0,00|1200,00|A|20250131|20250203||
BQ|Banque|BQ000002|20250205|401000|Fournisseurs|F001|Papèterie Centrale|V-0205|20250205|Virement Papèterie|600,00|0,00|B|20250205|20250206||
BQ|Banque|BQ000002|20250205|512000|Crédit Général|||V-0205|20250205|Virement Papèterie|0,00|600,00|||20250206||
VE|Ventes|VE000002|20250210|411000|Clients|C002|Acme Inc.|F2025-02|20250210|Facture Acme|500,00|0,00|||20250212|540,00|USD
VE|Ventes|VE000002|20250210|707000|Ventes de marchandises|||F2025-02|20250210|Facture Acme|0,00|500,00|||20250212|-540,00|USD
"""


class Fec(Brouillon):
    """The draft: line 1 is the header, lines 2 to 15 the movements above. What it does not say is the file's name."""

    def __init__(self, lignes: str = _LIGNES) -> None:
        self.lignes = [list(ZONES), *(ligne.split("|") for ligne in lignes.splitlines())]
        self.nom: str | None = NOM
        self.separateur, self.fin, self.encodage, self.finale = "|", "\r\n", "utf-8", True

    def change(self, **attributs: Any) -> Fec:
        """The draft with another ``nom``, ``fin``, ``encodage``…"""
        for nom, valeur in attributs.items():
            assert hasattr(self, nom), f"a draft has no {nom}"
            setattr(self, nom, valeur)
        return self


def propre() -> Fichier:
    """The file that every check lets through without a word."""
    return _fichier(Fec())


def _fichier(fec: Brouillon, octets: bytes | None = None, situation: str = "", **options: Any) -> Fichier:
    return Fichier("fec", fec.octets if octets is None else octets, fec.nom, options=options, situation=situation)


def echec(
    id_: str,
    faute: Callable[[Fec], object],
    ligne: int | None = None,
    zone: str | None = None,
    *,
    colonnes: tuple[int, int] | None = None,
    avant: Callable[[Fec], object] | None = None,
    base: Callable[[], Fec] = Fec,
    situation: str = "",
    **options: Any,
) -> Exemple:
    """The clean file, and the same with one fault. ``avant`` prepares both files; a fault that gives bytes is the file.

    ``options`` of the reading, said by ``situation``, are those of both.
    Columns are those of the field on its line of the file that fails, unless they are given; a zone that stands nowhere has none.
    """

    def construire() -> tuple[Fichier, Fichier]:
        passe, echoue = base(), base()
        for fec in (passe, echoue):
            if avant is not None:
                avant(fec)
        rendu = faute(echoue)
        octets = rendu if isinstance(rendu, bytes) else None
        return _fichier(passe, None, situation, **options), _fichier(echoue, octets, situation, **options)

    return Exemple(id_, construire, ligne, zone, lambda: colonnes or _colonnes(base, avant, faute, ligne, zone))


def _colonnes(
    base: Callable[[], Fec],
    avant: Callable[[Fec], object] | None,
    faute: Callable[[Fec], object],
    ligne: int | None,
    zone: str | None,
) -> tuple[int, int] | None:
    if ligne is None or zone is None:
        return None
    fec = base()
    if avant is not None:
        avant(fec)
    if isinstance(faute(fec), bytes):
        return None
    noms = fec.lignes[0]
    rang = (
        noms.index(zone) if zone in noms else ZONES.index(zone) if zone in ZONES and len(noms) == len(ZONES) else None
    )
    if rang is None or len(fec.lignes[ligne - 1]) != len(noms):
        return None
    return fec.colonnes(ligne, rang)


def avec_dossier(id_: str, permis: Contexte, refuse: Contexte, situations: tuple[str, str], ligne: int, zone: str) -> Exemple:  # fmt: skip
    """The clean file sent to two dossiers: one that takes it, one that does not."""

    def construire() -> tuple[Fichier, Fichier]:
        fec = Fec()
        passe, echoue = (
            Fichier("fec", fec.octets, fec.nom, contexte, situation=texte)
            for contexte, texte in zip((permis, refuse), situations, strict=True)
        )
        return passe, echoue

    return Exemple(id_, construire, ligne, zone, lambda: Fec().colonnes(ligne, ZONES.index(zone)))
