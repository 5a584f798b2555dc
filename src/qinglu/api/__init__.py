"""The service over HTTP: thin adapters over the store and the declared tools. Nothing else knows of HTTP."""

from .app import create_app

__all__ = ["create_app"]
