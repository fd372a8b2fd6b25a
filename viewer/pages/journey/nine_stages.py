"""The default stages of a new journey: nine, from first contact to loyalty."""

from __future__ import annotations

from store.journeys import Stage

# key, English, French; in this order
NINE = (
    ("awareness", "Awareness", "Sensibilisation"),
    ("evaluation", "Evaluation", "Évaluation"),
    ("interest", "Interest", "Intérêt"),
    ("intent", "Intent", "Intention"),
    ("purchase", "Purchase", "Achat"),
    ("post_purchase", "Post-purchase", "Post-achat"),
    ("retention", "Retention", "Rétention"),
    ("advocacy", "Advocacy", "Recommandation"),
    ("loyalty", "Loyalty", "Fidélité"),
)


def nine_stages() -> tuple[Stage, ...]:
    """Empty stages with their names in both languages."""
    return tuple(Stage(key, {"en": english, "fr": french}) for key, english, french in NINE)
