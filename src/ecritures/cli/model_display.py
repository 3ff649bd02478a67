"""How models and proposals are shown: what was guessed and why, what is left to fill, what the file gives under it."""

from __future__ import annotations

from collections.abc import Sequence

from ecritures.cli.display import console, plural, print_json, print_table, visible, visible_lines, write_line
from ecritures.domain.montant import euros
from ecritures.formats.perso.infer import Etat, Proposition, decisions_en_json
from ecritures.imports.ports import ModeleEnregistre


def montrer_proposition(proposition: Proposition, texte: str | None) -> None:
    """The model on standard output, and on the error output the decisions, so that ``> m.toml`` keeps the model alone.
    ``texte`` None: it was written to a file, and all goes to standard output."""
    sortie = console(stderr=texte is not None)
    if texte is not None:
        write_line(visible_lines(texte).rstrip("\n"))
    rangees = [(d.etat.value, d.cle, d.valeur, d.preuve) for d in proposition.decisions]
    print_table(sortie, "", ("État", "Clé", "Valeur", "Pourquoi"), rangees)
    for ligne in bilan(proposition):
        sortie.print(visible(ligne))


def bilan(proposition: Proposition) -> list[str]:
    """What the proposal comes to, in sentences."""
    if proposition.a_decider:
        cles = ", ".join(d.cle for d in proposition.a_decider)
        return [f"Modèle incomplet : remplir {cles}, puis ecritures model check MODELE FICHIER."]
    lignes = []
    lot = proposition.lecture.lot if proposition.lecture else None
    if lot is not None:
        lignes.append(
            f"Lu avec ce modèle : {plural(lot.nombre_ecritures, 'écriture')}, {plural(lot.lignes.height, 'ligne')}, débit "
            f"{euros(lot.debit_centimes)}, crédit {euros(lot.credit_centimes)}."
        )
    lignes += [f"Erreur : {r.regle.titre.lower()} ({r.nombre})." for r in proposition.erreurs]
    probables = [d.cle for d in proposition.decisions if d.etat is Etat.PROBABLE]
    if probables:
        lignes.append(f"À vérifier, seulement probable : {', '.join(probables)}.")
    return lignes


def proposition_json(proposition: Proposition, texte: str) -> None:
    """One JSON object: the decisions, the keys to fill, the model as TOML, what it reads."""
    lot = proposition.lecture.lot if proposition.lecture else None
    lecture = None
    if lot is not None:
        lecture = {
            "ecritures": lot.nombre_ecritures,
            "lignes": lot.lignes.height,
            "debit_centimes": lot.debit_centimes,
            "credit_centimes": lot.credit_centimes,
            "erreurs": {r.regle.id: r.nombre for r in proposition.erreurs},
        }
    print_json(
        {
            "est_complet": proposition.est_complete,
            "a_decider": [d.cle for d in proposition.a_decider],
            "decisions": decisions_en_json(proposition),
            "modele": texte,
            "lecture": lecture,
        }
    )


def montrer_modeles(modeles: Sequence[ModeleEnregistre]) -> None:
    rangees = [(m.domain, m.nom, f"{m.derniere_maj:%d/%m/%Y %H:%M} UTC") for m in modeles]
    print_table(console(), "", ("Domaine", "Modèle", "Mis à jour"), rangees)


def modele_json(modeles: Sequence[ModeleEnregistre]) -> None:
    print_json(
        [
            {
                "domain": m.domain,
                "nom": m.nom,
                "creation": m.creation.isoformat(),
                "derniere_maj": m.derniere_maj.isoformat(),
            }
            for m in modeles
        ]
    )
