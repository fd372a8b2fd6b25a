#!/bin/sh
# Brings the French catalog up to date with the words in pages and templates; new ones are then put into French by hand.
set -eu
cd "$(dirname "$0")/.."
po=translations/fr/LC_MESSAGES/parcours.po
pot=$(mktemp)
head=$(mktemp)
sed '/^$/q' "$po" > "$head"  # kept as it is: pybabel would write a date and its own version into it
pybabel -q extract -F translations/babel.cfg -k text -k plural:1,2 --no-location --sort-output -o "$pot" .
pybabel -q update -i "$pot" -o "$po" -l fr --no-fuzzy-matching --ignore-obsolete --omit-header --width=110
cat "$head" "$po" > "$pot"
cat "$pot" > "$po"
rm "$pot" "$head"
