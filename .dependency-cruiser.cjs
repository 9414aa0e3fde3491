const SPEC = '\\.spec\\.ts$';
const TESTING = '/(testing|test)/';

/** Rules for imports between files. ESLint checks those between projects. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other belong together, or share a third file that both import.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'libraries-are-imported-by-their-index',
      comment: 'Other projects import a library by its index.ts: export the name there.',
      severity: 'error',
      from: { path: '^((?:libs/[^/]+|apps|tools)/[^/]+)/' },
      to: {
        path: '^libs/[^/]+/[^/]+/src/',
        pathNot: ['^$1/', '^libs/[^/]+/[^/]+/src/((testing|servers)/)?index\\.ts$'],
      },
    },
    {
      name: 'no-import-of-the-own-index',
      comment: 'Inside a library import the file that declares the name: its index makes a cycle.',
      severity: 'error',
      from: { path: '^(libs/[^/]+/[^/]+)/src/', pathNot: '/index\\.ts$' },
      to: { path: '^$1/src/index\\.ts$' },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and is not imported is unused: use it or delete it.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.(cjs|mjs)$', SPEC, '^tools/bench/'] },
      to: {},
    },
    {
      name: 'decisions-import-nothing-of-node',
      comment: 'Kernel, contracts and domains are pure; their callers have the time, files and the network.',
      severity: 'error',
      from: { path: '^libs/(platform/kernel|[^/]+/(contracts|domain))/src/', pathNot: [SPEC, TESTING] },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'test-support-stays-in-specs',
      comment: 'Production code imports no test support.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, TESTING] },
      to: { path: '^(apps|libs)/.*(/testing/|/test/|\\.spec\\.ts$)' },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that does not resolve works on one machine at best.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // dependency-cruiser does not support this TypeScript version; SWC parses the same files, types included.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    exclude: { path: '(^|/)dist/' },
  },
};
