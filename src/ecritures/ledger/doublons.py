"""Entries already in the books: compared by content, as a multiset, whatever the bytes or the order that brought them. Pure.

The content of a line is what an accountant sees of it and what nothing later changes: lettering and validation are not part
of it. Two equal entries of one file are two entries: each is matched with one of the books, never both with the same.
"""

from __future__ import annotations

import hashlib

import polars as pl

from ecritures.domain.contexte import PRESENTES

CONTENU = (
    "journal", "date", "compte", "tiers", "numero_piece", "reference", "date_piece", "libelle", "debit_centimes",
    "credit_centimes", "devise", "montant_devise", "echeance", "mode_paiement", "type_ecriture", "etablissement",
)  # fmt: skip

RESUMES = {
    "import_rang": pl.Int64,
    "ecriture": pl.Int64,
    "n": pl.Int64,
    "debit": pl.Int64,
    "credit": pl.Int64,
    "journal": pl.String,
    "date": pl.Date,
    "compte_min": pl.String,
    "compte_max": pl.String,
}
"""Entries of the books in short: the first sieve, computed by the database. ``journal`` and ``date``: the smallest."""

_GERMES = (0x45435249, 0x54555245)


def canoniques(lignes: pl.DataFrame) -> pl.DataFrame:
    """``ecriture, numero_ligne, texte`` and the columns of RESUMES: each line as one text, absent and empty alike."""
    normales = lignes.with_columns(
        pl.col("type_ecriture").fill_null("N"),
        *(
            pl.col(nom).str.replace_all("\x00", " ", literal=True)
            for nom in CONTENU
            if lignes.schema[nom] == pl.String and nom != "type_ecriture"
        ),
    )
    texte = pl.concat_str([pl.col(nom).cast(pl.String).fill_null("") for nom in CONTENU], separator="\x1f")
    return normales.with_columns(texte=texte)


def resumes(lignes: pl.DataFrame) -> pl.DataFrame:
    """``ecriture`` and its RESUMES (without ``import_rang``), for the entries of a file."""
    return lignes.group_by("ecriture").agg(
        n=pl.len().cast(pl.Int64),
        debit=pl.sum("debit_centimes"),
        credit=pl.sum("credit_centimes"),
        journal=pl.col("journal").min(),
        date=pl.col("date").min(),
        compte_min=pl.col("compte").min(),
        compte_max=pl.col("compte").max(),
    )


def empreinte_contenu(lignes: pl.DataFrame) -> str:
    """SHA-256 of the entries of a lot, free of order: of the entries, and of the lines within each."""
    ecritures = (
        canoniques(lignes)
        .select("ecriture", "texte")
        .sort("ecriture", "texte")
        .group_by("ecriture", maintain_order=True)
        .agg(pl.col("texte").str.join("\x1e"))["texte"]
        .sort()
    )
    somme = hashlib.sha256()
    for tranche in ecritures.to_frame().iter_slices(10_000):
        somme.update("\x1d".join(["", *tranche["texte"].to_list()]).encode())
    return somme.hexdigest()


def candidates(fichier: pl.DataFrame, livres: pl.DataFrame) -> pl.DataFrame:
    """``import_rang, ecriture`` of the books whose summary (RESUMES) is that of an entry of the file."""
    cle = [nom for nom in RESUMES if nom not in ("import_rang", "ecriture")]
    return livres.join(resumes(fichier).select(cle).unique(), on=cle, how="semi").select("import_rang", "ecriture")


def deja_presentes(fichier: pl.DataFrame, livres: pl.DataFrame) -> pl.DataFrame:
    """PRESENTES: the entries of the file that the books hold, each with its own twin, in file order.

    ``livres``: whole entries of the books, with ``import_rang`` and ``import_id``. The oldest twin is taken first.
    """
    cle = ["n", "h0", "h1"]
    ici = _cles(fichier, ["ecriture"])
    la = (
        _cles(livres, ["import_rang", "import_id", "ecriture"])
        .rename({"numero_ligne": "numero_ligne_origine"})
        .drop("ecriture")
    )
    rang = pl.int_range(pl.len()).over(cle).alias("_fois")
    trouvees = ici.with_columns(rang).join(
        la.with_columns(rang).drop("journal", "date"), on=[*cle, "_fois"], how="inner"
    )
    return (
        trouvees.with_columns(lignes="n")
        .sort("numero_ligne")
        .select(pl.col(nom).cast(genre) for nom, genre in PRESENTES.items())
    )


def _cles(lignes: pl.DataFrame, par: list[str]) -> pl.DataFrame:
    """One row an entry, in order: its number of lines and two 64-bit sums of the hashes of its lines, free of their order."""
    return (
        canoniques(lignes)
        .with_columns(pl.col("texte").hash(germe).alias(f"h{rang}") for rang, germe in enumerate(_GERMES))
        .group_by(par)
        .agg(
            pl.sum("h0", "h1"),
            n=pl.len(),
            numero_ligne=pl.col("numero_ligne").min(),
            journal=pl.col("journal").min(),
            date=pl.col("date").min(),
        )
        .sort(*par[:-1], "numero_ligne")
    )
