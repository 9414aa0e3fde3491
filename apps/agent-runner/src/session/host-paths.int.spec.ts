import { LocalObjectStorage } from '@syntropic/object-storage';
import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRecording } from '../providers/recordings';
import { collectArtifacts } from './artifacts';
import { reasonOf } from './reason';

const directory = scratchDirectory();
afterAll(() => {
  removeDirectory(directory);
});

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );

describe('the reason of a failed session names no path of the machine', () => {
  const notADirectory = join(directory, 'objects', 'file');
  mkdirSync(join(directory, 'objects'));
  writeFileSync(notADirectory, '');
  const object = `sha256:${'0'.repeat(64)}`;

  it.each([
    ['objects cannot be stored', () => new LocalObjectStorage(notADirectory).put(Buffer.from('x'))],
    ['objects cannot be read', () => new LocalObjectStorage(notADirectory).get(object)],
    ['recordings are missing', () => findRecording(join(directory, 'no', 'recordings'), 'session')],
    ['artifacts cannot be walked', () => collectArtifacts(join(notADirectory, 'output'))],
    ['a module is missing', () => import(join(directory, 'no', 'module.js'))],
  ])('when %s', async (_, work) => {
    const error = await failureOf(Promise.resolve().then(work));

    expect(reasonOf(error)).not.toContain(directory);
  });
});
