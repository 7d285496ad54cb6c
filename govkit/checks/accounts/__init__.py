"""SHELF of checks of accounts: one file per opinion about what is there, each exporting `CHECK`."""
