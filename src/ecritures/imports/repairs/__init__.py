"""Repairs of a file by a recipe: its grammar, the sheet of editable lines, the actions, and what findings suggest."""
