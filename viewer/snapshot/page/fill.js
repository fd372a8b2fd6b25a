// Writes `value` into the first visible element that matches `selector`, also in open shadow roots and same-origin
// frames. Without a value, only reports where it would write: the origins of the page and of the element's frame. With
// one, writes only if these still are `origins`, in the same task, so that no script can move the field in between.
(selector, origins, value) => {
  const found = [...elementsOf(document)].filter((el) => el.matches(selector));
  const field = found.find((el) => el.checkVisibility({visibilityProperty: true}) && el.getClientRects()[0]);
  if (!field) return {};
  const view = field.ownerDocument.defaultView;
  const {HTMLInputElement, HTMLTextAreaElement, InputEvent, Event} = view;
  const writable = field instanceof HTMLTextAreaElement ||
    (field instanceof HTMLInputElement && /^(text|password|email|tel|url|search|number)$/.test(field.type));
  if (!writable || field.disabled || field.readOnly) return {unwritable: true};
  const here = [window.origin, view.origin];
  if (value === undefined) return {origins: here};
  if (here[0] !== origins[0] || here[1] !== origins[1]) return {origins: here, moved: true};
  field.focus();
  field.value = value;
  field.dispatchEvent(new InputEvent('input', {bubbles: true, composed: true, inputType: 'insertText'}));
  field.dispatchEvent(new Event('change', {bubbles: true}));
  return {origins: here, written: true};
};
