"""SHELF of checks: one file per opinion about policy documents, each exporting `CHECK`."""
