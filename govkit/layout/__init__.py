"""What we want: files become a checked layout, and the layout the desired state, with line numbers."""
