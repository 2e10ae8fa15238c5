"""Importers: published models -> the model file that the engine reads."""
