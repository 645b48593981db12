"""Compares what a deployed template says about security with what the live API answers."""
