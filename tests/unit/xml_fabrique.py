"""A clean XML FEC that a test spoils, in each of the four schemas."""

from __future__ import annotations

from ecritures.domain.constat import Constats
from ecritures.domain.lot import Lecture, Regime
from ecritures.formats.fec.xml_schema import NOM_DE_SCHEMA

NOM_XML = "732829320FEC20251231.xml"


def debut(regime: Regime = Regime.BIC, encodage: str = "UTF-8", schema: str | None = None) -> str:
    return (
        f'<?xml version="1.0" encoding="{encodage}"?>\n'
        '<comptabilite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:noNamespaceSchemaLocation="{schema or NOM_DE_SCHEMA[regime]}">\n'
    )


TRESORERIE = {
    Regime.BIC: "",
    Regime.COMMERCIAL: "",
    Regime.BA_TRESORERIE: "<DateRglt>2025-02-01</DateRglt>\n<ModeRglt>VIR</ModeRglt>\n<NatOp>Vente</NatOp>\n",
    Regime.BNC_TRESORERIE: "<DateRglt>2025-02-01</DateRglt>\n<ModeRglt>VIR</ModeRglt>\n<IdClient>C12</IdClient>\n",
}


def fec_xml(regime: Regime = Regime.BIC, encodage: str = "UTF-8", schema: str | None = None) -> str:
    """Two journals, three entries, one element a line: the amount of the first line is on line 27 in BIC/IS."""
    return f"""{debut(regime, encodage, schema)}<exercice>
<DateCloture>2025-12-31</DateCloture>
<journal>
<JournalCode>VE</JournalCode>
<JournalLib>Ventes</JournalLib>
<ecriture>
<EcritureNum>VE0001</EcritureNum>
<EcritureDate>2025-01-15</EcritureDate>
<EcritureLib>Façade de l'école &amp; préau</EcritureLib>
<PieceRef>F1</PieceRef>
<PieceDate>2025-01-14</PieceDate>
<EcritureLet>AA</EcritureLet>
<DateLet>2025-02-01</DateLet>
<ValidDate>2025-01-31</ValidDate>
{TRESORERIE[regime]}<ligne>
<CompteNum>411000</CompteNum>
<CompteLib>Clients</CompteLib>
<CompteAuxNum>C12</CompteAuxNum>
<CompteAuxLib>Mairie</CompteAuxLib>
<Montantdevise>130,50</Montantdevise>
<Idevise>USD</Idevise>
<Debit>120.00</Debit>
</ligne>
<ligne>
<CompteNum>707000</CompteNum>
<CompteLib>Ventes</CompteLib>
<Credit>100.00</Credit>
</ligne>
<ligne>
<CompteNum>445710</CompteNum>
<CompteLib>TVA</CompteLib>
<Credit>20</Credit>
</ligne>
</ecriture>
<ecriture>
<EcritureNum>VE0002</EcritureNum>
<EcritureDate>2025-01-16</EcritureDate>
<EcritureLib>Avoir</EcritureLib>
<PieceRef>F2</PieceRef>
<PieceDate>2025-01-16</PieceDate>
<ValidDate>2025-01-31T10:00:00</ValidDate>
{TRESORERIE[regime]}<ligne>
<CompteNum>707000</CompteNum>
<CompteLib>Ventes</CompteLib>
<Montant>12.34</Montant>
<Sens>D</Sens>
<PJ>f2.pdf</PJ>
</ligne>
<ligne>
<CompteNum>411000</CompteNum>
<CompteLib>Clients</CompteLib>
<CompAuxNum>C13</CompAuxNum>
<CompAuxLib>Lycée</CompAuxLib>
<Debit>0.00</Debit>
<Credit>12.34</Credit>
</ligne>
</ecriture>
</journal>
<journal>
<JournalCode>BQ</JournalCode>
<JournalLib>Banque</JournalLib>
<ecriture>
<EcritureNum>BQ0001</EcritureNum>
<EcritureDate>2025-02-01</EcritureDate>
<EcritureLib>Règlement</EcritureLib>
<PieceRef>R1</PieceRef>
<PieceDate>2025-02-01</PieceDate>
<EcritureLet>AA</EcritureLet>
<DateLet>2025-02-01</DateLet>
<ValidDate>2025-02-28</ValidDate>
{TRESORERIE[regime]}<ligne>
<CompteNum>512000</CompteNum>
<CompteLib>Banque</CompteLib>
<Debit>120.00</Debit>
</ligne>
<ligne>
<CompteNum>411000</CompteNum>
<CompteLib>Clients</CompteLib>
<CompteAuxNum>C12</CompteAuxNum>
<CompteAuxLib>Mairie</CompteAuxLib>
<Credit>120.00</Credit>
</ligne>
</ecriture>
</journal>
</exercice>
</comptabilite>
"""


def lieux(lecture: Lecture, constats: Constats, *codes: str) -> list[tuple[str, int, int, int]]:
    """``(code, line, first and last column)`` of the findings of these codes."""
    liste = constats.liste.select("code", "numero_ligne", "colonne_debut", "colonne_fin")
    return [rangee for rangee in liste.iter_rows() if rangee[0] in codes]
