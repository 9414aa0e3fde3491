import { buffer } from 'node:stream/consumers';
import { ObjectMissing } from '../object-storage';
import { useStorage, type Open } from './sources';

/** The tests of every object storage about parts of objects, and about copies. */
export function testParts(open: Open): void {
  const storage = useStorage(open);

  it('is read in ranges of bytes, which end with it', async () => {
    const { uri } = await storage.put(Buffer.from('0123456789'));
    const range = async (from: number, until?: number) =>
      (await buffer(await storage.get(uri, from, until))).toString();

    expect(await range(2, 5)).toBe('234');
    expect(await range(0, 2)).toBe('01');
    expect(await range(7)).toBe('789');
    expect(await range(7, 100)).toBe('789');
  });

  it('stores a copy apart from other objects with its bytes', async () => {
    const usual = await storage.put(Buffer.from('twice'));
    const copy = await storage.put(Buffer.from('twice'), undefined, 'c0ffee');
    await storage.remove(usual.uri);

    expect({ ...copy, uri: '' }).toEqual({ ...usual, uri: '' });
    expect((await buffer(await storage.get(copy.uri))).toString()).toBe('twice');
    await expect(storage.get(usual.uri)).rejects.toThrow(ObjectMissing);
  });
}
