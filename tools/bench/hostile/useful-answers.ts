import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { timesAtLeast, type Figure } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { medianRound } from '../statistics';

const WORKFLOW = 'waiting';
/** The agents only wait, so that the runner does not compete with the starts. */
const YAML = `
id: ${WORKFLOW}
name: Waiting
requires_repos: false
agent: {provider: command, command: [sleep, '600']}
phases:
  - {id: only, name: Only, order: 1, prompt_template: Wait.}
`;

const FEW = 200;
const MANY = 4_000;
const WARM_UP = 50;
/** A rush of few is over so soon that one alone measures the machine's other work. */
const ROUNDS = 5;

type Rush = Readonly<{ useful: number; refused: number; perSecond: number }>;

/** Started executions per second when 4,000 are requested at once, beside 200 at once. */
export function usefulAnswers(print: (line: string) => void): Promise<Figure> {
  return withPlatform((platform) => measured(platform, print));
}

async function measured(platform: Platform, print: (line: string) => void): Promise<Figure> {
  await platform.createWorkflow(YAML);
  await rush(platform, WARM_UP);
  const rounds: Rush[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await rush(platform, FEW));
  const few = medianRound(rounds, ({ perSecond }) => perSecond);
  const many = await rush(platform, MANY);
  for (const [starts, { useful, refused, perSecond }] of [
    [FEW, few],
    [MANY, many],
  ] as const) {
    print(`${starts} starts: ${useful} started, ${refused} refused early, ${perSecond.toFixed(0)} started per second`);
  }
  return timesAtLeast({ value: many.perSecond, unit: 'starts/s', limit: few.perSecond, target: 0.8 });
}

/** Sends so many starts at once, each on a connection of its own; the rate is taken up to the last useful answer. */
async function rush(platform: Platform, starts: number): Promise<Rush> {
  const agent = new Agent({ maxSockets: Infinity });
  const address = platform.api.addressOf(`/api/workflows/${WORKFLOW}/execute`);
  const startedAt = performance.now();
  let lastUsefulAt = startedAt;
  const answers = Array.from({ length: starts }, async () => {
    const status = await start(address, agent);
    if (status === 200) lastUsefulAt = performance.now();
    return status;
  });
  const statuses = await Promise.all(answers);
  agent.destroy();
  const useful = statuses.filter((status) => status === 200).length;
  const refused = statuses.filter((status) => status === 503).length;
  return { useful, refused, perSecond: (1_000 * useful) / (lastUsefulAt - startedAt) };
}

async function start(address: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(
      address,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (reply) => {
        text(reply).then(() => {
          resolve(reply.statusCode);
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end('{}');
  });
}
