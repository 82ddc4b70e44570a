import { AwsGate } from '../../apps/api/aws/aws-gate.js';
import { SessionCredentials } from '../../apps/api/aws/signature/session-credentials.js';
import { SignatureVerifier } from '../../apps/api/aws/signature/signature-verifier.js';
import { AuditTrail } from '../../libs/engine/audit-trail.js';
import { type AccessMode, Authenticator } from '../../libs/engine/authenticate.js';
import { RequestRates } from '../../libs/engine/request-rates.js';
import type { World } from '../../libs/engine/world.js';

/** What a gate to AWS's services is made of. */
export type GateWorld = Pick<World, 'catalog' | 'clock' | 'log' | 'secrets' | 'signals'>;

export interface OpenedGate {
  readonly gate: AwsGate;
  readonly verifier: SignatureVerifier;
  readonly sessions: SessionCredentials;
}

/** The gate to AWS's services over any drivers. */
export function openGate(world: GateWorld, mode: AccessMode): OpenedGate {
  const sessions = new SessionCredentials(world);
  const verifier = new SignatureVerifier(new Authenticator(world, mode), sessions, world.clock);
  const gate = new AwsGate(verifier, new RequestRates(world), new AuditTrail(world), world.clock);
  return { gate, verifier, sessions };
}
