import { env } from '@syntropic/config';
import { variables } from './observability-collector.variables';
import { retentionOf } from './retention.variables';

const NEEDED = { PORT: '8080', DATABASE_URL: 'postgres://host/db', NATS_URL: 'nats://host:4222' };

/** The faults that stop a collector at its start. */
function faultsOf(set: Readonly<Record<string, string>>): readonly string[] {
  try {
    env(variables, { ...NEEDED, ...set });
    return [];
  } catch (error) {
    const [, ...faults] = String(error).split('\n');
    return faults.map((fault) => fault.trim());
  }
}

describe('the periods for which telemetry is kept', () => {
  it('are configured in days', () => {
    const set = { TELEMETRY_EVENT_DAYS: '30', TELEMETRY_FACT_DAYS: '60' };
    expect(
      retentionOf(env(variables, { ...NEEDED, ...set, TELEMETRY_HOUR_DAYS: '60', TELEMETRY_MINUTE_DAYS: '8' })),
    ).toEqual({
      ...{ events: 30, facts: 60, hours: 60, minutes: 8 },
    });
    expect(retentionOf(env(variables, NEEDED))).toEqual({ events: 90, facts: 400, hours: 100, minutes: 14 });
  });

  it.each([
    ['TELEMETRY_EVENT_DAYS', '7'],
    ['TELEMETRY_FACT_DAYS', '3651'],
    ['TELEMETRY_HOUR_DAYS', '9.5'],
    ['TELEMETRY_MINUTE_DAYS', 'a week'],
  ])('stop the collector at its start with %s=%s', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(`${name}: `)]);
  });

  it('do not delete sums before what they sum up', () => {
    expect(faultsOf({ TELEMETRY_MINUTE_DAYS: '200' })).toEqual([
      'TELEMETRY_HOUR_DAYS: is less than TELEMETRY_MINUTE_DAYS',
    ]);
    expect(faultsOf({ TELEMETRY_FACT_DAYS: '50' })).toEqual([
      'TELEMETRY_FACT_DAYS: is less than TELEMETRY_HOUR_DAYS',
      'TELEMETRY_FACT_DAYS: is less than TELEMETRY_EVENT_DAYS',
    ]);
  });
});
