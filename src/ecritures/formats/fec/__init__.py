"""FEC, the *fichier des écritures comptables* of article A47 A-1 of the Livre des procédures fiscales: flat form, BIC/IS."""
