"""Settings: from the environment, a TOML file, or the JSON of the original server."""
