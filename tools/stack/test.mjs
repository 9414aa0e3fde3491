// `npm test`: everything CI checks, from a fresh clone.
import { ensurePackages, ensurePrograms, run } from './prepare.mjs';

await ensurePrograms(['nats-server', 'redis-server', 'bwrap'], { mayInstall: !process.argv.includes('--no-install') });
await ensurePackages();
await run('npm', 'run', '--silent', 'verify');
