// Colours of a question: dark where the page is dark, and an accent that can be read.

// ground, text, quieter text, lines, what is pressed, accent
const COLOURS = [
  ['#fff', '#15181b', '#545b62', '#868d94', '#f4f5f6', '#0a6663'],
  ['#1d2023', '#eceef0', '#aab1b8', '#7b838b', '#292d31', '#62cbc1'],
];
const READABLE = 4.5; // https://www.w3.org/TR/WCAG22/#contrast-minimum

/**
 * Sets the colours of `host`. The accent is the page's --ask-accent, else the owner's, else that of the page's links if
 * it can be read, else ours.
 */
export const colour = (host, owners) => {
  const {style} = host;
  const of = (one) => getComputedStyle(one);

  /** Relative luminance of a colour (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance); NaN if it is none. */
  const luminance = (value) => {
    style.color = '';
    style.color = value;
    const [r, g, b, a = 1] = (style.color && of(host).color.match(/^rgb.*/)?.[0].match(/[\d.]+/g)) || [];
    return a < 0.5
      ? NaN
      : [r, g, b].reduce((sum, part, n) => {
          const c = part / 255;
          return sum + [0.2126, 0.7152, 0.0722][n] * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        }, 0);
  };
  const contrast = (one, other) => {
    const [x, y] = [luminance(one) + 0.05, luminance(other) + 0.05];
    return x > y ? x / y : y / x;
  };

  const root = document.documentElement;
  const scheme = of(root).colorScheme;
  const around = [host.parentNode, document.body, root];
  const grounds = around.map((one) => luminance(of(one).backgroundColor)).filter((one) => one >= 0);
  const isDark = grounds.length
    ? grounds[0] < 0.2
    : /dark/.test(scheme) && (!/light/.test(scheme) || matchMedia('(prefers-color-scheme:dark)').matches);
  const [ground, ink, ...others] = COLOURS[+isDark];
  const link = document.querySelector('a[href]');
  const linked = link && of(link).color;
  const accent =
    [of(host).getPropertyValue('--ask-accent'), owners].find((one) => one && luminance(one) >= 0) ||
    (linked && contrast(linked, ground) >= READABLE ? linked : others[3]);
  const values = [`var(--ask-bg,${ground})`, `var(--ask-ink,${ink})`, ...others.slice(0, 3), accent];
  const on = contrast(accent, '#fff') >= READABLE ? '#fff' : '#15181b';
  ['bg', 'ink', 'ink2', 'line', 'soft', 'a', 'on'].forEach((name, n) =>
    style.setProperty(`--${name}`, [...values, on][n]),
  );
  style.color = '';
};
