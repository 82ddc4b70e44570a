import type { Backlog } from '../invocation/backlog.js';
import { describePause, isPaused } from '../endpoint/endpoint-gates.js';
import { type Endpoint, isServing } from '../endpoint/endpoint.js';
import { whyInstances } from './why-instances.js';
import { sentences } from '../in-words.js';
import type { VariantStatus } from './variant-situation.js';

/** The situation of one endpoint at one moment. */
export interface EndpointSituation {
  readonly endpoint: Endpoint;
  readonly backlog: Backlog;
  /** The instances of all its variants, on both sides of an update. */
  readonly instances: { readonly starting: number; readonly inService: number; readonly draining: number };
  readonly variants: readonly VariantStatus[];
}

/** Explains an endpoint's situation in one line for an operator. */
export function whyEndpoint({ endpoint, variants }: EndpointSituation): string {
  const { failureReason, gateChanges, status } = endpoint;
  if (!isServing(endpoint)) return sentences([`it is ${status}${failureReason ? `: ${oneLine(failureReason)}` : ''}`]);
  const several = variants.length > 1;
  return sentences([
    status === 'InService' ? undefined : `it is ${status}`,
    isPaused(endpoint, 'intake') ? `intake ${describePause(gateChanges?.intake)}` : undefined,
    ...variants.map(({ situation }) => {
      const text = whyInstances(situation);
      return several ? `variant ${situation.variantName}: ${text}` : text;
    }),
  ]);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
