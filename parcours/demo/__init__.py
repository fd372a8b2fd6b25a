"""The demo: the shop Lampyre, visits to it by a real browser, and simulated visitors.

Nothing in it is canned: delete the data folder, run it again, and every map
comes from new visits.
"""
