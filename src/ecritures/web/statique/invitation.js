// The token of the link stays after the « # » until the body that uses it.
(() => {
  const formulaire = document.getElementById("invitation");
  const refus = document.getElementById("refus");
  const dire = (texte) => { refus.textContent = texte; refus.hidden = false; };
  formulaire.addEventListener("submit", async (evenement) => {
    evenement.preventDefault();
    refus.hidden = true;
    const [premier, second] = [document.getElementById("premier"), document.getElementById("second")];
    const jeton = location.hash.slice(1);
    if (!jeton) { dire(formulaire.dataset.sansLien); return; }
    if (premier.value !== second.value) { dire(formulaire.dataset.differents); second.focus(); return; }
    try {
      const reponse = await fetch(formulaire.dataset.acceptation, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jeton, mot_de_passe: premier.value }),
      });
      const recu = await reponse.json();
      if (!reponse.ok) { dire(recu.detail); return; }
      history.replaceState(null, "", location.pathname);
      document.getElementById("fait-qui").textContent = `${recu.identifiant} (${recu.domain})`;
      document.getElementById("fait").hidden = false;
      formulaire.hidden = true;
      const suite = document.getElementById("suite");
      suite.hidden = false;
      suite.focus();
    } catch { dire(formulaire.dataset.coupe); }
  });
})();
