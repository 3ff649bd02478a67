// The catalogue: Scalar on our own OpenAPI document. Test keys live in this page's memory: nothing is written in the browser.
(() => {
  const lieu = document.getElementById("reference");
  const sombre = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
  const suivi = document.getElementById("suivi");

  // Scalar keeps choices in localStorage; a value typed as a key must not follow them.
  for (const nom of Object.keys(localStorage)) if (/scalar|auth/i.test(nom)) localStorage.removeItem(nom);

  // Any answer that names an import offers to go and see it.
  const demander = window.fetch.bind(window);
  const suivre = async (...demande) => {
    const reponse = await demander(...demande);
    const adresse = new URL(demande[0]?.url ?? String(demande[0]), location.href);
    const genre = reponse.headers.get("content-type") ?? "";
    const estImport = /\/(import[a-z]+|api\/v1\/imports)$/i.test(adresse.pathname);
    if (estImport && reponse.ok && genre.includes("json")) {
      reponse.clone().json().then((corps) => {
        const id = corps.accountingImportRequestId ?? corps.id;
        if (!id) return;
        document.getElementById("suivi-lien").href = suivi.dataset.imports + encodeURIComponent(id);
        suivi.hidden = false;
      }).catch(() => {});
    }
    return reponse;
  };
  document.getElementById("suivi-fermer").addEventListener("click", () => { suivi.hidden = true; });

  const reglages = (cles) => ({
    url: lieu.dataset.openapi,
    servers: [{ url: location.origin }],
    customFetch: suivre,
    withDefaultFonts: false,
    telemetry: false,
    proxyUrl: "",
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideClientButton: true,
    hideDarkModeToggle: true,
    documentDownloadType: "none",
    forceDarkModeState: sombre() ? "dark" : "light",
    darkMode: sombre(),
    defaultOpenAllTags: false,
    persistAuth: false,
    operationTitleSource: "summary",
    localization: { locale: lieu.dataset.langue },
    hiddenClients: false,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    authentication: {
      preferredSecurityScheme: [["Subscription key", "API key"]],
      securitySchemes: {
        "Subscription key": { type: "apiKey", in: "header", name: "Ocp-Apim-Subscription-Key", value: cles?.abonnement ?? "" },
        "API key": { type: "apiKey", in: "header", name: "x-apikey", value: cles?.apikey ?? "" },
      },
    },
  });

  let catalogue = null;
  const montrer = (cles) => {
    if (catalogue?.updateConfiguration && cles) { catalogue.updateConfiguration(reglages(cles)); return; }
    lieu.replaceChildren();
    catalogue = Scalar.createApiReference("#reference", reglages(cles));
  };
  montrer(null);

  // What Scalar leaves unnamed for screen readers: its fields take the name that stands beside them; the page has one h1, ours.
  const nommer = () => {
    for (const titre of lieu.querySelectorAll("h1")) {
      const second = document.createElement("h2");
      for (const { name, value } of titre.attributes) second.setAttribute(name, value);
      second.append(...titre.childNodes);
      titre.replaceWith(second);
    }
    for (const bouton of document.querySelectorAll('.scalar-app button[class*="copy-button"]:not([aria-label])')) {
      bouton.setAttribute("aria-label", suivi.dataset.motCopier);
    }
    for (const liste of lieu.querySelectorAll(".endpoints:not([tabindex])")) liste.tabIndex = 0;
    for (const champ of document.querySelectorAll(".code-input-lite__editor[role=combobox]")) {
      if (!champ.hasAttribute("aria-expanded")) champ.setAttribute("aria-expanded", "false");
      if (!champ.hasAttribute("aria-controls")) champ.setAttribute("aria-controls", "reference");
      if (!champ.hasAttribute("aria-label")) champ.setAttribute("aria-label", champ.dataset.placeholder || "Valeur");
    }
  };
  // In its window of requests: buttons that show an icon alone, editors, and what scrolls.
  const nommerFenetre = () => {
    const fenetre = document.querySelector(".scalar-app [role=dialog]");
    if (!fenetre) return;
    for (const bouton of fenetre.querySelectorAll("button:not([aria-label]):not([title])")) {
      if (!bouton.textContent.trim()) bouton.setAttribute("aria-label", suivi.dataset.motCopier);
    }
    for (const aide of fenetre.querySelectorAll("button[role=none]")) aide.removeAttribute("role");
    for (const editeur of fenetre.querySelectorAll(".cm-content:not([aria-label])")) editeur.setAttribute("aria-label", suivi.dataset.motCorps);
    for (const defile of fenetre.querySelectorAll(".cm-scroller[tabindex='-1']")) defile.tabIndex = 0;
  };
  new MutationObserver(nommerFenetre).observe(document.body, { childList: true, subtree: true });
  new MutationObserver(nommer).observe(document.body, { childList: true, subtree: true });

  const formulaire = document.getElementById("essai");
  formulaire?.addEventListener("submit", async (evenement) => {
    evenement.preventDefault();
    const bouton = formulaire.querySelector("button");
    bouton.disabled = true;
    try {
      const reponse = await demander(formulaire.action, {
        method: "POST",
        headers: { "x-csrf-token": formulaire.dataset.csrf, "hx-request": "true" },
        body: new FormData(formulaire),
      });
      if (reponse.headers.get("hx-redirect")) { location.assign(reponse.headers.get("hx-redirect")); return; }
      if (reponse.status !== 201) { document.getElementById("alertes").innerHTML = await reponse.text(); return; }
      const cles = await reponse.json();
      document.getElementById("cle-publique").textContent = cles.cle;
      const fin = document.getElementById("cle-fin");
      fin.dateTime = cles.expiration;
      fin.textContent = new Date(cles.expiration).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });
      document.getElementById("cles-pretes").hidden = false;
      montrer(cles);
    } finally { bouton.disabled = false; }
  });
})();
