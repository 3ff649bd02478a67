// Findings on the file: the keyboard, the mark brought into view, the list that follows. Without it the links do the same.
(() => {
  const racine = () => document.querySelector("[data-constats]");

  // « n » and « j »: next finding; « p » and « k »: the one before.
  const touches = { n: "suivant", j: "suivant", p: "precedent", k: "precedent" };
  document.addEventListener("keydown", (evenement) => {
    const sens = touches[evenement.key];
    if (!sens || evenement.ctrlKey || evenement.metaKey || evenement.altKey || !racine()) return;
    if (evenement.target.closest("input, textarea, select, [contenteditable]")) return;
    const lien = document.querySelector(`[data-constat-${sens}]`);
    if (lien) { evenement.preventDefault(); lien.click(); }
  });

  // The faulty columns in the middle of the ruler; the page itself does not move.
  const centrer = () => {
    const regle = document.querySelector(".regle");
    const marque = regle?.querySelector(".marque-courant");
    if (!marque) return;
    const place = marque.getBoundingClientRect().left - regle.getBoundingClientRect().left + regle.scrollLeft;
    if (place + marque.offsetWidth > regle.clientWidth) regle.scrollLeft = place - regle.clientWidth / 2;
  };

  // The list shows where one is; when the finding is outside its window, another window is fetched.
  const suivre = async () => {
    const courant = document.querySelector("#detail [data-courant]")?.dataset.courant;
    const liste = document.querySelector("#liste");
    if (!courant || !liste) return;
    let lien = liste.querySelector(`[data-rang="${courant}"]`);
    if (!lien) {
      const { constats, filtre } = racine().dataset;
      const adresse = new URL(`${constats}/liste${filtre}`, location.href);
      adresse.searchParams.set("rang", courant);
      await htmx.ajax("GET", adresse.pathname + adresse.search, { target: "#liste", swap: "innerHTML" });
      lien = liste.querySelector(`[data-rang="${courant}"]`);
    }
    liste.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (!lien) return;
    lien.setAttribute("aria-current", "true");
    const cadre = lien.closest(".liste-constats");
    const haut = lien.offsetTop - cadre.offsetTop;
    if (haut < cadre.scrollTop || haut + lien.offsetHeight > cadre.scrollTop + cadre.clientHeight) {
      cadre.scrollTop = haut - cadre.clientHeight / 3;
    }
  };

  const montrer = () => { if (racine()) { centrer(); suivre(); } };
  document.addEventListener("DOMContentLoaded", montrer);
  document.addEventListener("htmx:after:swap", (evenement) => {
    if (document.querySelector("#detail")?.contains(evenement.target) || evenement.target.id === "detail") montrer();
  });
})();
