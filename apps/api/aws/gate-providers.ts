import type { Provider } from '@nestjs/common';
import { Clock } from '../../../libs/core/ports/clock.js';
import { Authenticator } from '../../../libs/engine/access/authenticate.js';
import { World } from '../../../libs/engine/world.js';
import { AwsGate } from './aws-gate.js';
import { SessionCredentials } from './signature/session-credentials.js';
import { SignatureVerifier } from './signature/signature-verifier.js';

/** The providers of the gate to AWS's services and of its parts. */
export const GATE_PROVIDERS: readonly Provider[] = [
  AwsGate,
  { provide: SessionCredentials, useFactory: (world: World) => new SessionCredentials(world), inject: [World] },
  {
    provide: SignatureVerifier,
    useFactory: (...parts: ConstructorParameters<typeof SignatureVerifier>) => new SignatureVerifier(...parts),
    inject: [Authenticator, SessionCredentials, Clock],
  },
];
