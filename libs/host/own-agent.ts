import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** For calls of Ebb to itself: it trusts the certificate that Ebb shows, whatever name it is for, and no other. */
export class OwnAgent extends Agent {
  constructor(private readonly certFile: string) {
    // Ebb need not have the root of its own certificate.
    super({ keepAlive: true, allowPartialTrustChain: true, checkServerIdentity: () => undefined });
  }

  /** Certificates are renewed while Ebb runs, so that the file is read for each connection. */
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    return super.createConnection({ ...options, ca: readFileSync(this.certFile) }, callback);
  }
}
