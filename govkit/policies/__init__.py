"""What policies say: templates, rendering, documents, types, limits and exemptions; pure."""
