import { z } from 'zod';
import { API } from '../app.module';
import { endpointsOf } from './serve';

/** Lists that are answered whole, each with what bounds it. */
const WHOLE: Readonly<Record<string, string>> = {
  '/events/sessions/{session_id}/tools': 'the names of tools that a session has used',
  '/metrics': 'the phases of one workflow',
  '/observability/usage': 'the first ten thousand sums of a span, which says whether there are more',
  '/observability/tools': 'the names of tools',
  '/operator/projections': 'the read models of this version',
  '/operator/processes': 'the processes of this version',
  '/operator/work': 'the runners of a day, and the kinds of sessions that wait',
  '/operator/quarantine': 'the hundred most frequent reasons',
  '/operator/rebuilds': 'the read models of this version',
  '/systems/{system_id}/status': 'the repositories of one system',
  '/systems/{system_id}/patterns': 'the kinds of errors of one system, and its outliers',
  '/insights/overview': 'the systems',
  '/insights/contribution-heatmap': 'the days between two dates',
  '/health': 'the parts of the platform',
  '/costs/summary': 'the first ten',
};

const NEXT_PAGE = ['page', 'offset', 'after', 'cursor'];
/** Details with parts: their lists have addresses of their own. */
const isDetail = (path: string) => path.endsWith('}') && !/^\/(conversations|events)\//.test(path);

const isListOfObjects = (field: unknown) =>
  field instanceof z.ZodArray && (field.element instanceof z.ZodObject || field.element instanceof z.ZodRecord);
const lists = endpointsOf(API).filter(({ method, path, reply }) => {
  if (method !== 'GET' || reply === 'event-stream' || isDetail(path)) return false;
  const fields = reply instanceof z.ZodObject ? Object.values(reply.shape) : [reply];
  return fields.some(isListOfObjects);
});
const paged = lists.filter(({ query }) => NEXT_PAGE.some((name) => name in (query?.shape ?? {})));

/** Lists whose offsets count lines of a file to which lines are only added. */
const BY_LINE = ['/conversations/{session_id}'];

describe('lists', () => {
  it('have a next page, save those that are short', () => {
    const whole = lists.filter((list) => !paged.includes(list)).map(({ path }) => path);

    expect(paged.length).toBeGreaterThan(20);
    expect(whole.sort()).toEqual(Object.keys(WHOLE).sort());
  });

  it('with pages by offset or number have pages by cursor too', () => {
    const names = (one: (typeof lists)[number]) => Object.keys(one.query?.shape ?? {});
    const movable = endpointsOf(API).filter((one) => names(one).some((name) => ['page', 'offset'].includes(name)));
    const without = movable.filter((one) => !names(one).some((name) => ['cursor', 'after'].includes(name)));

    expect(movable.length).toBeGreaterThan(20);
    expect(without.map(({ path }) => path)).toEqual(BY_LINE);
  });

  it.each(paged.map(({ path, query }) => [path, query] as const))(
    '%s has pages of at most as many as it says',
    (_, query) => {
      const size = ['limit', 'page_size'].find((name) => name in (query?.shape ?? {})) ?? '';
      const { properties = {} } = z.toJSONSchema(query ?? z.object({}), { io: 'input', unrepresentable: 'any' });

      expect(properties[size]).toMatchObject({ maximum: expect.any(Number) as number });
    },
  );
});
