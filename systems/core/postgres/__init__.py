"""Django's Postgres backend with a bound on every wait: `"ENGINE": "systems.core.postgres"`."""
