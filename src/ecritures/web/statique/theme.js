// Before the first paint: the theme of the device, unless one was chosen.
(() => {
  const racine = document.documentElement;
  if (racine.dataset.themeChoisi !== "auto") return;
  const sombre = matchMedia("(prefers-color-scheme: dark)");
  const suivre = () => racine.setAttribute("data-bs-theme", sombre.matches ? "dark" : "light");
  suivre();
  sombre.addEventListener("change", suivre);
})();
