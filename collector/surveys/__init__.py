"""Surveys in the collector: which ask now, who was asked, and which rows of answers fit their survey."""
