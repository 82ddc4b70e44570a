import type { DeliveryResult } from '../../libs/core/delivery/delivery-attempt.js';
import type { Delivery } from '../../libs/core/delivery/delivery.js';
import { Notifications } from '../../libs/core/ports/notifications.js';
import type { SeededRandom } from '../support/seeded-random.js';
import type { VirtualClock } from '../support/virtual-clock.js';

/** The subscribers of every topic. */
export const SUBSCRIBERS = ['mail', 'ledger'] as const;

/** Receivers that fail, are slow or hang at random until `isUnreliable` is unset. They record their deliveries. */
export class Receivers extends Notifications {
  /** The delivery ids under which each subscriber heard of each invocation, by `<subscriber> <invocation id>`. */
  readonly told = new Map<string, Set<string>>();
  /** The statuses that were delivered for each invocation. */
  readonly statuses = new Map<string, Set<string>>();
  isUnreliable = true;

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
  ) {
    super();
  }

  override async deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult> {
    const { receiver, invocationId } = delivery;
    if (receiver.kind === 'topic') {
      return { kind: 'fanned-out', deliveries: SUBSCRIBERS.map((subscriber) => split(delivery, subscriber)) };
    }
    const trouble = this.isUnreliable ? this.random.integer(0, 9) : 9;
    if (trouble === 0) return { kind: 'failed', reason: 'The receiver answered 503.', retryAfterMs: 5_000 };
    if (trouble === 1) throw new Error('The connection was reset.');
    if (trouble === 2) await this.clock.sleep(Infinity, signal);
    if (trouble === 3) await this.clock.sleep(this.random.integer(1, 20_000), signal);
    const key = `${subscriptionOf(delivery)} ${invocationId}`;
    add(this.told, key, delivery.id);
    add(
      this.statuses,
      invocationId!,
      (JSON.parse(delivery.message.body) as { invocationStatus: string }).invocationStatus,
    );
    // The receiver got the delivery, but its answer is lost.
    return trouble === 4 ? { kind: 'failed', reason: 'The receiver closed early.' } : { kind: 'delivered' };
  }
}

function split(delivery: Delivery, subscriber: string): Delivery {
  const { receiver } = delivery;
  if (receiver.kind === 'callback') throw new Error('Nobody asked for callbacks here.');
  const { topicArn } = receiver;
  const subscriptionArn = `${topicArn}:${subscriber}`;
  return {
    ...delivery,
    id: `${delivery.id}.${subscriber}`,
    receiver: { kind: 'subscription', topicArn, subscriptionArn },
  };
}

function subscriptionOf({ receiver }: Delivery): string {
  return receiver.kind === 'subscription' ? receiver.subscriptionArn.split(':').at(-1)! : '';
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}
