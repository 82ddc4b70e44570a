import { messageOf } from '../core/errors.js';
import { openSqliteLedger } from '../drivers/ledger/open-sqlite.js';
import type { Log } from '../engine/log.js';
import type { World } from '../engine/world.js';
import type { Closers } from './closers.js';
import type { Config } from './config.js';

/** Opens the ledger of invocations, and the outbox that shares its transactions. */
export async function openLedger(
  config: Config,
  log: Log,
  closers: Closers,
): Promise<Pick<World, 'invocations' | 'ledger' | 'outbox'>> {
  const record = openSqliteLedger(config.dataDirectory);
  closers.add(() => record.close());
  switch (config.drivers.ledger) {
    case 'sqlite':
      return record;
    case 'sqs': {
      const [{ SQSClient }, { SqsLedger }] = await Promise.all([
        import('@aws-sdk/client-sqs'),
        import('../drivers/ledger/sqs.js'),
      ]);
      const endpoint = config.awsEndpoints.sqs;
      const sqs = new SQSClient({ region: config.place.region, ...(endpoint && { endpoint }) });
      const ledger = new SqsLedger(record, sqs, {
        onLater: (what, error) =>
          log.warn('A call to SQS failed; the next reclaim repairs the queue', { what, reason: messageOf(error) }),
      });
      closers.add(async () => {
        await ledger.close();
        sqs.destroy();
      });
      return { ...record, ledger };
    }
  }
}
