"""SHELF of AWS things: one file per kind of resource, each exporting `KIND`."""
