"""Importers: published models -> the one model file that the engine reads."""
