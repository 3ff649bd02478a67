"""The firm's screens in a real browser: a key shown once and tried in the catalogue, a person invited, what confirms first."""

from __future__ import annotations

import re
from typing import Any

from serveurs.scene import sample
from serveurs.site import DOMAIN, Site, axe_faults

ATTENTE_MS = 60_000
"""The catalogue is a large script: a loaded machine takes its time."""


def test_a_key_is_made_shown_once_and_copied_then_revoked_after_a_question(ouvrir: Any, site: Site) -> None:
    page = ouvrir("administrateur")
    page.goto("/app/cles")
    page.get_by_role("link", name="Créer une clé d'API").first.click()
    page.get_by_label("Libellé").fill("Caisse du navigateur")
    assert page.locator("#choix-dossiers").is_hidden()
    page.get_by_label("Seulement ceux-ci").check()
    assert page.locator("#choix-dossiers").is_visible()
    page.get_by_label("Tous les dossiers, présents et à venir").check()
    page.get_by_role("button", name="Créer la clé").click()
    champ = page.locator("#secret-1")
    apikey = champ.input_value()
    acces = site.ports.cles.identifier(apikey)
    assert acces is not None and acces.domain == DOMAIN
    assert axe_faults(page) == []
    page.reload()  # neither a second key nor the first one again
    assert page.url.endswith("/app/cles") and page.locator("#secret-1").count() == 0
    assert [c.libelle for c in site.ports.cles.lister(DOMAIN)].count("Caisse du navigateur") == 1
    ligne = page.locator(f"tr[data-cle={acces.cle}]")
    page.once("dialog", lambda question: question.dismiss())
    ligne.get_by_role("button", name="Révoquer").click()
    assert site.ports.cles.identifier(apikey) is not None
    page.once("dialog", lambda question: question.accept())
    ligne.get_by_role("button", name="Révoquer").click()
    ligne.wait_for(state="detached")
    assert site.ports.cles.identifier(apikey) is None


def test_an_operation_is_tried_from_the_catalogue_and_its_import_is_seen(ouvrir: Any, site: Site) -> None:
    dossier = site.dossier()
    page = ouvrir("collaborateur")
    page.set_default_timeout(ATTENTE_MS)
    page.set_default_navigation_timeout(ATTENTE_MS)
    page.goto("/app/catalogue")
    page.get_by_label("Dossier", exact=True).select_option(dossier.code_ibs)
    page.get_by_role("button", name="Créer une clé d'essai").click()
    page.locator("#cles-pretes").wait_for()
    page.get_by_text("Import des écritures au format TRA", exact=True).first.click()
    page.get_by_role("button", name="(post /loop-api-publiques/importTra)").click()
    fenetre = page.get_by_role("dialog")
    corps = fenetre.locator(".cm-content").first
    corps.wait_for(state="attached")
    assert axe_faults(page) == []
    uri = _deposit(site, page)
    corps.fill(f'{{"codeIbs": "{dossier.code_ibs}", "URI": "{uri}"}}')
    with page.expect_response(lambda r: r.url.endswith("/importTra")) as attendue:
        fenetre.locator("button", has_text="Envoyer").last.click()
    recue = attendue.value
    import_id = recue.json()["accountingImportRequestId"]
    assert recue.status == 200 and recue.request.headers["x-apikey"].startswith("ek_")
    fenetre.get_by_text(import_id).first.wait_for()  # status, headers and body of the answer are shown
    assert fenetre.get_by_text("200").first.is_visible()
    secret = recue.request.headers["x-apikey"]
    gardes = page.evaluate(
        "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, location.href])"
    )
    assert secret not in gardes and secret.partition(":")[2] not in gardes
    page.locator("#suivi-lien").click()
    page.wait_for_url(f"**/app/imports/{import_id}")
    page.goto("/app/requetes")
    assert page.get_by_text("/loop-api-publiques/importTra").first.is_visible()


def _deposit(site: Site, page: Any) -> str:
    """The sample, uploaded as the person's own test keys would."""
    depot_url, uri = site.ports.depots.ouvrir(DOMAIN, "seed_sample.TRA")
    recu = page.request.put(depot_url, data=sample("seed_sample.TRA"), headers={"x-ms-blob-type": "BlockBlob"})
    assert recu.status == 201
    return uri


def test_a_person_is_invited_chooses_a_password_and_signs_in(ouvrir: Any) -> None:
    page = ouvrir("administrateur")
    page.goto("/app/nouveau-collaborateur")
    page.get_by_label("Identifiant").fill("c.petit")
    page.get_by_label("Nom", exact=True).fill("Petit")
    page.get_by_role("button", name="Ajouter").click()
    lien = page.locator("#secret-1").input_value()
    invite = ouvrir(None)
    invite.goto(lien)
    assert invite.url.partition("#")[0].endswith("/app/invitation") and "#" in invite.url
    assert axe_faults(invite) == []
    invite.get_by_label("Mot de passe").fill("une phrase bien à moi")
    invite.get_by_label("Encore une fois").fill("une autre")
    invite.get_by_label("Encore une fois").fill("une phrase bien à elle")
    invite.get_by_role("button", name="Enregistrer").click()
    assert "diffèrent" in invite.get_by_role("alert").inner_text()
    invite.get_by_label("Encore une fois").fill("une phrase bien à moi")
    invite.get_by_role("button", name="Enregistrer").click()
    invite.get_by_role("link", name="Se connecter").click()
    invite.get_by_label("Cabinet (domaine)").fill(DOMAIN)
    invite.get_by_label("Identifiant").fill("c.petit")
    invite.get_by_label("Mot de passe").fill("une phrase bien à moi")
    invite.get_by_role("button", name="Se connecter").click()
    invite.wait_for_url(re.compile("/app$"))
    assert invite.get_by_role("link", name="Clés d'accès").count() == 0  # not an administrator


def test_the_trail_is_searched_by_keyboard(ouvrir: Any, site: Site) -> None:
    for rang in range(55):
        site.ports.audit.noter(DOMAIN, "clavier", "cle.creation", objet=f"objet-{rang}")
    page = ouvrir("administrateur")
    page.goto("/app/audit")
    page.keyboard.press("/")
    page.keyboard.type("clavier")
    page.keyboard.press("Enter")
    page.wait_for_url("**acteur=clavier**")
    assert page.locator("#traces tbody tr").count() == 50
    page.get_by_role("link", name="Page suivante").click()
    page.wait_for_url("**apres=**")
    page.get_by_text("objet-0", exact=True).wait_for()
    assert page.locator("#traces tbody tr").count() == 5
