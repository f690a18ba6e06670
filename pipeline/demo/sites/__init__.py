"""
Replica county sites over real HTTP on loopback: counties that do not exist, on hosts of reserved names.

`county_sites()` are the four of the default run, `replica` makes others, `serve` serves them, `truth` says what must be found.
"""

from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.replicas import county_sites, replica
from pipeline.demo.sites.serve import Asked, Served, serve
from pipeline.demo.sites.site import ListTruth, Published, Site, Truth, truth

__all__ = ["Asked", "ListTruth", "Plan", "Published", "Served", "Site", "Truth", "county_sites", "replica", "serve", "truth"]
