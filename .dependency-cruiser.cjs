const SPEC = '\\.spec\\.ts$';
const TESTING = '/(testing|test)/';

/** How files may depend on files. Which project may depend on which is ESLint's to say. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that need each other are one subject in two places: join them, or find the third that both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'libraries-speak-through-their-index',
      comment: "A library's files are its own business: publish the name in its index.ts, or do without.",
      severity: 'error',
      from: { path: '^((?:libs/[^/]+|apps|tools)/[^/]+)/' },
      to: {
        path: '^libs/[^/]+/[^/]+/src/',
        pathNot: ['^$1/', '^libs/[^/]+/[^/]+/src/((testing|servers)/)?index\\.ts$'],
      },
    },
    {
      name: 'no-way-through-the-own-index',
      comment: 'Inside a library import the file that has it: the way through the index is a cycle in waiting.',
      severity: 'error',
      from: { path: '^(libs/[^/]+/[^/]+)/src/', pathNot: '/index\\.ts$' },
      to: { path: '^$1/src/index\\.ts$' },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nothing imports is forgotten: use it or delete it.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.(cjs|mjs)$', SPEC, '^tools/bench/'] },
      to: {},
    },
    {
      name: 'rules-reach-nothing-of-node',
      comment:
        'Kernel, contracts and domains decide and name; time, files and the network are for those who call them.',
      severity: 'error',
      from: { path: '^libs/(platform/kernel|[^/]+/(contracts|domain))/src/', pathNot: [SPEC, TESTING] },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'test-support-stays-in-specs',
      comment: 'What runs in production imports nothing that only specs need.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, TESTING] },
      to: { path: '^(apps|libs)/.*(/testing/|/test/|\\.spec\\.ts$)' },
    },
    {
      name: 'only-what-is-there',
      comment: 'An import that leads nowhere works on one machine at best.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // The workspace's TypeScript is newer than dependency-cruiser knows; SWC reads the same files, types included.
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
