// Lettering: sums of the chosen lines, in whole centimes, and the keys of the table. Without this script the form still letters.
const formulaire = document.querySelector("[data-lettrage]");
if (formulaire?.querySelector("[data-sommes]")) {
  const boites = [...formulaire.querySelectorAll("input[name=ligne]")];
  const sommes = formulaire.querySelector("[data-sommes]");
  const [entier, partiel] = ["[data-entier]", "[data-partiel]"].map((s) => formulaire.querySelector(s));
  const rangee = (boite) => boite.closest("tr");
  const centimes = (tr, nom) => BigInt(tr.dataset[nom]);
  sommes.hidden = false;
  formulaire.querySelector("[data-touches]").hidden = false;

  function ecrire(valeur) {
    const texte = (valeur < 0n ? -valeur : valeur).toString().padStart(3, "0");
    const euros = texte.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    return `${valeur < 0n ? "−" : ""}${euros},${texte.slice(-2)}\u00a0€`;
  }

  function compter() {
    const choisies = boites.filter((b) => b.checked).map(rangee);
    const total = { debit: 0n, credit: 0n };
    for (const tr of choisies) for (const nom of ["debit", "credit"]) total[nom] += centimes(tr, nom);
    const ecart = total.debit - total.credit;
    for (const [nom, valeur] of Object.entries({ ...total, ecart: ecart < 0n ? -ecart : ecart })) {
      sommes.querySelector(`[data-somme=${nom}]`).textContent = ecrire(valeur);
    }
    const combien = sommes.querySelector("[data-combien]");
    const [une, plusieurs] = combien.dataset.combien.split("|");
    combien.textContent = `${choisies.length} ${choisies.length > 1 ? plusieurs : une}`;
    const juste = choisies.length > 1 && ecart === 0n;
    const mot = sommes.querySelector("[data-mot]");
    mot.textContent = mot.dataset.mot.split("|")[juste ? 0 : 1];
    mot.parentElement.dataset.etat = juste ? "juste" : choisies.length ? "ecart" : "vide";
    entier.disabled = !juste;
    partiel.disabled = choisies.length === 0 || juste;
    for (const boite of boites) {
      const tr = rangee(boite);
      const solde = centimes(tr, "debit") - centimes(tr, "credit");
      tr.classList.toggle("complement", !boite.checked && choisies.length > 0 && ecart !== 0n && solde === -ecart);
    }
  }

  // Lines lettered in part under one code go together.
  function suivre(boite) {
    const groupe = rangee(boite).dataset.groupe;
    if (groupe) for (const b of boites) if (rangee(b).dataset.groupe === groupe) b.checked = boite.checked;
    compter();
  }

  formulaire.addEventListener("change", (evenement) => { if (boites.includes(evenement.target)) suivre(evenement.target); });
  formulaire.addEventListener("click", (evenement) => {
    const tr = evenement.target.closest("tbody tr");
    if (!tr || evenement.target.closest("a, input, label, button") || String(getSelection())) return;
    const boite = tr.querySelector("input");
    boite.checked = !boite.checked;
    boite.focus();
    suivre(boite);
  });

  document.addEventListener("keydown", (evenement) => {
    if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
    const ici = boites.indexOf(document.activeElement);
    if (ici < 0 && document.activeElement !== document.body) return;
    const pas = { ArrowDown: 1, ArrowUp: -1 }[evenement.key];
    if (pas) {
      const vers = boites[Math.min(Math.max(ici + pas, 0), boites.length - 1)];
      evenement.preventDefault();
      vers.focus();
      rangee(vers).scrollIntoView({ block: "nearest" });
    } else if (evenement.key === "Enter") {
      evenement.preventDefault();
      const bouton = evenement.shiftKey ? partiel : entier;
      if (!bouton.disabled) formulaire.requestSubmit(bouton);
    } else if (evenement.key === "Escape") {
      for (const boite of boites) boite.checked = false;
      compter();
    }
  });
  addEventListener("pageshow", compter); // a browser that comes back keeps the boxes ticked
  compter();
}
