"""Replica reports: random sheets, and the renderers of broken layouts that tests and bench use."""
