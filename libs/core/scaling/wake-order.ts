import type { WakeOrder } from '../endpoint/variant.js';
import type { ScalingObservation } from './scaling-observation.js';

/** An order that could not be carried out for so long, since launches fail, is not what the operator wants any more. */
export const WAKE_ORDER_VALID_MS = 60_000;

/** What an operator has ordered and may still have, within the bounds as they are now. */
export function orderInForce({
  bounds,
  now,
  wakeOrder,
}: Pick<ScalingObservation, 'bounds' | 'now' | 'wakeOrder'>): WakeOrder | undefined {
  if (!wakeOrder || now - wakeOrder.at > WAKE_ORDER_VALID_MS) return undefined;
  const instances = Math.min(wakeOrder.instances, bounds.maximum);
  return instances === wakeOrder.instances ? wakeOrder : { ...wakeOrder, instances };
}
