// The screens of the books: lists that send their form, classes that fold, charts drawn from their tables, arrows between pages.
document.addEventListener("change", (evenement) => {
  if (evenement.target.matches("select[data-envoi]")) {
    // another exercice has other days and months: those of this one are not sent with it
    const formulaire = evenement.target.form;
    if (evenement.target.name === "exercice") {
      for (const nom of ["debut", "fin"]) formulaire.elements[nom]?.setAttribute("disabled", "");
    }
    formulaire.requestSubmit();
  }
});

// Classes of the balance.
function replier(bouton, ferme) {
  bouton.setAttribute("aria-expanded", String(!ferme));
  document.getElementById(bouton.getAttribute("aria-controls")).hidden = ferme;
}
document.addEventListener("click", (evenement) => {
  const bouton = evenement.target.closest(".btn-classe");
  if (bouton) replier(bouton, bouton.getAttribute("aria-expanded") === "true");
  const tous = evenement.target.closest("[data-replier]");
  if (tous) for (const un of document.querySelectorAll(".btn-classe")) replier(un, tous.dataset.replier === "tout");
});
for (const bouton of document.querySelectorAll("[data-replier]")) bouton.hidden = false;

// « n » and « p »: next and previous page, or entry, as in mail readers.
document.addEventListener("keydown", (evenement) => {
  if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  if (evenement.target.closest("input, textarea, select, [contenteditable]")) return;
  const cible = { n: "[data-suivante]", p: "[data-precedente]" }[evenement.key];
  const lien = cible && document.querySelector(cible);
  if (lien) { evenement.preventDefault(); lien.click(); }
});

// Charts. Colours are those of the theme, whatever the way CSS writes them: one pixel says what they are.
const pinceau = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
function couleur(nom) {
  const essai = document.createElement("span");
  essai.style.color = `var(${nom})`;
  document.body.append(essai);
  pinceau.clearRect(0, 0, 1, 1);
  pinceau.fillStyle = getComputedStyle(essai).color;
  pinceau.fillRect(0, 0, 1, 1);
  essai.remove();
  const [r, v, b, a] = pinceau.getImageData(0, 0, 1, 1).data;
  return `rgba(${r}, ${v}, ${b}, ${a / 255})`;
}
const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" });
const eurosCourts = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR", notation: "compact", maximumFractionDigits: 1 });
const nombre = new Intl.NumberFormat("fr-FR");

function lire(figure) {
  const tableau = figure.querySelector("table");
  const tetes = [...tableau.tHead.rows[0].cells].slice(1);
  const rangees = [...tableau.tBodies[0].rows];
  const series = tetes.flatMap((tete, rang) => tete.hasAttribute("data-hors") ? [] : [{
    nom: tete.textContent.trim(),
    couleur: couleur(tete.dataset.couleur),
    genre: tete.dataset.genre ?? "bar",
    valeurs: rangees.map((rangee) => Number(rangee.cells[rang + 1].dataset.valeur)),
  }]);
  return { noms: rangees.map((r) => r.cells[0].dataset.libelle ?? r.cells[0].textContent.trim()), series };
}

function options(figure, { noms, series }) {
  const enEuros = figure.dataset.unite === "euros";
  const couche = figure.dataset.graphique === "horizontales";
  const empile = figure.hasAttribute("data-empile");
  const texte = couleur("--tblr-body-color"), trait = couleur("--tblr-border-color");
  const echelle = { type: "value", minInterval: 1, axisLabel: { color: texte, formatter: (v) => enEuros ? eurosCourts.format(v / 100) : nombre.format(v) }, splitLine: { lineStyle: { color: trait } } };
  const rangs = { type: "category", data: noms, inverse: couche, axisLabel: { color: texte }, axisLine: { lineStyle: { color: trait } }, axisTick: { show: false } };
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 400,
    grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
    xAxis: couche ? echelle : rangs,
    yAxis: couche ? rangs : echelle,
    series: series.map((s) => ({ name: s.nom, type: s.genre, data: s.valeurs, stack: empile ? "un" : undefined, itemStyle: { color: s.couleur, borderRadius: empile ? 0 : 2 }, lineStyle: { width: 3, color: s.couleur }, symbolSize: 6, barMaxWidth: 28 })),
  };
}

function legende(figure, series) {
  figure.querySelector(".legende")?.remove();
  if (series.length < 2) return;
  const liste = document.createElement("ul");
  liste.className = "legende";
  liste.setAttribute("aria-hidden", "true");
  for (const serie of series) {
    const point = document.createElement("li"), pastille = document.createElement("i");
    pastille.style.background = serie.couleur;
    point.append(pastille, serie.nom);
    liste.append(point);
  }
  figure.prepend(liste);
}

// The value under the pointer, in words: the table has them all for the keyboard.
function infobulle(figure, dessin) {
  const bulle = document.createElement("div");
  bulle.className = "infobulle";
  bulle.hidden = true;
  figure.style.position = "relative";
  figure.append(bulle);
  dessin.on("mousemove", ({ name, seriesName, value, event }) => {
    bulle.textContent = `${name} · ${seriesName} : ${figure.dataset.unite === "euros" ? euros.format(value / 100) : nombre.format(value)}`;
    bulle.hidden = false;
    const place = Math.min(event.offsetX + 12, figure.clientWidth - bulle.offsetWidth);
    bulle.style.left = `${Math.max(place, 0)}px`;
    bulle.style.top = `${event.offsetY}px`;
  });
  dessin.on("mouseout", () => { bulle.hidden = true; });
}

function dessiner() {
  for (const figure of document.querySelectorAll("[data-graphique]")) {
    const cadre = figure.querySelector(".graphique");
    const donnees = lire(figure);
    let dessin = echarts.getInstanceByDom(cadre);
    if (!dessin) {
      cadre.hidden = false;
      figure.querySelector("details").open = false;
      dessin = echarts.init(cadre);
      infobulle(figure, dessin);
      new ResizeObserver(() => dessin.resize()).observe(cadre);
    }
    dessin.setOption(options(figure, donnees), true);
    legende(figure, donnees.series);
  }
}
if (window.echarts) {
  dessiner();
  new MutationObserver(dessiner).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
}
