import { SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteLedger } from '../../libs/drivers/ledger/open-sqlite.js';
import { SqsLedger } from '../../libs/drivers/ledger/sqs.js';
import { LEASED_UNTIL, NOW, sampleRequest } from './ledger-samples.js';
import type { LedgerDriver } from './ledger-scene.js';
import { ledgerContract } from './ledger.contract.js';

let server: FauxqsServer;
let sqs: SQSClient;
let opened = 0;

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ region: 'us-east-1', endpoint: `http://127.0.0.1:${server.port}`, credentials });
});
afterAll(async () => {
  sqs.destroy();
  await server.stop();
});

function open() {
  const record = openSqliteLedger(':memory:');
  const failures: string[] = [];
  const queuePrefix = `ebb-${(opened += 1)}-`;
  const ledger = new SqsLedger(record, sqs, { queuePrefix, onLater: (what) => failures.push(what) });
  const close = async (): Promise<void> => {
    await ledger.close();
    record.close();
  };
  const { invocations, outbox } = record;
  return { ledger, record: record.ledger, invocations, outbox, queueName: `${queuePrefix}ocr`, failures, close };
}

const driver: LedgerDriver = { name: 'SQS', strictOrder: false, patienceMs: 5_000, open: async () => open() };
ledgerContract(driver);

describe('a ledger with its queue in SQS', () => {
  const request = { endpointName: 'ocr', workerId: 'worker-1', count: 1, now: NOW, leasedUntil: LEASED_UNTIL };

  it('drops messages beyond the number of queued invocations', async () => {
    const { ledger, close, queueName } = open();
    await ledger.accept(sampleRequest(1));
    await ledger.accept(sampleRequest(2));
    await ledger.close();
    await ledger.cancel(sampleRequest(1).id, { settledAt: NOW }, []);
    const leased = await ledger.lease({ ...request, count: 5 });
    expect(leased.map(({ id }) => id)).toEqual([sampleRequest(2).id]);
    await ledger.settle({ invocationId: leased[0]!.id, attempt: 1 }, { state: 'Completed', settledAt: NOW }, []);
    await ledger.close();
    expect(server.inspectQueue(queueName)!.messages.ready).toEqual([]);
    expect(server.inspectQueue(queueName)!.messages.inflight).toEqual([]);
    await close();
  });

  it('leases by priority, in any order of messages', async () => {
    const { ledger, close } = open();
    await ledger.accept(sampleRequest(1));
    await ledger.accept(sampleRequest(2, { priority: 'high' }));
    const leased = [...(await ledger.lease(request)), ...(await ledger.lease(request))];
    expect(leased.map(({ id }) => id)).toEqual([2, 1].map((number) => sampleRequest(number).id));
    await close();
  });

  it('sends the message of a queued invocation again if it was lost', async () => {
    const { ledger, record, close } = open();
    // As if accepted by a process that died before it could send.
    await record.accept(sampleRequest(1));
    expect(await ledger.lease(request)).toEqual([]);
    await ledger.reclaim(NOW);
    await ledger.reclaim(NOW);
    const [leased] = await ledger.lease(request);
    expect(leased?.id).toBe(sampleRequest(1).id);
    await close();
  });

  it('leases an invocation once if its message came twice', async () => {
    const { ledger, record, close } = open();
    await record.accept(sampleRequest(1));
    await ledger.reclaim(NOW);
    await ledger.reclaim(NOW);
    await ledger.reclaim(NOW);
    await ledger.reclaim(NOW);
    const first = await ledger.lease(request);
    const second = await ledger.lease({ ...request, workerId: 'worker-2' });
    expect(first.length + second.length).toBe(1);
    await close();
  });

  it('requeues a released invocation at once, before its message becomes visible again', async () => {
    const { ledger, close } = open();
    await ledger.accept(sampleRequest(1));
    const [leased] = await ledger.lease(request);
    await ledger.release({ invocationId: leased!.id, attempt: leased!.attempt }, false);
    const [again] = await ledger.lease(request);
    expect(again).toMatchObject({ id: leased!.id, attempt: 2 });
    await close();
  });

  it('keeps an accepted invocation while SQS cannot be reached, and leases it afterwards', async () => {
    const record = openSqliteLedger(':memory:');
    const nowhere = new SQSClient({
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const failures: string[] = [];
    const cut = new SqsLedger(record, nowhere, {
      queuePrefix: 'ebb-cut-',
      onLater: (what) => failures.push(what),
    });
    await cut.accept(sampleRequest(1));
    await cut.close();
    expect(failures).toEqual(['send']);
    const restored = new SqsLedger(record, sqs, { queuePrefix: 'ebb-cut-' });
    await restored.reclaim(NOW);
    await restored.reclaim(NOW);
    expect(await restored.lease(request)).toHaveLength(1);
    nowhere.destroy();
    await restored.close();
    record.close();
  });
});
