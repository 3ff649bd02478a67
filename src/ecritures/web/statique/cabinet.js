// Screens of the firm: confirmations, fields that others open, a secret that leaves the page with it.
document.addEventListener("submit", (evenement) => {
  const question = evenement.target.dataset.confirmer;
  if (question && !window.confirm(question)) evenement.preventDefault();
});

// « data-montre » on a radio: the part it names is there only while it is chosen.
const accorder = () => {
  for (const bouton of document.querySelectorAll("[data-montre]")) document.querySelector(bouton.dataset.montre).hidden = !bouton.checked;
};
document.addEventListener("change", accorder);
accorder();

// A page with secrets: announced first, and never shown again by « back ».
const titre = document.getElementById("titre-secrets");
if (titre) {
  titre.focus();
  history.replaceState(null, "", titre.closest("[data-page]").dataset.page); // a reload makes no second one
  window.addEventListener("pagehide", () => document.querySelectorAll(".card-secret").forEach((carte) => carte.remove()));
}
