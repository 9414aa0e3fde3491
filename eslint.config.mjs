import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const DRIVERS = ['typeorm', 'pg', 'ioredis'];
const INFRASTRUCTURE = ['@nestjs/*', 'nats', ...DRIVERS];

const TEST_SUPPORT = {
  group: ['@syntropic/*/testing', '@syntropic/testing'],
  message: 'Test support belongs in specs.',
};
const NODE = {
  regex: '^node:(?!crypto$)',
  message: 'A context decides and names; it reaches nothing of Node but hashes.',
};

const SPECS = ['**/*.spec.ts', '**/testing/**'];

/** A context sees itself, the platform, and the published language of the others; its domain does not even see that. */
const context = (scope) => [
  {
    sourceTag: `scope:${scope}`,
    onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:platform', 'type:contracts'],
  },
  {
    allSourceTags: [`scope:${scope}`, 'type:domain'],
    onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:platform'],
  },
];

export default tseslint.config(
  { ignores: ['**/dist', '.data', '.nx', '**/*.cjs', '**/*.mjs', 'jest.config.js', 'jest.preset.js'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          enforceBuildableLibDependency: true,
          banTransitiveDependencies: true,
          // The specs of what the test library stands on use the test library.
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
              onlyDependOnLibsWithTags: ['type:domain', 'type:contracts', 'type:kernel', 'type:platform'],
              bannedExternalImports: ['nats', ...DRIVERS],
            },
            {
              sourceTag: 'type:read-model',
              onlyDependOnLibsWithTags: ['type:contracts', 'type:kernel', 'type:platform'],
              bannedExternalImports: ['nats', 'ioredis'],
            },
            { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform', 'type:kernel'] },
            {
              sourceTag: 'type:tool',
              onlyDependOnLibsWithTags: ['type:tool', 'type:platform', 'type:kernel', 'type:contracts'],
            },
            { sourceTag: 'role:write', notDependOnLibsWithTags: ['type:read-model'] },
            { sourceTag: 'role:read', notDependOnLibsWithTags: ['type:application', 'type:domain'] },
            { sourceTag: 'role:edge', onlyDependOnLibsWithTags: ['type:contracts', 'type:platform', 'type:kernel'] },
            // It runs agents, and nothing that an agent could reach may reach the database.
            { sourceTag: 'scope:agent-runner', bannedExternalImports: DRIVERS },
            // What shows that the parts fit together sees them all.
            { sourceTag: 'type:overview', onlyDependOnLibsWithTags: ['*'] },
            ...['orchestration', 'organization', 'agent-sessions', 'github', 'artifacts'].flatMap(context),
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Whatever is exported is known by name.' },
        { selector: 'TSEnumDeclaration', message: 'A union of words says it.' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Nest declares options as classes and means their shape.
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
    files: ['libs/platform/config/src/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['libs/platform/kernel/src/**/*.ts', 'libs/*/{contracts,domain}/src/**/*.ts'],
    ignores: SPECS,
    rules: { 'no-restricted-imports': ['error', { patterns: [TEST_SUPPORT, NODE] }] },
  },
);
