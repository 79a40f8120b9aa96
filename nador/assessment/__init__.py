"""The plan of a run, grades, and the results that follow from them."""
