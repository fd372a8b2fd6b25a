"""The demo: the shop Lampyre, visits to it by a real browser, and simulated visitors.

Nothing is prerecorded: delete the data folder, run the demo again, and every map comes from new visits.
"""
