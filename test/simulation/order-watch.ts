import { wantedInstances } from '../../libs/core/deployment/wanted-instances.js';
import type { Endpoint } from '../../libs/core/endpoint/endpoint.js';
import type { Catalog } from '../../libs/core/ports/catalog.js';
import type { Fleet } from '../../libs/engine/instance/fleet.js';
import type { Step } from './simulated-process.js';

/**
 * The kind of an order on an endpoint's record: a variant's first instances, more, fewer, or the counts of an update.
 */
export type OrderKind = 'from zero' | 'out' | 'in' | 'roll-out';

/** An order, and the record that holds it. */
interface Order {
  readonly kind: OrderKind;
  readonly endpoint: Endpoint;
}

/**
 * Tells orders from other changes of endpoint records, between the moment when they are written and their execution.
 */
export class OrderWatch {
  private written: Order | undefined;

  constructor({ endpoints }: Catalog) {
    const update = endpoints.update.bind(endpoints);
    endpoints.update = async (key, change, signal) => {
      let before: Endpoint | undefined;
      const after = await update(key, (current) => change((before = current)), signal);
      const kind = before && after && orderBetween(before, after);
      if (kind) this.written = { kind, endpoint: after };
      return after;
    };
  }

  /** Returns the order that this step has just written, if the instances do not match it yet. */
  at({ call, when }: Step, fleet: () => Fleet): OrderKind | undefined {
    if (call !== 'catalog.endpoints.update' || when !== 'after') return undefined;
    const { written } = this;
    this.written = undefined;
    return written && isOpen(written, fleet()) ? written.kind : undefined;
  }
}

function isOpen({ endpoint }: Order, fleet: Fleet): boolean {
  return wantedInstances(endpoint).some(({ count, variant: { name, deploymentId } }) => {
    const { inService, starting } = fleet.counts(endpoint.name, name, deploymentId);
    return inService + starting !== count;
  });
}

/**
 * Returns the kind of order that a change is, if it is one. A call that changes the counts also changes the endpoint's
 * status or its deployment.
 */
function orderBetween(before: Endpoint, after: Endpoint): OrderKind | undefined {
  const isSameStage = before.deployment?.id === after.deployment?.id;
  if (before.status !== after.status || !isSameStage) return undefined;
  if (before.deployment?.targets !== after.deployment?.targets) return 'roll-out';
  for (const { deploymentId, desiredInstanceCount: to, name } of after.variants) {
    const old = before.variants.find((variant) => variant.name === name && variant.deploymentId === deploymentId);
    const from = old?.desiredInstanceCount ?? to;
    if (to !== from) return from === 0 ? 'from zero' : to > from ? 'out' : 'in';
  }
  return undefined;
}
