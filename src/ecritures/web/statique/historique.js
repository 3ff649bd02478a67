// The history of imports: the selection outlives what the server sends, the keyboard walks the rows.
(() => {
  const choisis = new Set();
  const boites = () => document.querySelectorAll("#selection tbody input[name=id]");

  function note() {
    choisis.clear();
    for (const boite of boites()) if (boite.checked) choisis.add(boite.value);
    show();
  }

  // After a live change the boxes are those that a person ticked, save rows that are gone or have nothing left to cancel.
  function restore() {
    for (const boite of boites()) boite.checked = choisis.has(boite.value) && !boite.disabled;
    note();
  }

  function show() {
    const bouton = document.querySelector("#annuler");
    if (!bouton) return;
    const pastille = bouton.querySelector("[data-choisis]");
    bouton.disabled = choisis.size === 0;
    pastille.hidden = choisis.size === 0;
    pastille.textContent = choisis.size || "";
    const libres = [...boites()].filter((boite) => !boite.disabled);
    const tout = document.querySelector("#tout");
    if (!tout) return;
    tout.disabled = libres.length === 0;
    tout.checked = libres.length > 0 && choisis.size === libres.length;
    tout.indeterminate = choisis.size > 0 && choisis.size < libres.length;
  }

  document.addEventListener("change", (evenement) => {
    if (evenement.target.closest("#selection")) note();
  });
  document.addEventListener("selection", note);
  document.addEventListener("htmx:after:swap", restore);
  document.addEventListener("htmx:after:settle", restore);
  addEventListener("pageshow", note);  // back from a page: the browser gives its boxes again
  document.addEventListener("DOMContentLoaded", note);

  // j and k walk the rows, x chooses, Enter follows the link that has the focus.
  document.addEventListener("keydown", (evenement) => {
    if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
    if (evenement.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], .dropdown-menu")) return;
    const pas = { j: 1, k: -1 }[evenement.key];
    const rangees = [...document.querySelectorAll("#vivant tr[data-import]")];
    const ici = rangees.findIndex((rangee) => rangee.contains(document.activeElement));
    if (pas && rangees.length) {
      evenement.preventDefault();
      const vers = ici < 0 ? (pas > 0 ? 0 : rangees.length - 1) : Math.min(Math.max(ici + pas, 0), rangees.length - 1);
      rangees[vers].querySelector(".histo-fichier a").focus();
      rangees[vers].scrollIntoView({ block: "nearest" });
    } else if (evenement.key === "x" && ici >= 0) {
      const boite = rangees[ici].querySelector("input[name=id]:not(:disabled)");
      if (boite) boite.click();
    }
  });
  document.addEventListener("focusin", (evenement) => {
    for (const marquee of document.querySelectorAll("tr.histo-ici")) marquee.classList.remove("histo-ici");
    evenement.target.closest("#vivant tr[data-import]")?.classList.add("histo-ici");
  });
})();
