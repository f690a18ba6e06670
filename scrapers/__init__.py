"""
The web to evidence: pages are fetched politely and kept as they were served.

`http` asks one address, `archive` keeps the answer and gives it back as a Snapshot, `errors` says what can go
wrong. Nothing here knows tables. The modules are imported by name, so that reading a file never waits for httpx.
"""

__all__: list[str] = []
