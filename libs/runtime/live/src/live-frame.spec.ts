import { register } from 'prom-client';
import { decodeLiveFrame, encodeLiveFrame, liveSubject, type LiveFrame } from './live-frame';
import { LiveFrameFaults } from './live-frame-faults';

const recordedAt = '2026-01-01T00:00:00.000Z';
const domain: LiveFrame = {
  lane: 'domain',
  previous: 6,
  events: [{ position: 7, type: 'PhaseStarted', data: { phaseId: 'plan' }, recordedAt }],
};
const telemetry: LiveFrame = {
  lane: 'telemetry',
  first: 3,
  events: [
    { sequence: 3, type: 'agent_output', time: recordedAt, sessionId: 's', phaseId: null, data: { text: 'hello' } },
  ],
};

describe('a live frame', () => {
  it.each([domain, telemetry, { lane: 'domain', previous: 9, events: [] } as const])(
    'is read as it was written: %j',
    (frame) => {
      expect(decodeLiveFrame(Buffer.from(encodeLiveFrame(frame)))).toEqual(frame);
    },
  );

  it('may carry fields of a newer writer', () => {
    expect(decodeLiveFrame(Buffer.from(JSON.stringify({ ...domain, epoch: 'e' })))).toEqual(domain);
  });

  it.each([
    ['', 'not_json'],
    ['{', 'not_json'],
    ['7', 'malformed'],
    ['{"lane":"other"}', 'unknown_lane'],
    ['{"lane":"domain","previous":"x","events":[]}', 'malformed'],
    ['{"lane":"domain","previous":1,"events":[{"position":2}]}', 'malformed'],
  ])('that is %p is %s', (text, kind) => {
    expect(() => decodeLiveFrame(Buffer.from(text))).toThrow(expect.objectContaining({ kind }) as Error);
  });

  it('is not written when readers could not read it', () => {
    expect(() => encodeLiveFrame({ ...domain, previous: 0.5 })).toThrow(/previous/);
  });

  it('has the subject of its execution', () => {
    expect(liveSubject('exec-1')).toBe('live.exec-1');
  });
});

describe('faulty frames', () => {
  const counted = async () => (await register.getSingleMetric('live_frame_faults_total')?.get())?.values ?? [];

  it('are all counted, and logged once for each kind', async () => {
    const logged: string[] = [];
    const faults = new LiveFrameFaults((_, { kind }) => logged.push(kind));
    const texts = ['{', '{}', '[', '{"lane":"domain"}'];

    expect(texts.map((text) => faults.guard(() => decodeLiveFrame(Buffer.from(text))))).toEqual(
      texts.map(() => undefined),
    );
    expect(logged).toEqual(['not_json', 'unknown_lane', 'malformed']);
    expect((await counted()).map(({ labels, value }) => [labels['kind'], value])).toEqual([
      ['not_json', 2],
      ['unknown_lane', 1],
      ['malformed', 1],
    ]);
  });

  it('are told from other errors, which go on', () => {
    const faults = new LiveFrameFaults(() => undefined);
    const fails = (): string => {
      throw new Error('the connection is closed');
    };

    expect(() => faults.guard(fails)).toThrow('the connection is closed');
  });
});
