"""The heatmap of a page. Which module writes which sentence:

    page      the route: question → answer → page record
    setting   the context of a map: the question, the pictures of the page, its states
    head      its title, when the picture was taken, the exports
    bar       kinds, widths, days, variants, devices, states
    retake    the form that retakes the picture
    heat      figures, elements and account of clicks and hovers
    reach     figures, lines and elements of reach
    states    clicks made in other states of the page
    empty     why there is no picture, or nothing drawn on it
    zone_*    zones: their layer, a held one, and the form of one

Shared with comparisons and journeys (viewer/pages/map): warnings (notes), robots, the account (ledger), names of
elements (elements), legends, the choice of days (period), faults of a question.
"""
