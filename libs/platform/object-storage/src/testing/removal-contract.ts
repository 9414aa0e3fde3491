import { buffer } from 'node:stream/consumers';
import { ObjectMissing } from '../object-storage';
import { useStorage, type Open } from './sources';

/** The tests of every object storage with objects that are removed. */
export function testRemoval(open: Open): void {
  const storage = useStorage(open);

  it('removes an object, also twice, and stores it again', async () => {
    const [{ uri }, { uri: other }] = [await storage.put(Buffer.from('gone')), await storage.put(Buffer.from('kept'))];
    await storage.remove(uri);
    await storage.remove(uri);

    await expect(storage.get(uri)).rejects.toThrow(ObjectMissing);
    expect(String(await buffer(await storage.get(other)))).toBe('kept');
    await expect(storage.put(Buffer.from('gone'))).resolves.toMatchObject({ uri });
    expect(String(await buffer(await storage.get(uri)))).toBe('gone');
  });
}
