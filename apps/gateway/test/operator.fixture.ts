import type { useGateway } from './gateway.fixture';

/** Requests below `/api/operator` of this gateway. */
export function operatorOf(gateway: ReturnType<typeof useGateway>) {
  const ask = (method: 'GET' | 'POST', path: string, body?: object) =>
    gateway.call(method, `/api/operator${path}`, { body });

  return {
    ask,
    /** Sends a request while commands get this reply. */
    answered: async (reply: object, path: string, body?: object) => {
      const service = gateway.takeCommands(reply);
      const { status, body: said } = await ask('POST', path, body);
      service.stop();
      return { status, said, sent: service.taken };
    },
  };
}
