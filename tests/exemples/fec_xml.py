"""Examples of what the reading of a FEC in XML finds (formats/fec/regles_xml.py)."""

from __future__ import annotations

from functools import partial

from ecritures.domain.lot import Regime
from exemples.registre import Exemple
from exemples.texte_base import echec

NOM = "732829320FEC20251231.xml"

CLAIR = """\
<?xml version="1.0" encoding="UTF-8"?>
<comptabilite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="formatA47A-I-VII-1.xsd">
<exercice>
<DateCloture>2025-12-31</DateCloture>
<journal>
<JournalCode>AN</JournalCode>
<JournalLib>À-nouveaux</JournalLib>
<ecriture>
<EcritureNum>AN000001</EcritureNum>
<EcritureDate>2025-01-01</EcritureDate>
<EcritureLib>Solde au 31/12/2024</EcritureLib>
<PieceRef>BILAN24</PieceRef>
<PieceDate>2025-01-01</PieceDate>
<ValidDate>2025-01-03</ValidDate>
<ligne><CompteNum>512000</CompteNum><CompteLib>Crédit Général</CompteLib><Debit>10000.00</Debit></ligne>
<ligne><CompteNum>101000</CompteNum><CompteLib>Capital</CompteLib><Credit>10000.00</Credit></ligne>
</ecriture>
</journal>
<journal>
<JournalCode>BQ</JournalCode>
<JournalLib>Banque</JournalLib>
<ecriture>
<EcritureNum>BQ000001</EcritureNum>
<EcritureDate>2025-02-05</EcritureDate>
<EcritureLib>Frais de tenue de compte</EcritureLib>
<PieceRef>R-0205</PieceRef>
<PieceDate>2025-02-05</PieceDate>
<ValidDate>2025-02-06</ValidDate>
<ligne><CompteNum>627000</CompteNum><CompteLib>Services bancaires</CompteLib><Debit>12.50</Debit></ligne>
<ligne><CompteNum>512000</CompteNum><CompteLib>Crédit Général</CompteLib><Credit>12.50</Credit></ligne>
</ecriture>
</journal>
</exercice>
</comptabilite>
"""

_DERNIERE = "<ligne><CompteNum>512000</CompteNum><CompteLib>Crédit Général</CompteLib><Credit>12.50</Credit></ligne>\n"

_echec = partial(echec, "fec", NOM, CLAIR)

EXEMPLES: tuple[Exemple, ...] = (
    _echec("xml.mal_forme", ("</CompteLib><Debit>12.50", "<Debit>12.50"), ligne=29, colonnes=(88, 88)),
    _echec("xml.schema_non_declare", ("formatA47A-I-VII-1.xsd", "fec.xsd"), marque="<comptabilite"),
    _echec(
        "xml.autre_regime",
        ("formatA47A-I-VII-1.xsd", "formatA47A-I-VIII-3.xsd"),
        marque="<comptabilite",
        options={"regime": Regime.BIC},
        situation="Régime demandé : BIC/IS",
    ),
    _echec("xml.hors_schema", ("<PieceRef>R-0205</PieceRef>\n", ""), ligne=22, colonnes=(1, 9)),
    _echec("xml.valeur_hors_schema", ("2025-02-05</EcritureDate>", "05/02/2025</EcritureDate>"), "EcritureDate", marque="05/02/2025"),
    _echec("xml.moins_de_deux_lignes", (_DERNIERE, ""), ligne=22, colonnes=(1, 9)),
    _echec("xml.virgule_decimale", ("<Debit>12.50", "<Debit>12,50"), "Debit", marque="12,50"),
    _echec("xml.caractere_non_traite", ("Frais de tenue", "Frais d’avril, tenue"), "EcritureLib", marque="Frais d’avril, tenue de compte"),
    _echec("xml.cloture_differente", ("2025-12-31", "2024-12-31"), marque="<DateCloture"),
    _echec("xml.entite_refusee", ("<comptabilite", '<!DOCTYPE comptabilite SYSTEM "fec.dtd">\n<comptabilite'), marque="<!DOCTYPE"),
    _echec("xml.jeu_de_caracteres", ('encoding="UTF-8"', 'encoding="EBCDIC-FR"'), ligne=1),
    _echec("xml.jeu_contredit", ('encoding="UTF-8"', 'encoding="ISO-8859-15"'), ligne=1),
    _echec("xml.lignes_sur_une_meme_ligne", ("</ligne>\n<ligne><CompteNum>101000", "</ligne><ligne><CompteNum>101000"), ligne=15),
)  # fmt: skip
