import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClients } from '../support/aws-clients.js';
import { canSeeProcesses, instanceProcesses } from '../support/live-processes.js';
import type { SeededRandom } from '../support/seeded-random.js';
import { type Exit, type Settings, StandaloneProcess, newDataDirectory } from '../support/standalone.js';

const LONGEST_LIFE_MS = 2_500;
/** About as long as a start takes: some are killed before they are ready. */
const LONGEST_START_MS = 800;
const KILLED_STARTING = 0.2;

/** One Ebb on one data directory, that is killed again and again. */
export class MortalService implements AsyncDisposable {
  readonly dataDirectory = newDataDirectory();
  /** Instances of an earlier run that were still there when a later one was ready. */
  readonly leftovers: string[] = [];
  killedStarting = 0;
  private process: StandaloneProcess | undefined;
  private aws: AwsClients | undefined;
  private up = Promise.withResolvers<AwsClients>();

  constructor(private readonly settings: Settings = {}) {}

  /** The clients of the service that runs, as soon as one does. */
  readonly clients = (): Promise<AwsClients> => this.up.promise;

  /** Resolves when requests are answered. */
  async start(): Promise<AwsClients> {
    const process = this.spawn();
    const url = await process.ready;
    this.noteLeftovers(process);
    this.aws = new AwsClients(url);
    this.up.resolve(this.aws);
    return this.aws;
  }

  /** Lets it live for a while and kills it: mostly as it works, at times before it was ready to. */
  async liveAndDie(random: SeededRandom): Promise<void> {
    if (random.happens(KILLED_STARTING)) {
      await this.die();
      this.spawn();
      this.killedStarting += 1;
      await sleep(random.integer(0, LONGEST_START_MS));
    } else {
      await sleep(random.integer(0, LONGEST_LIFE_MS));
    }
    await this.die();
    await this.start();
  }

  async stop(): Promise<Exit> {
    this.aws?.[Symbol.dispose]();
    return this.process!.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.aws?.[Symbol.dispose]();
    await this.process?.kill();
  }

  private spawn(): StandaloneProcess {
    const settings = { EBB_DATA_DIR: this.dataDirectory, EBB_KEEP_WARM_SECONDS: '1', EBB_LOG_LEVEL: 'warn' };
    return (this.process = new StandaloneProcess({ ...settings, ...this.settings }));
  }

  private async die(): Promise<void> {
    // Whoever waits for a service already waits on.
    if (this.aws) this.up = Promise.withResolvers<AwsClients>();
    this.aws?.[Symbol.dispose]();
    this.aws = undefined;
    await this.process?.kill();
  }

  private noteLeftovers(current: StandaloneProcess): void {
    if (!canSeeProcesses) return;
    const strays = instanceProcesses(this.dataDirectory).filter(({ parent }) => parent !== current.pid);
    for (const { pid, parent } of strays) this.leftovers.push(`instance ${pid}, whose parent is ${parent}`);
  }
}
