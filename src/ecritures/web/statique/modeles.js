// The editor of models: what is picked is sent at once with the file, and what it becomes comes back. Without this, a button does.
(() => {
  const editeur = document.querySelector("#editeur");
  if (!editeur) return;
  const fichier = editeur.querySelector("#fichier");
  const depose = editeur.querySelector("#depose");
  const tropGros = editeur.querySelector("#trop-gros");
  const tailleMax = Number(editeur.dataset.tailleMax);
  editeur.classList.add("ecran-js");

  const changer = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));

  // Too large a file is never sent.
  fichier.addEventListener("change", (evenement) => {
    const gros = fichier.files[0] && fichier.files[0].size > tailleMax;
    tropGros.hidden = !gros;
    if (gros) { fichier.value = ""; evenement.stopPropagation(); }
  });

  for (const nom of ["dragenter", "dragover"]) {
    depose.addEventListener(nom, (e) => { e.preventDefault(); depose.classList.add("survol"); });
  }
  for (const nom of ["dragleave", "drop"]) depose.addEventListener(nom, () => depose.classList.remove("survol"));
  depose.addEventListener("drop", (evenement) => {
    evenement.preventDefault();
    if (!evenement.dataTransfer.files.length) return;
    const un = new DataTransfer();
    un.items.add(evenement.dataTransfer.files[0]);
    fichier.files = un.files;
    changer(fichier);
  });

  // A field is in one column: picking it elsewhere leaves the first. Heard before htmx, which waits.
  editeur.addEventListener("change", (evenement) => {
    const choix = evenement.target;
    if (!choix.matches("[data-champ]") || !choix.value) return;
    for (const autre of editeur.querySelectorAll("[data-champ]")) {
      if (autre !== choix && autre.value === choix.value) autre.value = "";
    }
  }, true);

  // A click in the ruler of a fixed-width file adds a cut before that character, or takes it away.
  editeur.addEventListener("click", (evenement) => {
    const texte = evenement.target.closest(".regle-texte-fixe");
    if (!texte) return;
    const mesure = document.createElement("span");
    mesure.textContent = "0".repeat(100);
    mesure.style.position = "absolute";
    texte.append(mesure);
    const pas = mesure.getBoundingClientRect().width / 100;
    mesure.remove();
    const place = Math.round((evenement.clientX - texte.getBoundingClientRect().left) / pas) + 1;
    const coupes = editeur.querySelector("#r-coupes");
    const debuts = new Set(coupes.value.split(/[,;\s]+/).map(Number).filter((n) => n > 0));
    if (place > 1) debuts[debuts.has(place) ? "delete" : "add"](place);
    coupes.value = [...debuts].sort((a, b) => a - b).join(", ");
    changer(coupes);
  });

  const atelier = editeur.querySelector("#atelier");
  const enregistrer = editeur.querySelector("#enregistrer");
  const nom = editeur.querySelector("#r-nom");

  // The name and the buttons stay in place, so that no click is lost to an answer: they follow the state that it brings.
  function suivre() {
    const etat = atelier.querySelector("#etat-modele")?.dataset;
    editeur.querySelector("#tete-modele").hidden = !etat;
    if (!etat) return;
    const { nom: dit, ancien, pret, lu } = etat;
    const vu = editeur.querySelector("[name=nom_vu]");
    if (document.activeElement !== nom || nom.value === vu.value) nom.value = dit;
    vu.value = dit;
    editeur.querySelector("[name=ancien]").value = ancien;
    enregistrer.disabled = pret !== "1";
    editeur.querySelector("#proposer").hidden = lu !== "1";
    if (ancien) document.querySelector(".page-title").textContent = ancien;
  }
  suivre();

  // Nothing is changed while the model is being kept: its answer says what it replaced.
  enregistrer.addEventListener("htmx:before:request", () => { atelier.inert = true; });
  document.addEventListener("htmx:finally:request", () => { atelier.inert = false; });

  // What is being typed, and what is open, outlive the answer.
  let avant = null;
  document.addEventListener("htmx:before:swap", () => {
    const actif = document.activeElement;
    const saisi = actif?.matches?.("#atelier input:not([type=checkbox]):not([type=file]), #atelier textarea");
    avant = {
      id: actif && actif.closest?.("#atelier") ? actif.id : "",
      valeur: saisi && actif.value !== actif.defaultValue ? actif.value : null,
      toml: Boolean(editeur.querySelector("#toml")?.open),
      gauche: editeur.querySelector("#colonnes .table-responsive")?.scrollLeft ?? 0,
    };
  });
  document.addEventListener("htmx:after:swap", () => {
    suivre();
    atelier.inert = false;
    if (!avant) return;
    const { id, valeur, toml, gauche } = avant;
    avant = null;
    const details = editeur.querySelector("#toml");
    if (details && toml) details.open = true;
    const table = editeur.querySelector("#colonnes .table-responsive");
    if (table) table.scrollLeft = gauche;
    const element = id && document.getElementById(id);
    if (!element) return;
    if (valeur !== null) element.value = valeur;
    element.focus({ preventScroll: true });
  });
})();
