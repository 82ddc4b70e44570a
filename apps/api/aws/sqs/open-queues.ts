import { mkdirSync } from 'node:fs';

/** fauxqs, assembled and loaded with the content of its directory. */
export interface EmbeddedQueues {
  readonly app: QueueApp;
  readonly store: QueueStore;
  readonly persistence: Persistence;
}

/** The parts of fauxqs's internals that Ebb uses; its version is pinned in package.json. */
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

/** The queues that fauxqs holds in memory. */
export interface QueueStore {
  persistence?: Persistence;
  allQueues(): Iterable<Queue>;
  getQueueByName(name: string): Queue | undefined;
  /** Wakes all receives that wait for messages. */
  shutdown(): void;
}

/** One queue of fauxqs. */
export interface Queue {
  persistence?: Persistence;
  readonly attributes: Readonly<Record<string, string>>;
  /** Resolves when there may be messages, or after `seconds`. */
  waitForMessages(seconds: number): Promise<void>;
}

/** The files in which fauxqs keeps its queues. */
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
 * Opens the embedded queues without a port. fauxqs's own start function listens on every interface of the machine and
 * cannot be told otherwise. Its parts are assembled here in the same order: the store is loaded first and writes
 * through afterwards.
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

/** Loads an inner module of fauxqs. The package exports only its main module; the others lie beside it. */
function load<T>(path: string): Promise<T> {
  return import(new URL(path, import.meta.resolve('fauxqs')).href) as Promise<T>;
}
