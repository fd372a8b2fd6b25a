// Masks what may identify a person in a text, by the rules that the server applies again (store/text_masking.py).
import rules from '../../../store/text_masks.json';

/** Checksum of ISO 13616. */
const isIban = (text) => {
  let rest = 0;
  for (const letter of text.slice(4) + text.slice(0, 4)) {
    const value = parseInt(letter, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
};

/** Checksum of ISO/IEC 7812, which card numbers have. */
const passesLuhn = (digits) => {
  let total = 0;
  [...digits].reverse().forEach((digit, n) => (total += n % 2 ? digit * 2 - 9 * (digit > 4) : +digit));
  return total % 10 === 0;
};

const CHECKS = {iban: [15, isIban], luhn: [13, passesLuhn]}; // least characters

/** How much of `found` is masked: the longest beginning that passes the check; 0 for none. */
const lengthOf = (found, check) => {
  if (!check) return found.length;
  const [least, passes] = CHECKS[check];
  for (let end = found.length; end >= least; end--) {
    const compact = found.slice(0, end).replace(/[^a-z\d]/gi, '');
    if (/[a-z\d]/i.test(found[end - 1]) && compact.length >= least && passes(compact)) return end;
  }
  return 0;
};

/** `text` with `[mail]`, `[iban]`, `[card]`, `[phone]` and `[number]` instead of such values. */
export const maskedText = (text) => {
  for (const {name, pattern, check} of rules) {
    const rule = new RegExp(pattern, 'gi');
    let made = '';
    let at = 0;
    for (let found; (found = rule.exec(text)); ) {
      const length = lengthOf(found[0], check);
      rule.lastIndex = found.index + (length || 1);
      if (length) {
        made += `${text.slice(at, found.index)}[${name}]`;
        at = rule.lastIndex;
      }
    }
    text = made + text.slice(at);
  }
  return text;
};
