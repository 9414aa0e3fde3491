import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import limits from './tools/lint/limits.mjs';
import projects from './tools/nx/projects.cjs';

const DRIVERS = ['typeorm', 'pg', 'ioredis'];
const INFRASTRUCTURE = ['@nestjs/*', 'nats', ...DRIVERS];

const TEST_SUPPORT = {
  group: ['@syntropic/*/testing', '@syntropic/testing'],
  message: 'Test support belongs in specs.',
};
const NODE = {
  regex: '^node:(?!crypto$)',
  message: 'Contexts are pure: of Node they import crypto only.',
};

const SPECS = ['**/*.spec.ts', '**/testing/**'];

/** A context may import itself, the platform and the contracts of other contexts; its domain not even those. */
const context = (scope) => [
  {
    sourceTag: `scope:${scope}`,
    onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:platform', 'scope:runtime', 'type:contracts'],
  },
  {
    allSourceTags: [`scope:${scope}`, 'type:domain'],
    onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:platform'],
  },
];

export default tseslint.config(
  { ignores: ['**/dist', '.data', '.nx'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx, limits },
    languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // The overview compares lists of apps with the folders.
          allow: [
            '../nx/projects.cjs',
            '../../apps/command-service/src/contexts',
            '../../apps/command-service/src/operator.handlers',
          ],
          enforceBuildableLibDependency: true,
          banTransitiveDependencies: true,
          // The test library depends on these two, and their specs on the test library.
          ignoredCircularDependencies: [
            ['testing', 'migrations'],
            ['testing', 'postgres'],
          ],
          depConstraints: [
            {
              sourceTag: 'type:kernel',
              onlyDependOnLibsWithTags: ['type:kernel'],
              bannedExternalImports: INFRASTRUCTURE,
            },
            {
              sourceTag: 'type:contracts',
              onlyDependOnLibsWithTags: ['type:kernel'],
              bannedExternalImports: INFRASTRUCTURE,
            },
            {
              sourceTag: 'type:domain',
              onlyDependOnLibsWithTags: ['type:contracts', 'type:kernel'],
              bannedExternalImports: INFRASTRUCTURE,
            },
            {
              sourceTag: 'type:application',
              onlyDependOnLibsWithTags: [
                'type:domain',
                'type:contracts',
                'type:kernel',
                'type:platform',
                'type:runtime',
              ],
              bannedExternalImports: ['nats', ...DRIVERS],
            },
            {
              sourceTag: 'type:read-model',
              onlyDependOnLibsWithTags: ['type:contracts', 'type:kernel', 'type:platform', 'type:runtime'],
              bannedExternalImports: ['nats', 'ioredis'],
            },
            // The platform does not know what it is used for; sessions, phases and executions are the runtime's words.
            { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform', 'type:kernel'] },
            { sourceTag: 'type:runtime', onlyDependOnLibsWithTags: ['type:runtime', 'type:platform', 'type:kernel'] },
            {
              sourceTag: 'type:tool',
              onlyDependOnLibsWithTags: [
                'type:tool',
                'type:platform',
                'type:runtime',
                'type:kernel',
                'type:contracts',
                'type:catalogue',
              ],
            },
            {
              sourceTag: 'type:catalogue',
              onlyDependOnLibsWithTags: ['type:contracts', 'type:read-model', 'type:kernel', 'type:platform'],
            },
            { sourceTag: 'role:write', notDependOnLibsWithTags: ['type:read-model'] },
            { sourceTag: 'role:read', notDependOnLibsWithTags: ['type:application', 'type:domain'] },
            {
              sourceTag: 'role:edge',
              onlyDependOnLibsWithTags: ['type:contracts', 'type:runtime', 'type:platform', 'type:kernel'],
            },
            // Agents run in this process's reach, so it has no way to the database.
            { sourceTag: 'scope:agent-runner', bannedExternalImports: DRIVERS },
            // Specs about the whole workspace import all of it.
            { sourceTag: 'type:overview', onlyDependOnLibsWithTags: ['*'] },
            ...projects.contexts().flatMap(context),
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Exports have a name.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
        {
          // Constructors have no #name; the injected parameters of one are no PropertyDefinition.
          selector: ":matches(PropertyDefinition, MethodDefinition:not([kind='constructor']))[accessibility='private']",
          message: 'Private members are #names.',
        },
        {
          // A factory opens, mounts or locks first, and a constructor cannot wait: without `private` callers would leave that out.
          selector:
            "ClassBody:not(:has(> MethodDefinition[static=true])) > MethodDefinition[kind='constructor'][accessibility='private']",
          message: 'A constructor is private only where a static factory calls it with finished parts.',
        },
      ],
      'max-lines': ['error', 250],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'limits/complexity': ['error', 12],
      'limits/max-lines-per-function': ['error', 60],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Nest types its options as classes where an object of that shape is expected.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['{apps,libs}/**/src/**/*.ts'],
    ignores: SPECS,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only platform/config reads the environment.' },
      ],
      'no-restricted-imports': ['error', { patterns: [TEST_SUPPORT] }],
    },
  },
  {
    // The statements of one migration stand in one function.
    files: ['tools/migrations/*.ts'],
    rules: { 'limits/max-lines-per-function': 'off' },
  },
  {
    files: ['libs/platform/config/src/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['libs/platform/kernel/src/**/*.ts', 'libs/*/{contracts,domain}/src/**/*.ts'],
    ignores: SPECS,
    rules: { 'no-restricted-imports': ['error', { patterns: [TEST_SUPPORT, NODE] }] },
  },
);
