import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const wallClock = [
  { object: 'Date', property: 'now', message: 'Engine time is data: take the time from the frame or the clock.' },
  { object: 'Math', property: 'random', message: 'Randomness comes from engine/random with a seed.' },
  {
    object: 'performance',
    property: 'now',
    message: 'Engine time is data: take the time from the frame or the clock.',
  },
]
const edgeOnly = ['process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'performance'].map(name => ({
  name,
  message: 'The core is synchronous and has no wall clock, timers or process; only the edge folders may use these.',
}))

export default defineConfig(
  { ignores: ['dist/', 'build/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['bin/*.js', '*.js', '*.cjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-control-regex': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='z'] > MemberExpression[property.name='coerce']",
          message: 'z.coerce turns "" and null into 0; parse strictly.',
        },
        {
          selector: "CallExpression[callee.object.name='Object'][callee.property.name='assign']",
          message: 'Object.assign from parsed data can set a prototype.',
        },
      ],
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/{model,wire,engine,exchanges,strategies,market,trading}/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...edgeOnly],
      'no-restricted-properties': ['error', ...wallClock],
    },
  },
  // Descriptions as data: a table grows with what it lists.
  { files: ['src/cli/commands.ts', 'src/cli/options.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
)
