"""One file a screen, or a family of screens. Each declares ``router``; ``ROUTERS`` is what the application shows."""

from fastapi import APIRouter

from ecritures.web.pages import accueil, connexion, preferences

ROUTERS: tuple[APIRouter, ...] = (connexion.router, preferences.router, accueil.router)
