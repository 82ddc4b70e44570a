import { mkdirSync } from 'node:fs';

/** fauxqs, put together and filled with what its directory holds. */
export interface EmbeddedQueues {
  readonly app: QueueApp;
  readonly store: QueueStore;
  readonly persistence: Persistence;
}

/** As much of fauxqs's inside as is used here; its version is pinned in package.json. */
export interface QueueApp {
  inject(request: {
    readonly method: 'POST';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly payload: string;
  }): Promise<{
    readonly statusCode: number;
    readonly payload: string;
    readonly headers: Readonly<Record<string, unknown>>;
  }>;
  ready(): PromiseLike<unknown>;
  close(): Promise<unknown>;
}

export interface QueueStore {
  persistence?: Persistence;
  allQueues(): Iterable<Queue>;
  getQueueByName(name: string): Queue | undefined;
  /** Wakes everybody who waits for messages. */
  shutdown(): void;
}

export interface Queue {
  persistence?: Persistence;
  readonly attributes: Readonly<Record<string, string>>;
  /** Resolves when there may be messages, or after so many seconds. */
  waitForMessages(seconds: number): Promise<void>;
}

export interface Persistence {
  loadSqsAndSns(queues: QueueStore, topics: unknown): void;
  close(): void;
}

interface AppModule {
  buildApp(options: {
    readonly logger: boolean;
    readonly defaultRegion: string;
    readonly stores: { readonly sqsStore: QueueStore; readonly snsStore: unknown };
  }): QueueApp;
}

/**
 * fauxqs's own start function listens on every interface of the machine, with no way to say otherwise. Its parts are
 * put together here in the same order instead, without a port: the store is filled first and writes through afterwards.
 */
export async function openQueues(directory: string, region: string): Promise<EmbeddedQueues> {
  mkdirSync(directory, { recursive: true });
  const [{ buildApp }, { SqsStore }, { SnsStore }, { PersistenceManager }] = await Promise.all([
    load<AppModule>('app.js'),
    load<{ SqsStore: new () => QueueStore }>('sqs/sqsStore.js'),
    load<{ SnsStore: new () => unknown }>('sns/snsStore.js'),
    load<{ PersistenceManager: new (directory: string) => Persistence }>('persistence.js'),
  ]);
  const store = new SqsStore();
  const topics = new SnsStore();
  const persistence = new PersistenceManager(directory);
  persistence.loadSqsAndSns(store, topics);
  store.persistence = persistence;
  for (const queue of store.allQueues()) queue.persistence = persistence;
  const app = buildApp({ logger: false, defaultRegion: region, stores: { sqsStore: store, snsStore: topics } });
  await app.ready();
  return { app, store, persistence };
}

/** The package exports its main module only; the others lie beside it. */
function load<T>(path: string): Promise<T> {
  return import(new URL(path, import.meta.resolve('fauxqs')).href) as Promise<T>;
}
