// The projects of the workspace, inferred from its folders. Nx loads this file as a plugin, ESLint reads the contexts.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const WORKSPACE = join(__dirname, '../..');

const PROJECT_ROOT = /^(?:apps\/[^/]+|libs\/[^/]+\/[^/]+|tools\/[^/]+)(?=\/)/;

/** The role of each app: the lint rules allow dependencies by it. */
const ROLES = {
  'agent-runner': 'edge',
  'command-service': 'write',
  gateway: 'read',
  'observability-collector': 'edge',
  'projection-worker': 'read',
};

/** Tags that do not follow from the folder. */
const TAGS = {
  'libs/catalogue/contracts': ['scope:catalogue', 'type:catalogue'],
  'libs/catalogue/read-model': ['scope:catalogue', 'type:catalogue'],
  'libs/platform/kernel': ['scope:platform', 'type:kernel'],
  'tools/architecture': ['scope:tools', 'type:overview'],
  'tools/migrations': ['scope:platform', 'type:platform'],
};

/** Dependencies without an import: the stack starts the compiled apps, the other two read all sources. */
const IMPLICIT_DEPENDENCIES = {
  'tools/architecture': ['*'],
  'tools/generators': ['*'],
  'tools/stack': Object.keys(ROLES),
};

/** Files outside the project that its specs read. */
const SPEC_INPUTS = {
  'tools/deploy': ['{workspaceRoot}/deploy/**/*', '{workspaceRoot}/docker-compose.yml'],
};

const SOURCES = ['default', '^default'];

/** Folders of libs that are no bounded context. */
const SHARED = ['catalogue', 'platform', 'runtime'];

/** The bounded contexts: the other folders of libs. */
function contexts(workspace = WORKSPACE) {
  return readdirSync(join(workspace, 'libs'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SHARED.includes(entry.name))
    .map(({ name }) => name);
}

/** The project configuration of each folder that has TypeScript sources. */
function projectsOf(files) {
  const sources = new Map();
  for (const file of files) {
    const root = PROJECT_ROOT.exec(file)?.[0];
    if (root) sources.set(root, [...(sources.get(root) ?? []), file]);
  }
  return [...sources].map(([root, own]) => projectOf(root, own));
}

function projectOf(root, files) {
  const [, scope, part] = root.split('/');
  const isInContext = root.startsWith('libs/') && !['platform', 'runtime'].includes(scope);
  const isImportable = files.some((file) => [`${root}/index.ts`, `${root}/src/index.ts`].includes(file));
  return {
    root,
    name: isInContext ? `${scope}-${part}` : (part ?? scope),
    projectType: isImportable ? 'library' : 'application',
    tags: tagsOf(root),
    implicitDependencies: IMPLICIT_DEPENDENCIES[root] ?? [],
    targets: targetsOf(root, files),
  };
}

function tagsOf(root) {
  if (TAGS[root]) return TAGS[root];
  const [top, scope, part] = root.split('/');
  if (top === 'tools') return ['scope:tools', 'type:tool'];
  if (top === 'libs') return [`scope:${scope}`, `type:${['platform', 'runtime'].includes(scope) ? scope : part}`];
  if (!ROLES[scope]) throw new Error(`${root} has no role: name it in tools/nx/projects.cjs`);
  return [`scope:${scope}`, 'type:app', `role:${ROLES[scope]}`];
}

function targetsOf(root, files) {
  const target = (command, inputs = SOURCES) => ({ command, cache: true, inputs });
  const hasSpecs = files.some((file) => file.endsWith('.spec.ts'));
  return {
    typecheck: target(`node tools/nx/typecheck.mjs ${root}`),
    lint: target(`eslint --max-warnings 0 ${root}`),
    ...(hasSpecs && { test: target(`jest ${root}/`, [...SOURCES, ...(SPEC_INPUTS[root] ?? [])]) }),
  };
}

const createNodes = [
  '{apps,libs,tools}/**/*.ts',
  (files) => projectsOf(files).map((project) => [`${project.root}/`, { projects: { [project.root]: project } }]),
];

module.exports = { name: 'syntropic-projects', createNodes, contexts, projectsOf };
