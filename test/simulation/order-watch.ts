import { wantedInstances } from '../../libs/core/deployment/wanted-instances.js';
import type { Endpoint } from '../../libs/core/endpoint/endpoint.js';
import type { Catalog } from '../../libs/core/ports/catalog.js';
import type { Fleet } from '../../libs/engine/instance/fleet.js';
import type { Step } from './simulated-process.js';

/** What an order on an endpoint's record asks for: the first instances of a variant, more, fewer, or an update's counts. */
export type OrderKind = 'from zero' | 'out' | 'in' | 'roll-out';

/** An order, and the record that holds it. */
interface Order {
  readonly kind: OrderKind;
  readonly endpoint: Endpoint;
}

/** Tells orders from other changes of endpoints' records, in the moment in which they are written and not carried out. */
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

  /** The order that this step of a process has just written, where its instances are not yet as it says. */
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

/** Whoever changes the counts by a call changes the endpoint's status as well, or its deployment. */
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
