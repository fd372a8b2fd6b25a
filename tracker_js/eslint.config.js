import js from '@eslint/js';
import globals from 'globals';

export default [
  {ignores: ['dist/**']},
  js.configs.recommended,
  {
    languageOptions: {ecmaVersion: 2022, sourceType: 'module'},
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    rules: {
      eqeqeq: ['error', 'always', {null: 'ignore'}],
      'no-empty': ['error', {allowEmptyCatch: false}],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-implicit-globals': 'error',
      'no-new-func': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {files: ['src/**'], languageOptions: {globals: globals.browser}},
  {files: ['build.js', 'test/**', 'eslint.config.js'], languageOptions: {globals: globals.node}},
];
