// The examples that the server passes too (tests/contract/test_text_masks.py). The rules are JSON, which esbuild builds
// into the bundle: so it is the bundled module that is tested.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';
import {build} from 'esbuild';

const EXAMPLES = new URL('../../tests/examples/texts.json', import.meta.url);

const {outputFiles} = await build({
  entryPoints: [new URL('../src/ask/text_masks.js', import.meta.url).pathname],
  bundle: true,
  write: false,
  format: 'esm',
});
const {maskedText} = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

for (const {text, kept} of JSON.parse(await readFile(EXAMPLES, 'utf8')))
  test(`a text is masked: ${text}`, () => {
    assert.equal(maskedText(text), kept);
    assert.equal(maskedText(kept), kept);
  });
