"""Document -> Document: tables cut by pages put together, turned ones made upright, columns that no form has taken out."""
