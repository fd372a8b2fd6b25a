#!/bin/sh
# Brings the French catalog up to date with the words in pages and templates; new ones are then put into French by hand.
set -eu
cd "$(dirname "$0")/.."
pot=$(mktemp)
pybabel -q extract -F translations/babel.cfg -k text -k plural:1,2 --no-location --sort-output -o "$pot" .
pybabel -q update -i "$pot" -o translations/fr/LC_MESSAGES/parcours.po -l fr \
  --no-fuzzy-matching --ignore-obsolete --omit-header --width=110
rm "$pot"
