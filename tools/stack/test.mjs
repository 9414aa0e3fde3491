// `npm test`: everything CI checks, from a fresh clone.
import { ensureAgentForSpecs, ensurePackages, ensurePrograms, run } from './prepare.mjs';

await ensurePrograms(['nats-server', 'redis-server', 'bwrap'], { mayInstall: !process.argv.includes('--no-install') });
await ensurePackages();
for (const agent of ['claude', 'codex']) await ensureAgentForSpecs(agent);
await run('npm', 'run', '--silent', 'verify');
