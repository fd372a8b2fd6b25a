// Bundles src/ into dist/. With --check, fails if the committed dist/ differs from what src/ builds.
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {minify} from 'terser';

const here = fileURLToPath(new URL('.', import.meta.url));
// Bytes, gzip -9, of what a visitor's browser fetches. The target of the first is 7200:
// docs/decisions/0014.
const LIMITS = {'parcours.js': 9600, 'parcours-ask.js': 6000, 'parcours-ask-show.js': 6000};
// Loaded with `import`: a module that exports what the tracker calls.
const MODULES = ['parcours-ask.js', 'parcours-ask-show.js', 'ask-preview.js'];
const ENTRIES = {
  'parcours.js': 'main.js',
  'capture.js': 'capture.js',
  'parcours-snapshot.js': 'own_browser.js',
  'parcours-ask.js': 'ask/main.js',
  'parcours-ask-show.js': 'ask/show.js',
  'ask-preview.js': 'ask/preview.js', // for the form of a survey, which the viewer serves
};

const bundle = async (name, entry) => {
  const result = await build({
    absWorkingDir: here, // so that no local path reaches the output
    entryPoints: [`src/${entry}`],
    bundle: true,
    write: false,
    format: 'esm',
    target: ['chrome100', 'firefox100', 'safari15.4'],
    charset: 'utf8',
    legalComments: 'none',
  });
  const {code} = await minify(result.outputFiles[0].text.replace(/\bconst /g, 'let '), {
    ecma: 2020,
    // Names of `effects` (src/effects.js), which no object of the browser or of the wire format has.
    mangle: {properties: {regex: /^(settle|watch|awaitEffect|note|lastClick)$/}},
    module: true,
    toplevel: true,
    compress: {passes: 1, inline: 1, unsafe: true, unsafe_arrows: true, unsafe_comps: true, keep_fargs: false},
  });
  if (MODULES.includes(name)) return `${code}\n`;
  // Adds nothing to the page's globals and throws nothing into it. A collector that serves the tracker fills in the
  // last argument (collector/door/script.py).
  return name === 'parcours.js' ? `((ASKING)=>{try{${code}}catch{}})('');\n` : `(()=>{try{${code}}catch{}})();\n`;
};

const check = process.argv.includes('--check');
let failed = 0;
await mkdir(`${here}dist`, {recursive: true});
for (const [name, entry] of Object.entries(ENTRIES)) {
  const text = await bundle(name, entry);
  const size = gzipSync(text, {level: 9}).length;
  const file = `${here}dist/${name}`;
  console.log(`${name}: ${text.length} B, ${size} B gzip -9`);
  if (size > (LIMITS[name] ?? Number.POSITIVE_INFINITY)) {
    console.error(`${name}: larger than its limit of ${LIMITS[name]} B`);
    failed = 1;
  }
  if (!check) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`dist/${name} differs from what src/ builds: run \`npm run build\` and commit it`);
    failed = 1;
  }
}
process.exit(failed);
