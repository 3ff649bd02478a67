// What every page needs beyond htmx: confirmations, keyboard, selection of rows. No page needs it to be read.
document.addEventListener("keydown", (evenement) => {
  // « / » goes to the search field of the page, as in most tools.
  if (evenement.key !== "/" || evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  if (evenement.target.closest("input, textarea, select, [contenteditable]")) return;
  const champ = document.querySelector("[data-recherche]");
  if (champ) { evenement.preventDefault(); champ.focus(); champ.select?.(); }
});

// « data-tout-choisir » on a box in a table's head ticks the boxes of its body.
document.addEventListener("change", (evenement) => {
  const boite = evenement.target;
  if (!boite.matches("[data-tout-choisir]")) return;
  for (const autre of boite.closest("table").querySelectorAll("tbody input[type=checkbox]:not(:disabled)")) {
    autre.checked = boite.checked;
  }
  boite.closest("form")?.dispatchEvent(new CustomEvent("selection", { bubbles: true }));
});

// « data-copier » copies the text of the element that it names, and says so.
document.addEventListener("click", async (evenement) => {
  const bouton = evenement.target.closest("[data-copier]");
  if (!bouton) return;
  const source = document.querySelector(bouton.dataset.copier);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  bouton.setAttribute("data-copie", "");
});

// « data-imprimer » opens the print dialog; the print styles do the rest.
document.addEventListener("click", (evenement) => {
  if (evenement.target.closest("[data-imprimer]")) window.print();
});
