import { closeSync, readdirSync, readFileSync } from 'node:fs';

const STANDARD = [0, 1, 2];
const CLOSE_ON_EXEC = 0o2_000_000;

/**
 * Closes the descriptors that the runner's starter has left open, before they reach an agent. Node marks only the first
 * of them as not for child processes, and opens its own descriptors with that mark.
 */
export function closeInheritedDescriptors(): void {
  for (const descriptor of readdirSync('/proc/self/fd').map(Number)) {
    if (!STANDARD.includes(descriptor) && isInheritable(descriptor)) closeSync(descriptor);
  }
}

function isInheritable(descriptor: number): boolean {
  try {
    const [, flags] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
    return flags !== undefined && (parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch (error) {
    // The listing of the directory had a descriptor of its own.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
