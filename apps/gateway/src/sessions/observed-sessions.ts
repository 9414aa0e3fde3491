import { Injectable } from '@nestjs/common';
import type { Usage } from '@syntropic/kernel';
import { TelemetryReader } from '@syntropic/telemetry';
import { UsageNow } from '../executions/usage-now';
import type { ApiRequest } from '../http/endpoint';
import { Problem } from '../problems/problem';
import { RowLookup } from '../reads/row-lookup';
import { SESSION } from './session-lookup';

/** A session of which there is telemetry. */
type ObservedSession = Readonly<{ sessionId: string; usage: () => Promise<Usage> }>;

type SessionRequest = Pick<ApiRequest, 'minPosition'> & Readonly<{ params: Readonly<{ session_id: string }> }>;

/** Finds the sessions of this platform, by the first characters of their ids too, and those that others have reported, by their whole ids. */
@Injectable()
export class ObservedSessions {
  constructor(
    private readonly lookup: RowLookup,
    private readonly telemetry: TelemetryReader,
    private readonly usageNow: UsageNow,
  ) {}

  /** @throws Problem for no session, and for several with this prefix */
  async find(request: SessionRequest): Promise<ObservedSession> {
    const { session_id: idOrPrefix } = request.params;
    try {
      const row = await this.lookup.find(SESSION, idOrPrefix, request);
      return { sessionId: row.session_id, usage: () => this.usageNow.ofSession(row) };
    } catch (problem) {
      const isUnknown = problem instanceof Problem && problem.code === SESSION.missing;
      const reported = isUnknown ? await this.telemetry.sessionTotals(idOrPrefix) : undefined;
      if (!reported) throw problem;
      return { sessionId: idOrPrefix, usage: () => Promise.resolve(reported.usage) };
    }
  }
}
