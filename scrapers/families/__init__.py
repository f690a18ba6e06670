"""
One file per CMS family, pure: no input or output, no clock, no county.

A family recognises a page, says what to ask first, and reads each answer into a list of reports and the next
request. `docs/` tells how to add one.
"""

__all__: list[str] = []
