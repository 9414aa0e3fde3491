import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../problems/problem';

/** Verifies that deliveries were signed with the secret of the webhook. */
export class WebhookSignature {
  constructor(private readonly secret: string | undefined) {}

  /**
   * Compares in constant time, over the bytes as they came.
   * @throws Problem also where no secret is configured: nothing unsigned is accepted
   */
  verify(body: Buffer, signature: string | string[] | undefined): void {
    if (this.secret === undefined) {
      throw new Problem('webhook.not_configured', 'GITHUB_WEBHOOK_SECRET is not set, so no delivery is accepted');
    }
    if (typeof signature !== 'string') {
      throw new Problem('webhook.signature_missing', 'X-Hub-Signature-256 is missing');
    }
    const expected = createHmac('sha256', this.secret).update(body).digest();
    const given = Buffer.from(SHA256.exec(signature)?.[1] ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Problem('webhook.signature_wrong', 'X-Hub-Signature-256 is not the signature of this body');
    }
  }
}

const SHA256 = /^sha256=([0-9a-f]{64})$/i;
