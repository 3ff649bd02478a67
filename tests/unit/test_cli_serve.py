"""cli.serve: what it refuses to listen on, and the first administrator's link."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ecritures.cli import serve as module
from ecritures.cli.context import Session
from ecritures.cli.root import racine
from ecritures.cli.serve import is_loopback, local_url, refuse_unsafe, tell_first_administrators
from ecritures.main import build
from ecritures.settings import Settings


def test_only_this_machine_reaches_a_loopback_address() -> None:
    assert [is_loopback(h) for h in ("127.0.0.1", "127.1.2.3", "::1", "localhost")] == [True] * 4
    assert [is_loopback(h) for h in ("0.0.0.0", "::", "", "192.0.2.1", "nulle-part.invalid")] == [False] * 5


def test_a_public_address_is_refused_without_tls_or_a_trusted_proxy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_unsafe("127.0.0.1", Settings())
    refuse_unsafe("0.0.0.0", Settings(mandataire_de_confiance=True))
    pem = tmp_path / "serveur.pem"
    pem.write_text("x")
    refuse_unsafe("0.0.0.0", Settings(tls_certificat=pem, tls_cle=pem))
    for hote, reglages, mot in (
        ("0.0.0.0", Settings(), "ECRITURES_MANDATAIRE_DE_CONFIANCE=true"),
        ("192.0.2.1", Settings(), "ECRITURES_TLS_CERTIFICAT"),
        ("127.0.0.1", Settings(tls_certificat=pem), "vont ensemble"),
        ("127.0.0.1", Settings(tls_certificat=pem, tls_cle=tmp_path / "absent.pem"), "absent.pem"),
    ):
        with pytest.raises(SystemExit) as fin:
            refuse_unsafe(hote, reglages)
        assert fin.value.code == 2
        assert mot in capsys.readouterr().err


def test_the_command_refuses_before_it_listens(tmp_path: Path) -> None:
    resultat = CliRunner().invoke(
        racine(), ["serve", "--host", "0.0.0.0", "--port", "0", "--donnees", str(tmp_path / "d")]
    )
    assert resultat.exit_code == 2
    assert not (tmp_path / "d").exists()


def test_the_address_told_says_tls_when_there_is_tls() -> None:
    assert local_url("0.0.0.0", 8000) == "http://127.0.0.1:8000"
    assert local_url("::1", 8443, tls=True) == "https://[::1]:8443"


def test_a_firm_without_administrator_is_given_a_link_and_one_with_none_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dits: list[str] = []
    monkeypatch.setattr(module, "tell", dits.append)
    reglages = Settings(donnees=tmp_path / "d", base_url="https://exemple.fr")
    app = build(reglages)
    try:
        tell_first_administrators(app.ports, reglages)
        assert dits == []
        app.ports.cabinets.creer("DEMO", "")
        tell_first_administrators(app.ports, reglages)
        (dit,) = dits
        assert "Cabinet DEMO" in dit
        jeton = dit.rpartition("https://exemple.fr/invitation#")[2]
        assert app.ports.sessions.accepter(jeton, "empreinte") == ("DEMO", "administrateur")
        tell_first_administrators(app.ports, reglages)
        assert len(dits) == 1
    finally:
        app.fermer()


def test_an_operator_makes_a_firm_people_and_keys_by_commands(tmp_path: Path) -> None:
    donnees = ["--donnees", str(tmp_path / "d")]

    def fait(*mots: str, code: int = 0) -> Any:
        resultat = CliRunner().invoke(racine(), [*mots, *donnees], obj=Session(build))
        assert resultat.exit_code == code, (mots, resultat.output)
        return resultat.stdout

    fait("cabinet", "creer", "DEMO", "--libelle", "Cabinet Démo")
    assert "/invitation#" in fait("cabinet", "inviter", "DEMO", "anne", "--role", "administrateur", "--nom", "Martin")
    fait("cabinet", "inviter", "DEMO", "paul", "--nom", "Durand")
    fait("cabinet", "desactiver", "DEMO", "paul")
    assert '"est_actif":false' in fait("cabinet", "lister", "--json").replace(" ", "")
    fait("cabinet", "activer", "DEMO", "paul")
    fait("dossier", "creer", "UN", "--domain", "DEMO")
    fait("dossier", "creer", "DEUX", "--domain", "DEMO")
    cle = fait("keys", "creer", "DEMO", "--role", "lecture", "--jours", "30", "--limite", "60", "--dossier", "UN")
    publique = cle.partition(":")[0]
    fait("keys", "creer", "DEMO", "--role", "roi", code=2)
    fait("keys", "activer", publique, "DEUX")
    fait("keys", "desactiver", publique, "UN")
    assert len(fait("keys", "abonnement", "caisse", "--domain", "DEMO", "--paire").split()) == 2
    (numero,) = {
        mot for mot in fait("keys", "abonnements", "--json").replace('"', " ").split() if mot.startswith("ab_")
    }
    assert len(fait("keys", "tourner", numero, "--rang", "secondaire", "--heures", "1").strip()) == 32
    fait("keys", "resilier", numero)
    fait("keys", "tourner", numero, code=2)
    fait("keys", "revoquer", publique)
    actions = [
        ligne.partition('"action": "')[2].partition('"')[0] for ligne in fait("cabinet", "audit", "DEMO").splitlines()
    ]
    assert actions == [
        "cabinet.creation",
        "collaborateur.creation",
        "invitation.creation",
        "collaborateur.creation",
        "invitation.creation",
        "collaborateur.modification",
        "collaborateur.modification",
        "cle.creation",
        "cle.activation",
        "cle.desactivation",
        "abonnement.creation",
        "abonnement.rotation",
        "abonnement.revocation",
        "cle.revocation",
    ]
