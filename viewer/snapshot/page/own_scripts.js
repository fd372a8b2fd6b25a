// The addresses of the scripts that carry the key of a site of Parcours.
() => [...elementsOf(document)]
  .filter((element) => element.localName === 'script' && /^[a-z2-7]{12}$/.test(element.dataset.site))
  .map((script) => script.src);
