#!/usr/bin/env node
// Prints the secrets that docker-compose.yml reads. Run `node deploy/make-env.mjs > .env` once and keep the file.
import { randomBytes } from 'node:crypto';

const OWNERS = ['POSTGRES', 'REDIS', 'COMMAND_SERVICE', 'PROJECTION_WORKER', 'COLLECTOR', 'GATEWAY', 'RUNNER'];

for (const owner of OWNERS) console.log(`${owner}_PASSWORD=${randomBytes(24).toString('base64url')}`);
