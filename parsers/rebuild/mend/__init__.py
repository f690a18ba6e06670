"""Figures that lost their borders, read by the sums of the form and by number grammar, in counted steps."""
