import type { WakeOrder } from '../endpoint/variant.js';
import type { ScalingObservation } from './scaling-observation.js';

/** How long an order is in force. If launches fail for longer, the operator no longer wants what was ordered. */
export const WAKE_ORDER_VALID_MS = 60_000;

/** Returns the operator's order while it is in force, within the present bounds. */
export function orderInForce({
  bounds,
  now,
  wakeOrder,
}: Pick<ScalingObservation, 'bounds' | 'now' | 'wakeOrder'>): WakeOrder | undefined {
  if (!wakeOrder || now - wakeOrder.at > WAKE_ORDER_VALID_MS) return undefined;
  const instances = Math.min(wakeOrder.instances, bounds.maximum);
  return instances === wakeOrder.instances ? wakeOrder : { ...wakeOrder, instances };
}
