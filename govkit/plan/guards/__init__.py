"""SHELF of rails: one file per opinion about a plan, each exporting `GUARD`."""
