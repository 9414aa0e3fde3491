import { createLogger } from '../logger';

const logger = createLogger('talkative');
let lines = 0;

const talking = setInterval(() => {
  logger.log('x'.repeat(1_000));
  if (++lines === 50) clearInterval(talking);
}, 5);
