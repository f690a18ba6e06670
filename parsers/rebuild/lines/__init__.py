"""Lines of text: which marks are borders, which lines are one row or one label, and which columns are none of the form's."""
