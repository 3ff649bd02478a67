// Files dropped on the page: sent once, by pieces that a cut line does not lose, checked, shown, then imported on demand.
(() => {
  const formulaire = document.querySelector("#importer");
  if (!formulaire) return;
  const { api, pages, csrf } = formulaire.dataset;
  const MORCEAU = Number(formulaire.dataset.morceau);
  const TAILLE_MAX = Number(formulaire.dataset.tailleMax);
  const ESSAIS = 6;
  const dossier = formulaire.querySelector("#dossier");
  const modele = formulaire.querySelector("#modele");
  const zone = formulaire.querySelector("#depose");
  const choix = formulaire.querySelector("#fichiers");
  const recus = document.querySelector("#fichiers-recus");
  const tout = document.querySelector("#tout");
  const mot = (nom) => document.querySelector("#mots").content.querySelector(`[data-mot=${nom}]`).textContent;

  class Refus extends Error {}

  async function appeler(methode, adresse, corps, entetes = {}) {
    const reponse = await fetch(adresse, {
      method: methode,
      headers: { "x-csrf-token": csrf, ...entetes },
      body: corps,
      credentials: "same-origin",
    });
    if (reponse.ok) return reponse;
    const dit = await reponse.json().catch(() => ({}));
    throw new Refus(dit.detail || reponse.statusText);
  }

  // One piece, with its progress; XMLHttpRequest is what tells how far an upload is.
  function envoyer(adresse, morceau, decalage, avance) {
    return new Promise((bien, mal) => {
      const requete = new XMLHttpRequest();
      requete.open("PATCH", adresse);
      requete.setRequestHeader("x-csrf-token", csrf);
      requete.setRequestHeader("Upload-Offset", decalage);
      requete.setRequestHeader("Content-Type", "application/offset+octet-stream");
      requete.upload.addEventListener("progress", (e) => avance(decalage + e.loaded));
      requete.addEventListener("error", () => mal(new Error("coupe")));
      requete.addEventListener("load", () => {
        if (requete.status === 204) return bien(Number(requete.getResponseHeader("Upload-Offset")));
        if (requete.status === 409) return bien(Number(requete.getResponseHeader("Upload-Offset")));
        if (requete.status >= 500) return mal(new Error("coupe"));
        let dit = {};
        try { dit = JSON.parse(requete.responseText); } catch { /* said below */ }
        mal(new Refus(dit.detail || requete.statusText));
      });
      requete.send(morceau);
    });
  }

  async function televerser(fichier, code, avance) {
    const corps = JSON.stringify({ dossier: code, nom_fichier: fichier.name, taille_octets: fichier.size });
    const ouvert = await (await appeler("POST", `${api}/televersements`, corps, { "content-type": "application/json" })).json();
    const adresse = `${api}/televersements/${ouvert.id}`;
    let decalage = 0, essais = 0;
    while (decalage < fichier.size) {
      try {
        decalage = await envoyer(adresse, fichier.slice(decalage, decalage + MORCEAU), decalage, avance);
        essais = 0;
      } catch (erreur) {
        if (erreur instanceof Refus || ++essais > ESSAIS) throw erreur;
        avance(decalage, mot("reprise"));
        await new Promise((suite) => setTimeout(suite, 500 * 2 ** essais));
        const lu = await fetch(adresse, { method: "HEAD", credentials: "same-origin" }).catch(() => null);
        if (lu?.ok) decalage = Number(lu.headers.get("Upload-Offset"));
      }
    }
    return ouvert.id;
  }

  const taille = (octets) => {
    const unites = ["o", "ko", "Mo", "Go"];
    let rang = 0, valeur = octets;
    while (valeur >= 1000 && rang < 3) { valeur /= 1000; rang += 1; }
    return `${valeur.toLocaleString(document.documentElement.lang, { maximumFractionDigits: rang ? 1 : 0 })}\u00a0${unites[rang]}`;
  };

  class Carte {
    constructor(fichier) {
      this.fichier = fichier;
      this.code = dossier.value;
      this.modele = modele.value;
      this.element = document.querySelector("#carte").content.firstElementChild.cloneNode(true);
      this.element.querySelector("[data-nom]").textContent = fichier.name;
      this.element.querySelector("[data-taille]").textContent = taille(fichier.size);
      this.element.querySelector("[data-retirer]").addEventListener("click", () => this.retirer());
      this.corps = this.element.querySelector("[data-corps]");
      this.envoi = this.corps.firstElementChild;
      recus.append(this.element);
    }

    avance(octets, texte = mot("envoi")) {
      const part = Math.round((100 * octets) / Math.max(this.fichier.size, 1));
      this.envoi.querySelector("[data-etape]").textContent = texte;
      this.envoi.querySelector("[data-pourcent]").textContent = `${part}\u00a0%`;
      const barre = this.envoi.querySelector("[role=progressbar]");
      barre.setAttribute("aria-valuenow", part);
      barre.setAttribute("aria-label", texte);
      barre.firstElementChild.style.width = `${part}%`;
      barre.firstElementChild.classList.toggle("progress-bar-indeterminate", texte === mot("controle"));
    }

    dire(texte) {
      const alerte = document.createElement("div");
      alerte.className = "alert alert-danger mb-0";
      alerte.setAttribute("role", "alert");
      alerte.textContent = texte;
      this.corps.replaceChildren(alerte);
      this.element.dataset.etat = "refuse";
    }

    async traiter() {
      if (!this.code) return this.dire(mot("dossier"));
      if (this.fichier.size === 0) return this.dire(mot("vide"));
      if (this.fichier.size > TAILLE_MAX) return this.dire(mot("gros"));
      try {
        this.avance(0);
        this.id = await televerser(this.fichier, this.code, (octets, texte) => this.avance(octets, texte));
        this.avance(this.fichier.size, mot("controle"));
        await this.montrer(`${pages}/importer/controle/${this.id}?modele=${encodeURIComponent(this.modele)}`);
        this.element.dataset.etat = this.corps.querySelector("[data-verdict]")?.dataset.verdict ?? "refuse";
        this.corps.querySelector("[data-importer]")?.addEventListener("click", () => this.importer());
      } catch (erreur) {
        this.dire(erreur instanceof Refus ? erreur.message : mot("coupe"));
      }
      return compter();
    }

    async montrer(adresse) {
      // a refusal comes as a part of the page too: it is shown as it is
      const reponse = await fetch(adresse, { headers: { "hx-request": "true" }, credentials: "same-origin" });
      this.corps.innerHTML = await reponse.text();
      htmx.process(this.corps);
    }

    async importer() {
      for (const bouton of this.corps.querySelectorAll("button")) bouton.disabled = true;
      this.element.dataset.etat = "demande";
      compter();
      const voulu = new URLSearchParams({ dossier: this.code, televersement: this.id });
      if (this.modele) voulu.set("modele", this.modele);
      try {
        const demande = await (await appeler("POST", `${api}/imports?${voulu}`, null, { "idempotency-key": this.id })).json();
        this.id = null; // its bytes are the import's now
        await this.montrer(`${pages}/importer/suivi/${demande.id}`);
      } catch (erreur) {
        this.dire(erreur instanceof Refus ? erreur.message : mot("coupe"));
      }
    }

    retirer() {
      if (this.id) appeler("DELETE", `${api}/televersements/${this.id}`).catch(() => {});
      this.element.remove();
      compter();
    }
  }

  const cartes = new Set();
  function compter() {
    tout.hidden = recus.querySelectorAll("[data-etat=conforme]").length < 2;
  }

  // The SIREN of a FEC's name chooses the dossier when it is that of exactly one.
  function deviner(fichiers) {
    if (dossier.value) return;
    const sirens = new Set(fichiers.map((f) => /^(\d{9})FEC\d{8}/i.exec(f.name)?.[1]).filter(Boolean));
    if (sirens.size !== 1) return;
    const memes = dossier.querySelectorAll(`option[data-siren="${[...sirens][0]}"]`);
    if (memes.length === 1) dossier.value = memes[0].value;
  }

  async function recevoir(fichiers) {
    deviner(fichiers);
    const nouvelles = fichiers.map((fichier) => new Carte(fichier));
    for (const carte of nouvelles) {
      cartes.add(carte);
      await carte.traiter(); // one after the other: the line is theirs in turn
    }
  }

  choix.addEventListener("change", () => { recevoir([...choix.files]); choix.value = ""; });
  for (const nom of ["dragenter", "dragover"]) {
    zone.addEventListener(nom, (e) => { e.preventDefault(); zone.classList.add("survol"); });
  }
  for (const nom of ["dragleave", "drop"]) zone.addEventListener(nom, () => zone.classList.remove("survol"));
  zone.addEventListener("drop", (e) => { e.preventDefault(); recevoir([...e.dataTransfer.files]); });
  document.addEventListener("dragover", (e) => e.preventDefault());
  document.addEventListener("drop", (e) => e.preventDefault());
  formulaire.addEventListener("submit", (e) => e.preventDefault());
  document.querySelector("#tout-importer").addEventListener("click", () => {
    for (const carte of cartes) if (carte.element.dataset.etat === "conforme") carte.importer();
  });
})();
