"""imports.historique.Historique, on every database: every filter with every order pages through the same imports, once each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, product
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.domain.errors import CurseurInvalide
from ecritures.imports.etapes import CONTROLE, LECTURE, EtapeFaite
from ecritures.imports.historique import COMPTE_MAX, TRIS, Etat, Filtre, Ordre, Tri, cle_de_nom, etat_of
from ecritures.imports.ports import Demande, NouvelleDemande
from ecritures.imports.state import State
from ecritures.storage import historique_colonnes, schema
from ecritures.storage.bases import Base
from ecritures.storage.demandes import RegistreDemandes
from ecritures.storage.dossiers import RegistreDossiers
from ecritures.storage.historique import HistoriqueSql
from ecritures.storage.schema import migrate_catalogue
from ecritures.storage.tables import IMPORTS

NOMS = ("Été 2025.tra", "ete 2025.TRA", "Ventes_100%.txt", "achats.fec", "ÉTÉ'\\.csv", "zz.tra")
A = "CABINETA"
PAR_DATE = Ordre()


class Registre:
    def __init__(self, base: Base) -> None:
        self.base = base
        self.demandes = RegistreDemandes(base, lambda *_: None)
        self.historique = HistoriqueSql(base)
        dossiers = RegistreDossiers(base)
        self.dossiers = [dossiers.creer(A, "D1", "Un").dossier, dossiers.creer(A, "D2", "Deux").dossier]
        self.voisin = dossiers.creer("VOISIN", "D1", "Voisin").dossier
        self._numeros = count()

    def ajoute(self, nom: str = "f.tra", *, dossier: int = 0, domain: str = A, **reste: Any) -> str:
        numero = self.voisin if domain != A else self.dossiers[dossier]
        nouvelle = NouvelleDemande(
            domain, numero, f"D{dossier + 1}", reste.pop("format", "tra"), nom, uri=f"u/{next(self._numeros)}", **reste
        )
        return self.demandes.enregistrer(nouvelle).id

    def finit(self, un: str, vers: State, lignes: int | None = None, montant: int | None = None) -> None:
        self.demandes.avancer(un, State.EN_COURS)
        rendu = None if lignes is None else {"fichier": {"lignes": lignes, "debit_centimes": montant}}
        assert self.demandes.avancer(un, vers, compte_rendu=rendu)

    def tous(self, filtre: Filtre, ordre: Ordre = PAR_DATE, limite: int = 7) -> list[Demande]:
        """Page after page; then back from the last, which must give the same pages."""
        pages, apres = [], None
        while True:
            page = self.historique.rechercher(A, filtre, ordre, apres=apres, limite=limite)
            assert (page.precedent is None) == (apres is None or not page.imports)
            pages.append(page)
            apres = page.suivant
            if apres is None:
                break
        for avant, ici in zip(reversed(pages[:-1]), reversed(pages[1:]), strict=True):
            retour = self.historique.rechercher(A, filtre, ordre, avant=ici.precedent, limite=limite)
            assert (retour.imports, retour.precedent) == (avant.imports, avant.precedent)
        return [demande for page in pages for demande in page.imports]


@pytest.fixture
def registre(base: Any) -> Iterator[Registre]:
    ouverte = Base(base.url)
    migrate_catalogue(ouverte)
    yield Registre(ouverte)
    ouverte.fermer()


@pytest.fixture
def rempli(registre: Registre) -> Registre:
    """Imports of every fate, with equal names, lines and amounts: what a keyset gets wrong."""
    tirage = random.Random(6)
    for rang in range(60):
        un = registre.ajoute(
            NOMS[rang % len(NOMS)],
            dossier=rang % 2,
            format=("tra", "fec", "perso")[rang % 3],
            origine=("Par API", "Manuelle")[rang % 4 == 0],
            demandeur="cle-1",
        )
        sort = tirage.choice(["attente", "cours", "succes", "succes", "erreur", "illisible", "annule"])
        if sort == "cours":
            registre.demandes.avancer(un, State.EN_COURS)
        elif sort == "illisible":
            registre.finit(un, State.EN_ERREUR)
        elif sort != "attente":
            etat = State.EN_ERREUR if sort == "erreur" else State.TERMINE
            registre.finit(un, etat, tirage.choice([0, 2, 2, 10]), tirage.choice([0, 100, 100, 12_345]))
            if sort == "annule":
                registre.demandes.noter_annulation(un, "anne")
    for _ in range(5):
        registre.ajoute("chez le voisin.tra", domain="VOISIN")
    return registre


FILTRES = (
    Filtre(),
    Filtre(etat=Etat.TERMINE),
    Filtre(etat=Etat.ANNULE, format="tra"),
    Filtre(format="fec"),
    Filtre(origine="Manuelle", etat=Etat.EN_ERREUR),
    Filtre(nom="eté"),
    Filtre(nom="100%"),
    Filtre(nom="\\"),
    Filtre(nom="_"),
    Filtre(nom="absent"),
    Filtre(debut=datetime(2020, 1, 1, tzinfo=UTC), fin=datetime(2200, 1, 1, tzinfo=UTC)),
    Filtre(fin=datetime(2020, 1, 1, tzinfo=UTC)),
)


def _keeps(filtre: Filtre, d: Demande) -> bool:
    return (
        (filtre.etat is None or etat_of(d) is filtre.etat)
        and (filtre.format in (None, d.format))
        and (filtre.origine in (None, d.origine))
        and cle_de_nom(filtre.nom) in cle_de_nom(d.nom_fichier)
        and (filtre.debut is None or d.creation >= filtre.debut)
        and (filtre.fin is None or d.creation < filtre.fin)
    )


def _key(tri: Tri, d: Demande, rang: int) -> tuple[Any, int]:
    cles = {
        "date": 0,
        "nom": cle_de_nom(d.nom_fichier).encode(),
        "statut": etat_of(d).value,
        "lignes": -1 if d.lignes is None else d.lignes,
        "montant": -1 if d.montant_centimes is None else d.montant_centimes,
    }
    return cles[tri], rang


def test_every_filter_in_every_order_pages_through_what_it_keeps_and_back(rempli: Registre) -> None:
    entiers = rempli.demandes.lister(A, limite=1000)
    rangs = {d.id: -place for place, d in enumerate(entiers)}
    for filtre, tri, descend in product(FILTRES, TRIS, (True, False)):
        attendus = sorted(
            (d for d in entiers if _keeps(filtre, d)), key=lambda d: _key(tri, d, rangs[d.id]), reverse=descend
        )
        trouves = rempli.tous(filtre, Ordre(tri, descend))
        assert [d.id for d in trouves] == [d.id for d in attendus], (filtre, tri, descend)


def test_counts_are_those_of_the_filter_its_state_left_aside(rempli: Registre) -> None:
    entiers = rempli.demandes.lister(A, limite=1000)
    for filtre in (
        Filtre(),
        Filtre(etat=Etat.TERMINE),
        Filtre(format="tra"),
        Filtre(nom="ete", dossier=rempli.dossiers[0]),
    ):
        gardes = [d for d in entiers if filtre.format in (None, d.format) and filtre.dossier in (None, d.dossier)]
        gardes = [d for d in gardes if cle_de_nom(filtre.nom) in cle_de_nom(d.nom_fichier)]
        attendus = {etat: sum(etat_of(d) is etat for d in gardes) for etat in Etat}
        assert rempli.historique.compter(A, filtre) == attendus
    assert sum(rempli.historique.compter("VOISIN", Filtre()).values()) == 5


def test_a_count_stops_where_it_costs(registre: Registre, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COMPTE_MAX == 1_000
    monkeypatch.setattr("ecritures.storage.historique.COMPTE_MAX", 3)
    for _ in range(5):
        registre.ajoute()
    assert registre.historique.compter(A, Filtre())[Etat.EN_ATTENTE] == 3


def test_an_import_is_found_by_its_whole_id_in_its_own_firm_only(registre: Registre) -> None:
    le_mien, le_sien = registre.ajoute(), registre.ajoute(domain="VOISIN")
    assert [d.id for d in registre.tous(Filtre(nom=f" {le_mien.upper()} "))] == [le_mien]
    assert registre.tous(Filtre(nom=le_sien)) == []


def test_what_a_page_shows_has_who_asked_and_measures_but_no_secret(registre: Registre) -> None:
    un = registre.ajoute("x.tra", demandeur="cle-publique", options={"a": 1})
    registre.finit(un, State.TERMINE, 12, 345)
    (lue,) = registre.tous(Filtre())
    assert (lue.demandeur, lue.lignes, lue.montant_centimes) == ("cle-publique", 12, 345)
    assert (lue.compte_rendu, lue.options, lue.url) == (None, None, None)
    entiere = registre.demandes.lire(un)
    assert entiere is not None and entiere.lignes == 12 and entiere.options == {"a": 1}
    assert registre.demandes.lister(A)[0].demandeur == "cle-publique"
    assert registre.ajoute("y.tra") and registre.tous(Filtre())[0].lignes is None


@pytest.mark.parametrize("tri", TRIS)
@pytest.mark.parametrize("curseur", ["", "é", "!!!!", "W10", "bnVsbA", "WzEsMiwzXQ", "WyJ4IiwyXQ==", "WzEuNSwyXQ", "W3RydWVd", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LDFd"])  # fmt: skip
def test_a_cursor_that_is_not_ours_is_refused(registre: Registre, tri: Tri, curseur: str) -> None:
    registre.ajoute()
    if (tri, curseur) == ("nom", "WyJ4IiwyXQ=="):
        return  # a name and a rank: that one could be ours
    with pytest.raises(CurseurInvalide):
        registre.historique.rechercher(A, Filtre(), Ordre(tri), apres=curseur)


def test_the_version_changes_with_every_arrival_and_move_of_the_firm_alone(
    registre: Registre, monkeypatch: pytest.MonkeyPatch
) -> None:
    horloge = count(1_000_000)
    monkeypatch.setattr("ecritures.storage.demandes.maintenant_ms", lambda: next(horloge))
    vues = [registre.historique.version(A)]
    un, deux = registre.ajoute(), registre.ajoute()
    for acte in (
        lambda: registre.demandes.avancer(un, State.EN_COURS),
        lambda: registre.demandes.avancer(un, State.TERMINE, compte_rendu={}),
        lambda: registre.demandes.noter_annulation(un, "anne"),
        lambda: registre.demandes.annuler_en_attente(deux, "fini", "anne"),
    ):
        vues.append(registre.historique.version(A))
        assert acte()
    vues.append(registre.historique.version(A))
    assert len(set(vues)) == len(vues)
    registre.ajoute(domain="VOISIN")
    assert registre.historique.version(A) == vues[-1]
    assert registre.historique.version("PERSONNE") == (0, 0)


def test_steps_of_several_imports_are_read_at_once_in_their_order(registre: Registre) -> None:
    un, deux = registre.ajoute(), registre.ajoute()
    jour = datetime(2025, 1, 1, tzinfo=UTC)
    registre.demandes.noter_etapes(un, [EtapeFaite(CONTROLE, jour, jour), EtapeFaite(LECTURE, jour, jour)])
    lues = registre.historique.etapes([un, deux])
    assert [e.nom for e in lues[un]] == [LECTURE, CONTROLE] and lues[deux] == []
    assert registre.historique.etapes([]) == {}


def test_an_export_walks_everything_by_blocks(rempli: Registre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecritures.storage.historique.BLOC", 7)
    blocs = list(rempli.historique.parcourir(A, Filtre(format="tra"), Ordre("montant")))
    assert [len(bloc) for bloc in blocs] == [7, 7, 6]
    assert len({d.id for bloc in blocs for d in bloc}) == 20


def test_imports_registered_before_the_columns_are_found_after_them(base: Any) -> None:
    ouverte = Base(base.url)
    with ouverte.ecriture() as connexion:
        schema.upgrade(connexion, "catalogue", "0002")
        connexion.exec_driver_sql("INSERT INTO cabinets (domain, libelle, creation_ms) VALUES ('A', 'A', 0)")
        connexion.exec_driver_sql(
            "INSERT INTO dossiers (dossier, domain, code_ibs, code_cle, libelle, creer_journaux, creer_comptes, creer_tiers,"
            " creation_ms) VALUES (1, 'A', 'D', 'D', 'D', 1, 1, 1, 0)"
        )
        for rang, (etat, rendu) in enumerate(
            [(3, '{"fichier": {"lignes": 9, "debit_centimes": 77}}'), (4, "{}"), (1, None)], 1
        ):
            connexion.execute(
                sa.text(
                    "INSERT INTO imports (rang, id, identifiant_interne, domain, dossier, code_ibs, format, nom_fichier, origine,"
                    " state, creation_ms, derniere_maj_ms, compte_rendu) VALUES"
                    " (:rang, :id, 'x', 'A', 1, 'D', 'tra', 'Été.TRA', 'Par API', :etat, 0, 0, :rendu)"
                ),
                {"rang": rang, "id": f"i{rang}", "etat": etat, "rendu": rendu},
            )
        schema.upgrade(connexion, "catalogue")
        colonnes = (IMPORTS.c.etat, IMPORTS.c.nom_cle, IMPORTS.c.lignes, IMPORTS.c.montant_centimes)
        lues = connexion.execute(sa.select(*colonnes).order_by(IMPORTS.c.rang)).all()
        assert [tuple(ligne) for ligne in lues] == [
            (3, "ete.tra", 9, 77),
            (4, "ete.tra", historique_colonnes.INCONNU, historique_colonnes.INCONNU),
            (1, "ete.tra", historique_colonnes.INCONNU, historique_colonnes.INCONNU),
        ]
    ouverte.fermer()
