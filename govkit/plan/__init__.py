"""What must change: two banks meet, differ, and the changes are put in order and judged."""
