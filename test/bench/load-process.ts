import { connect, type Socket } from 'node:net';
import { answerCalls } from './child.js';
import { percentile } from './statistics.js';

/** One request, sent again and again over connections that are kept alive, each waiting for its answer. */
export interface Load {
  readonly port: number;
  /** All bytes of the request. */
  readonly request: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Ends the load sooner, after so many answers. */
  readonly maxRequests?: number;
}

export interface LoadResult {
  readonly ratePerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of a core the generator itself used: near 1, it was the bottleneck. */
  readonly generatorCpu: number;
}

const EXPECTED = 'HTTP/1.1 202 ';
const HEAD_END = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

/** Raw sockets: a client library would be slower than the servers that it is to load. */
class LoadGenerator {
  private readonly latenciesMs: number[] = [];
  private readonly request: Buffer;
  private readonly startedAt = performance.now();
  private readonly measureFrom: number;
  private readonly endAt: number;
  private sent = 0;

  constructor(private readonly load: Load) {
    this.request = Buffer.from(load.request, 'latin1');
    this.measureFrom = this.startedAt + load.warmUpMs;
    this.endAt = this.measureFrom + load.measureMs;
  }

  async run(): Promise<LoadResult> {
    const cpu = process.cpuUsage();
    await Promise.all(Array.from({ length: this.load.connections }, () => this.connection()));
    const endedAt = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    return {
      ratePerSecond: (this.latenciesMs.length / (Math.min(endedAt, this.endAt) - this.measureFrom)) * 1000,
      p50Ms: percentile(this.latenciesMs, 0.5),
      p99Ms: percentile(this.latenciesMs, 0.99),
      generatorCpu: (user + system) / 1000 / (endedAt - this.startedAt),
    };
  }

  private connection(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.load.port, host: '127.0.0.1', noDelay: true });
      let sentAt = 0;
      let rest = '';
      socket.on('error', reject);
      socket.on('connect', () => (sentAt = this.send(socket)));
      socket.on('close', () => resolve());
      socket.on('data', (chunk) => {
        rest += chunk.toString('latin1');
        const isComplete = isWholeResponse(rest);
        if (!isComplete) return;
        rest = '';
        this.note(sentAt);
        sentAt = this.send(socket);
      });
    });
  }

  private send(socket: Socket): number {
    const now = performance.now();
    if (now >= this.endAt || this.sent >= (this.load.maxRequests ?? Infinity)) {
      socket.end();
      return now;
    }
    this.sent += 1;
    socket.write(this.request);
    return now;
  }

  private note(sentAt: number): void {
    const now = performance.now();
    if (now >= this.measureFrom && now < this.endAt) this.latenciesMs.push(now - sentAt);
  }
}

/** Raises for any answer but the one that is counted. */
function isWholeResponse(text: string): boolean {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd === -1) return false;
  if (!text.startsWith(EXPECTED)) throw new Error(`The answer was ${text.slice(0, 500)}`);
  const length = Number(CONTENT_LENGTH.exec(text)?.[1] ?? 0);
  return text.length >= headEnd + HEAD_END.length + length;
}

answerCalls({ load: (load: Load) => new LoadGenerator(load).run() });
