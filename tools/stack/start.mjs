// `npm start`: installs and builds in a fresh clone, then runs main.ts.
import { ensureAgent, ensurePackages, ensurePrograms, root, run } from './prepare.mjs';

const { NATS_URL, REDIS_URL } = process.env;
const servers = [...(NATS_URL ? [] : ['nats-server']), ...(REDIS_URL ? [] : ['redis-server'])];

await ensurePrograms([...servers, 'bwrap'], {
  mayInstall: !process.argv.includes('--no-install'),
  optional: ['bwrap'],
});
await ensurePackages();
if (process.argv.includes('--with-claude')) await ensureAgent('claude');
await run(process.execPath, 'tools/build/build.mjs');
await import(new URL('dist/tools/stack/main.js', `file://${root}/`).href);
