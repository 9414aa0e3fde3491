import { eventually } from '@syntropic/testing';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { ServerHttp2Session } from 'node:http2';
import { dial } from '../../pod-agent/dial';
import { PodConnection } from './pod-connection';
import { PodListener } from './pod-listener';

const HOST = '127.0.0.1';

describe('the port that pods dial', () => {
  const listener = new PodListener({ host: HOST, port: 0 });
  const sessions: ServerHttp2Session[] = [];
  afterAll(async () => {
    for (const session of sessions) session.destroy();
    await listener.close();
  });
  const pod = async (id: string, token: string, onEnd = () => undefined) => {
    const session = await dial({ host: HOST, port: await listener.port(), id, token }, onEnd);
    sessions.push(session);
    return session;
  };
  const never = new AbortController().signal;

  it('lets a pod in by its token, once', async () => {
    const { token, connection } = listener.expect('pod-1', never);

    await pod('pod-1', token);
    await expect(connection).resolves.toBeDefined();

    await expect(pod('pod-1', token)).rejects.toThrow('unknown psk identity');
  });

  it('refuses another token, which does not use up the right one', async () => {
    const { token, connection } = listener.expect('pod-2', never);

    await expect(pod('pod-2', randomBytes(32).toString('hex'))).rejects.toThrow('bad record mac');
    await expect(pod('pod-3', token)).rejects.toThrow('unknown psk identity');

    await pod('pod-2', token);
    await expect(connection).resolves.toBeDefined();
  });

  it('refuses a token when its time is over', async () => {
    const deadline = new AbortController();
    const { token, connection } = listener.expect('pod-4', deadline.signal);
    deadline.abort(new Error('it is late'));

    await expect(connection).rejects.toThrow('it is late');
    await expect(pod('pod-4', token)).rejects.toThrow('unknown psk identity');
  });

  it('drops connections of one address that do not prove themselves above sixteen, and takes pods again when they are gone', async () => {
    const port = await listener.port();
    const silent = Array.from({ length: 17 }, () => connect(port, HOST).on('error', () => undefined));
    const closed = silent.map(
      (socket) =>
        new Promise<void>((resolve) =>
          socket.once('close', () => {
            resolve();
          }),
        ),
    );
    await Promise.race(closed);
    for (const socket of silent) socket.destroy();
    await Promise.all(closed);

    const { token, connection } = listener.expect('pod-5', never);
    await pod('pod-5', token);
    await expect(connection).resolves.toBeDefined();
  });

  it('ends a pod whose runner has gone, and tells a runner that its pod has gone', async () => {
    const one = listener.expect('pod-6', never);
    const ended = new Promise<void>((resolve) => {
      void pod('pod-6', one.token, () => {
        resolve();
        return undefined;
      });
    });
    new PodConnection(await one.connection).close();
    await ended;

    const other = listener.expect('pod-7', never);
    const session = await pod('pod-7', other.token);
    const connection = new PodConnection(await other.connection);
    session.destroy();
    await connection.closed;
    await eventually(() => connection.isClosed);
    await expect(connection.ask('POST', '/freeze')).rejects.toThrow();
  });
});
