import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import globals from 'globals';

const CAPTURES = ['clicks', 'effects', 'errors', 'frames', 'hover', 'inputs', 'resize', 'routes', 'scroll', 'submits'];
const STATE = ['settings', 'listen', 'stop', 'totals'];
const CORE = ['batch', 'main', 'send', 'view'];

export default [
  {ignores: ['dist/**']},
  js.configs.recommended,
  {
    languageOptions: {ecmaVersion: 2022, sourceType: 'module'},
    plugins: {'import-x': importX},
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    rules: {
      eqeqeq: ['error', 'always', {null: 'ignore'}],
      'import-x/named': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-unresolved': 'error',
      'no-empty': ['error', {allowEmptyCatch: false}],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-implicit-globals': 'error',
      'no-new-func': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {files: ['src/**'], languageOptions: {globals: {...globals.browser, ASKING: 'readonly'}}},
  {
    // A capture gets what it needs of the core as arguments.
    files: CAPTURES.map((name) => `src/${name}.js`),
    rules: {'no-restricted-imports': ['error', ...CORE.map((name) => `./${name}.js`)]},
  },
  {
    // Loaded by itself, with what the tracker gives it: it has no copy of the tracker's state.
    files: ['src/ask/**'],
    rules: {
      'no-restricted-imports': ['error', ...[...CORE, ...STATE].map((name) => `../${name}.js`)],
    },
  },
  {files: ['build.js', 'test/**', 'eslint.config.js'], languageOptions: {globals: globals.node}},
];
