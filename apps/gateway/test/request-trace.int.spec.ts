import { useGateway } from './gateway.fixture';

const gateway = useGateway();

it('says with its command which endpoint was asked when, and by which span of a caller', async () => {
  const taken: Readonly<Record<string, string>>[] = [];
  const stop = gateway.answer((_, __, headers) => {
    taken.push(headers);
    return { position: 7, version: 1 };
  });
  const before = Date.now();
  const pause = (traceparent: string) =>
    gateway.call('POST', '/api/executions/exec-0123456789ab/pause', {
      headers: { traceparent, 'syn-request': '{"route":"mine"}' },
    });
  const caller = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await pause(caller);
  await pause(`${caller}${'0'.repeat(600)}`);
  stop();

  expect(taken.map(({ traceparent }) => traceparent)).toEqual([caller, undefined]);
  const [request] = taken.map((headers) => JSON.parse(headers['Syn-Request'] ?? '{}') as Record<string, string>);
  expect(request).toEqual({
    route: 'POST /api/executions/:execution_id/pause',
    receivedAt: expect.any(String) as string,
  });
  const receivedAt = Date.parse(request?.['receivedAt'] ?? '');
  expect(receivedAt).toBeGreaterThanOrEqual(before - 1);
  expect(receivedAt).toBeLessThanOrEqual(Date.now());
});
