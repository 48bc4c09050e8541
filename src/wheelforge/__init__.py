"""wheelforge: a build-from-source wheel factory."""
