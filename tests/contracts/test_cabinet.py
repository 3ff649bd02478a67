"""imports.cabinet and imports.ports.{Cles,Audit}, on every database: firms, people, keys, sessions, audit trail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.domain.errors import (
    CabinetExistant,
    CabinetInvalide,
    CleTousDossiers,
    CollaborateurExistant,
    CollaborateurInconnu,
    DernierAdministrateur,
    EncoreUtilise,
)
from ecritures.imports.cabinet import Agence, Collaborateur, Groupe
from ecritures.storage import audit as audit_storage
from ecritures.storage.audit import RegistreAudit
from ecritures.storage.bases import Base
from ecritures.storage.cabinets import RegistreCabinets
from ecritures.storage.cles import RegistreCles
from ecritures.storage.dossiers import RegistreDossiers
from ecritures.storage.personnes import RegistrePersonnes
from ecritures.storage.schema import migrate_catalogue
from ecritures.storage.sessions import RegistreSessions
from ecritures.storage.tables import ABONNEMENTS, CLES_API, INVITATIONS, SESSIONS
from ecritures.storage.temps import maintenant_ms


@dataclass
class Registres:
    base: Base
    cabinets: RegistreCabinets
    personnes: RegistrePersonnes
    cles: RegistreCles
    sessions: RegistreSessions
    audit: RegistreAudit
    dossiers: RegistreDossiers

    def pose(self, table: sa.Table, **valeurs: Any) -> None:
        with self.base.ecriture() as connexion:
            connexion.execute(sa.update(table).values(valeurs))


@pytest.fixture
def r(base: Any) -> Iterator[Registres]:
    ouverte = Base(base.url)
    migrate_catalogue(ouverte)
    yield Registres(
        ouverte,
        RegistreCabinets(ouverte),
        RegistrePersonnes(ouverte),
        RegistreCles(ouverte),
        RegistreSessions(ouverte),
        RegistreAudit(ouverte),
        RegistreDossiers(ouverte),
    )
    ouverte.fermer()


ANNE = Collaborateur("A.Martin", "Anne", "Martin", "administrateur", email="anne@exemple.fr")
PAUL = Collaborateur("p.durand", "Paul", "Durand", "collaborateur")


def test_a_firm_is_created_once_and_renamed(r: Registres) -> None:
    assert r.cabinets.creer("DEMO", "").libelle == "DEMO"
    with pytest.raises(CabinetExistant):
        r.cabinets.creer("DEMO", "autre")
    with pytest.raises(CabinetInvalide):
        r.cabinets.creer("un cabinet", "")
    renomme = r.cabinets.renommer("DEMO", "Cabinet Démo")
    assert renomme is not None and renomme.libelle == "Cabinet Démo" == r.cabinets.lister()[0].libelle
    assert r.cabinets.renommer("AUTRE", "x") is None


def test_offices_and_teams_are_kept_by_firm_and_not_removed_while_named(r: Registres) -> None:
    lyon = Agence("LYON", "Agence de Lyon", ville="Lyon")
    assert r.cabinets.garder_agence("DEMO", lyon)
    assert not r.cabinets.garder_agence("DEMO", replace(lyon, libelle="Lyon 2"))
    assert [a.libelle for a in r.cabinets.agences("DEMO")] == ["Lyon 2"]
    assert r.cabinets.agences("AUTRE") == []
    with pytest.raises(CabinetInvalide, match="SIRET"):
        r.cabinets.garder_agence("DEMO", replace(lyon, siret="12345678901234"))
    with pytest.raises(CabinetInvalide, match="PARIS"):
        r.cabinets.garder_groupe("DEMO", Groupe("SOCIAL", "Social", "PARIS"))
    with pytest.raises(CabinetInvalide, match="LYON"):  # that office is another firm's
        r.cabinets.garder_groupe("AUTRE", Groupe("SOCIAL", "Social", "LYON"))
    assert r.cabinets.garder_groupe("DEMO", Groupe("SOCIAL", "Social", "LYON"))
    with pytest.raises(EncoreUtilise, match="un groupe"):
        r.cabinets.retirer_agence("DEMO", "LYON")
    r.personnes.creer("DEMO", replace(PAUL, groupe="SOCIAL"))
    with pytest.raises(EncoreUtilise, match="un collaborateur"):
        r.cabinets.retirer_groupe("DEMO", "SOCIAL")
    assert r.personnes.retirer("DEMO", "p.durand")
    assert r.cabinets.retirer_groupe("DEMO", "SOCIAL")
    assert r.cabinets.retirer_agence("DEMO", "LYON")
    assert not r.cabinets.retirer_agence("DEMO", "LYON")


def test_a_person_is_found_whatever_the_case_and_only_in_their_firm(r: Registres) -> None:
    cree = r.personnes.creer("DEMO", ANNE)
    assert (cree.identifiant, cree.role, cree.a_mot_de_passe) == ("a.martin", "administrateur", False)
    assert r.personnes.trouver("DEMO", "A.MARTIN") == cree
    assert r.personnes.trouver("AUTRE", "a.martin") is None
    with pytest.raises(CollaborateurExistant):
        r.personnes.creer("DEMO", replace(ANNE, identifiant="a.MARTIN"))
    with pytest.raises(CabinetInvalide, match="identifiant"):
        r.personnes.creer("DEMO", replace(ANNE, identifiant="anne martin"))
    with pytest.raises(CabinetInvalide, match="rôle"):
        r.personnes.creer("DEMO", replace(PAUL, role="roi"))
    with pytest.raises(CollaborateurInconnu):
        r.personnes.modifier("AUTRE", ANNE)
    assert not r.personnes.retirer("AUTRE", "a.martin")


def test_the_last_active_administrator_stays(r: Registres) -> None:
    r.personnes.creer("DEMO", ANNE)
    for changement in ({"role": "lecture"}, {"est_actif": False}):
        with pytest.raises(DernierAdministrateur):
            r.personnes.modifier("DEMO", replace(ANNE, **changement))
    with pytest.raises(DernierAdministrateur):
        r.personnes.retirer("DEMO", "a.martin")
    r.personnes.creer("DEMO", replace(PAUL, role="administrateur"))
    assert r.personnes.modifier("DEMO", replace(ANNE, role="lecture")).role == "lecture"
    with pytest.raises(DernierAdministrateur):
        r.personnes.retirer("DEMO", "p.durand")


def test_a_session_ends_when_closed_unused_old_or_when_its_person_leaves(r: Registres) -> None:
    r.personnes.creer("DEMO", ANNE)
    r.personnes.creer("DEMO", PAUL)
    cookie = r.sessions.ouvrir("DEMO", "P.Durand", duree_s=3600)
    lue = r.sessions.lire(cookie, inactivite_s=600)
    assert lue is not None and (lue.domain, lue.identifiant, lue.role) == ("DEMO", "p.durand", "collaborateur")
    assert r.sessions.lire(cookie + "x", inactivite_s=600) is None
    r.pose(SESSIONS, vue_ms=maintenant_ms() - 601_000)
    assert r.sessions.lire(cookie, inactivite_s=600) is None
    assert r.sessions.lire(cookie, inactivite_s=700) is not None  # and that use counts
    assert r.sessions.lire(cookie, inactivite_s=600) is not None
    r.pose(SESSIONS, expiration_ms=maintenant_ms())
    assert r.sessions.lire(cookie, inactivite_s=600) is None
    ferme = r.sessions.ouvrir("DEMO", "p.durand", duree_s=3600)
    assert r.sessions.fermer(ferme) and not r.sessions.fermer(ferme)
    assert r.sessions.lire(ferme, inactivite_s=600) is None
    parti = r.sessions.ouvrir("DEMO", "p.durand", duree_s=3600)
    r.personnes.modifier("DEMO", replace(PAUL, est_actif=False))
    assert r.sessions.lire(parti, inactivite_s=600) is None
    r.sessions.ouvrir("DEMO", "a.martin", duree_s=0)
    assert r.sessions.purger() == 1


def test_a_changed_password_signs_out_everywhere(r: Registres) -> None:
    r.personnes.creer("DEMO", PAUL)
    assert r.personnes.empreinte("DEMO", "p.durand") is None
    cookies = [r.sessions.ouvrir("DEMO", "p.durand", duree_s=3600) for _ in range(2)]
    assert r.personnes.changer_mot_de_passe("DEMO", "P.DURAND", "empreinte")
    assert r.personnes.empreinte("DEMO", "p.durand") == "empreinte"
    assert [r.sessions.lire(c, inactivite_s=600) for c in cookies] == [None, None]
    assert not r.personnes.changer_mot_de_passe("AUTRE", "p.durand", "empreinte")


def test_an_invitation_works_once_even_used_by_several_at_once(r: Registres) -> None:
    r.personnes.creer("DEMO", PAUL)
    ancien = r.sessions.inviter("DEMO", "p.durand", duree_s=600)
    jeton = r.sessions.inviter("DEMO", "p.durand", duree_s=600)
    assert r.sessions.accepter(ancien, "e") is None
    obtenus: list[Any] = []
    fils = [threading.Thread(target=lambda: obtenus.append(r.sessions.accepter(jeton, "e"))) for _ in range(6)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(obtenus, key=str) == [("DEMO", "p.durand"), *[None] * 5]
    expire = r.sessions.inviter("DEMO", "p.durand", duree_s=600)
    r.pose(INVITATIONS, expiration_ms=maintenant_ms())
    assert r.sessions.accepter(expire, "autre") is None
    assert r.personnes.empreinte("DEMO", "p.durand") == "e"


def test_a_key_is_shown_once_and_refused_once_revoked_or_expired(r: Registres) -> None:
    apikey = r.cles.creer_cle("DEMO", "caisse", role="lecture", limite_minute=60)
    publique = apikey.partition(":")[0]
    acces = r.cles.identifier(apikey)
    assert acces is not None and (acces.domain, acces.role, acces.limite_minute) == ("DEMO", "lecture", 60)
    with r.base.lecture() as connexion:
        assert apikey.partition(":")[2] not in str(connexion.execute(sa.select(CLES_API)).all())
    assert r.cles.trouver("AUTRE", publique) is None
    r.pose(CLES_API, expiration_ms=maintenant_ms())
    assert r.cles.identifier(apikey) is None
    r.pose(CLES_API, expiration_ms=maintenant_ms() + 60_000)
    assert r.cles.identifier(apikey) is not None
    assert r.cles.revoquer(publique) and not r.cles.revoquer(publique)
    assert r.cles.identifier(apikey) is None
    futur = r.cles.creer_cle("DEMO", "", expiration=datetime.now(UTC) + timedelta(hours=1))
    assert r.cles.identifier(futur) is not None


def test_the_last_use_is_written_at_most_once_a_minute(r: Registres) -> None:
    apikey = r.cles.creer_cle("DEMO", "caisse")
    r.cles.identifier(apikey)
    premier = r.cles.lister("DEMO")[0].dernier_usage
    assert premier is not None
    ecritures = 0

    def compte(_connexion: Any, _curseur: Any, texte: str, *_: Any) -> None:
        nonlocal ecritures
        ecritures += texte.startswith("UPDATE")

    sa.event.listen(r.base.engine, "before_cursor_execute", compte)
    for _ in range(20):
        r.cles.identifier(apikey)
    assert (ecritures, r.cles.lister("DEMO")[0].dernier_usage) == (0, premier)
    r.pose(CLES_API, dernier_usage_ms=maintenant_ms() - 60_001)
    r.cles.identifier(apikey)
    assert (r.cles.lister("DEMO")[0].dernier_usage or premier) >= premier
    assert ecritures == 2  # the test's own, and one


def test_a_mistyped_key_is_refused_without_a_look_in_the_database(r: Registres) -> None:
    apikey = r.cles.creer_cle("DEMO", "caisse")
    demandes = 0

    def compte(*_: Any) -> None:
        nonlocal demandes
        demandes += 1

    sa.event.listen(r.base.engine, "before_cursor_execute", compte)
    for place in range(len(apikey)):
        autre = "A" if apikey[place] != "A" else "B"
        assert r.cles.identifier(apikey[:place] + autre + apikey[place + 1 :]) is None
    assert demandes == 0
    assert r.cles.identifier(apikey) is not None


def test_a_key_of_the_first_form_still_works(r: Registres) -> None:
    import hashlib

    r.cabinets.creer("DEMO", "")
    with r.base.ecriture() as connexion:
        connexion.execute(
            sa.insert(CLES_API).values(
                cle="ek_0123456789abcdef",
                domain="DEMO",
                empreinte=hashlib.sha256(b"x" * 43).hexdigest(),
                libelle="",
                est_avancee=0,
                tous_dossiers=1,
                creation_ms=0,
            )
        )
    acces = r.cles.identifier(f"ek_0123456789abcdef:{'x' * 43}")
    assert acces is not None and acces.role == "collaborateur"


def test_a_key_is_activated_and_withdrawn_by_dossier(r: Registres) -> None:
    un, deux = (r.dossiers.creer("DEMO", code, "").dossier for code in ("UN", "DEUX"))
    apikey = r.cles.creer_cle("DEMO", "caisse", dossiers=[un])
    publique = apikey.partition(":")[0]

    def permis() -> Any:
        acces = r.cles.identifier(apikey)
        assert acces is not None
        return acces.dossiers_permis

    assert permis() == {un}
    assert r.cles.activer(publique, deux) and not r.cles.activer(publique, deux)
    assert permis() == {un, deux}
    assert r.cles.desactiver(publique, un) and not r.cles.desactiver(publique, un)
    assert permis() == {deux}
    assert r.cles.desactiver(publique, deux)
    assert permis() == frozenset()  # none, which is not all
    toutes = r.cles.creer_cle("DEMO", "tout").partition(":")[0]
    assert not r.cles.activer(toutes, un)
    with pytest.raises(CleTousDossiers):
        r.cles.desactiver(toutes, un)


def test_a_subscription_is_rotated_with_an_overlap(r: Registres) -> None:
    numero, primaire, secondaire = r.cles.ouvrir_abonnement("caisse", "DEMO")
    neuve = r.cles.tourner_abonnement(numero, "primaire", recouvrement_s=3600, domain="DEMO")
    assert neuve is not None
    assert all(r.cles.abonnement_valide(c) for c in (primaire, secondaire, neuve))
    listees = r.cles.lister_abonnements("DEMO")
    assert sorted((a.rang, a.expiration is not None) for a in listees) == [
        ("primaire", False),
        ("primaire", True),
        ("secondaire", False),
    ]
    derniere = r.cles.tourner_abonnement(numero, "primaire", recouvrement_s=0, domain="DEMO")
    assert derniere is not None
    valables = [r.cles.abonnement_valide(c) for c in (primaire, neuve, derniere, secondaire)]
    assert valables == [False, False, True, True]
    assert r.cles.tourner_abonnement(numero, "primaire", recouvrement_s=0, domain="AUTRE") is None
    assert not r.cles.revoquer_abonnement(numero, domain="AUTRE")
    assert r.cles.revoquer_abonnement(numero, rang="secondaire", domain="DEMO")
    assert [r.cles.abonnement_valide(c) for c in (derniere, secondaire)] == [True, False]
    assert r.cles.revoquer_abonnement(numero)
    assert r.cles.tourner_abonnement(numero, "primaire", recouvrement_s=0) is None
    assert not r.cles.abonnement_valide(derniere)


def test_a_subscription_of_before_the_numbers_can_be_rotated_and_revoked(r: Registres) -> None:
    cle = r.cles.creer_abonnement("ancien")
    r.pose(ABONNEMENTS, abonnement=None, rang=None)
    (listee,) = r.cles.lister_abonnements()
    assert r.cles.abonnement_valide(cle) and listee.rang == "primaire"
    neuve = r.cles.tourner_abonnement(listee.abonnement, "primaire", recouvrement_s=0)
    assert neuve is not None and r.cles.abonnement_valide(neuve) and not r.cles.abonnement_valide(cle)
    assert r.cles.revoquer_abonnement(listee.abonnement)
    assert not r.cles.abonnement_valide(neuve)


def test_the_audit_trail_is_listed_backwards_and_walked_forwards(r: Registres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_storage, "LOT", 2)
    for n in range(5):
        r.audit.noter("DEMO", "ek_1", "cle.creation" if n % 2 else "cle.revocation", objet=str(n), details={"é": n})
    r.audit.noter("AUTRE", "ek_2", "cle.creation")
    assert [t.objet for t in r.audit.parcourir("DEMO")] == ["0", "1", "2", "3", "4"]
    premiere = r.audit.lister("DEMO", limite=2)
    assert [t.objet for t in premiere] == ["4", "3"]
    assert [t.objet for t in r.audit.lister("DEMO", avant=premiere[-1].rang)] == ["2", "1", "0"]
    assert [t.objet for t in r.audit.lister("DEMO", action="cle.creation")] == ["3", "1"]
    assert premiere[0].details == {"é": 4}
