"""The card of a touchpoint: its figures over time, its ways in and out, its elements, devices and channels."""
