// Whether the page is a sign-in form: one visible field for a password that exists already.
() => {
  const fields = [...document.querySelectorAll('input[type=password]:not([autocomplete=new-password])')];
  return fields.filter((el) => el.checkVisibility({visibilityProperty: true}) && el.getClientRects()[0]).length === 1;
};
