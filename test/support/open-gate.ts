import { AwsGate } from '../../apps/api/aws/aws-gate.js';
import { SessionCredentials } from '../../apps/api/aws/signature/session-credentials.js';
import { SignatureVerifier } from '../../apps/api/aws/signature/signature-verifier.js';
import type { AccessWorld } from '../../libs/engine/access/access-material.js';
import { AuditTrail } from '../../libs/engine/access/audit-trail.js';
import { type AccessMode, Authenticator } from '../../libs/engine/access/authenticate.js';
import { RequestRates } from '../../libs/engine/access/request-rates.js';
import type { World } from '../../libs/engine/world.js';

/** What signatures are verified with, over any drivers. */
export interface OpenedVerifier {
  readonly verifier: SignatureVerifier;
  readonly sessions: SessionCredentials;
}

export interface OpenedGate extends OpenedVerifier {
  readonly gate: AwsGate;
}

/** The gate to AWS's services over any drivers. */
export function openGate(world: AccessWorld & Pick<World, 'log'>, mode: AccessMode): OpenedGate {
  const opened = openVerifier(world, mode);
  const gate = new AwsGate(opened.verifier, new RequestRates(world), new AuditTrail(world), world.clock);
  return { gate, ...opened };
}

export function openVerifier(world: AccessWorld, mode: AccessMode): OpenedVerifier {
  const sessions = new SessionCredentials(world);
  return { verifier: new SignatureVerifier(new Authenticator(world, mode), sessions, world.clock), sessions };
}
