"""Findings as people and programs read them: on the screen, as JSON."""
