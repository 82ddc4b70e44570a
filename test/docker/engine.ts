import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import Docker from 'dockerode';
import { eventually } from '../support/eventually.js';
import { type EngineRecipe, socketOf } from './engine-recipes.js';

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 20_000;

/** A container engine of the tests' own, in a folder of its own. It leaves nothing behind when it is disposed of. */
export class Engine implements AsyncDisposable {
  readonly client: Docker;
  readonly #folder = mkdtempSync(join(tmpdir(), 'ebb-engine-'));
  /** Interfaces have names of 15 characters at most. */
  readonly #bridge = `ebb${randomBytes(4).toString('hex')}`;
  #process: ChildProcess | undefined;

  private constructor(readonly recipe: EngineRecipe) {
    this.client = new Docker({ socketPath: socketOf(this.#folder) });
  }

  /** Why there can be no such engine here, as a sentence; undefined where nothing speaks against it. */
  static whyNot({ name, programs }: EngineRecipe): string | undefined {
    if (process.platform !== 'linux') return `${name} is run for tests on Linux only.`;
    if (process.getuid?.() !== 0) return `${name} has to be run by root.`;
    const missing = Object.keys(programs).filter((program) => !isOnPath(program));
    if (missing.length === 0) return undefined;
    const packages = Object.values(programs).join(' ');
    return `${missing.join(' and ')} cannot be found: apt-get install ${packages}.`;
  }

  /** Resolves when it answers; raises with what it said last when it does not. */
  static async start(recipe: EngineRecipe): Promise<Engine> {
    const engine = new Engine(recipe);
    try {
      if (recipe.needsBridge) {
        run('ip', 'link', 'add', 'name', engine.#bridge, 'type', 'bridge');
        run('ip', 'link', 'set', engine.#bridge, 'up');
      }
      recipe.prepare?.(engine.#folder, engine.#bridge);
      await engine.restart();
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What it has on this machine: mounts, its bridge and its folder. */
  traces(): string[] {
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const bridges = readdirSync('/sys/class/net').filter((name) => name === this.#bridge);
    const folders = [this.#folder].filter((folder) => existsSync(folder));
    return [...mounts.filter((mount) => mount.includes(this.#folder)), ...bridges, ...folders];
  }

  /** Where it listens, as DOCKER_HOST says it. */
  get host(): string {
    return `unix://${socketOf(this.#folder)}`;
  }

  /** `kill -9` of the engine alone: what it runs is not asked. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const children = childrenOf(child.pid!);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    // They end with it, which takes a moment; the next engine would take one that is still there for its own.
    await eventually('its helpers have ended', () => children.every((pid) => !existsSync(`/proc/${pid}`)));
  }

  /** Starts it on what it left. Resolves when it answers. */
  async restart(): Promise<void> {
    const [program, ...parameters] = this.recipe.command(this.#folder, this.#bridge);
    const log = openSync(this.#logFile, 'a');
    // Should the tests be killed, the engine is told to stop.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', program, ...parameters], {
      env: { ...process.env, ...this.recipe.environment?.(this.#folder) },
      stdio: ['ignore', log, log],
      // Podman's conmon leaves files where it is started.
      cwd: this.#folder,
    });
    closeSync(log);
    this.#process = child;
    await eventually(`${this.recipe.name} answers`, () => this.#answers(child), START_LIMIT_MS).catch((cause) => {
      const said = readFileSync(this.#logFile, 'utf8').trim().split('\n').slice(-3).join('\n');
      throw new Error(`${this.recipe.name} did not start. It said: ${said}`, { cause });
    });
  }

  /** Removes every container and network, ends it, and removes what is left of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#process && (await this.#answers(this.#process).catch(() => false))) await this.#clear();
      await this.#stop();
    } finally {
      await this.#removeTraces();
    }
  }

  get #logFile(): string {
    return join(this.#folder, 'log');
  }

  async #answers(child: ChildProcess): Promise<boolean> {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    return String(await this.client.ping()) === 'OK';
  }

  async #clear(): Promise<void> {
    for (const { Id } of await this.client.listContainers({ all: true })) {
      await this.client.getContainer(Id).remove({ force: true, v: true });
    }
    await this.client.pruneNetworks();
  }

  async #stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.kill('SIGTERM');
    await exit;
    clearTimeout(limit);
  }

  async #removeTraces(): Promise<void> {
    for (const pid of this.#leftovers()) killIfThere(pid);
    await eventually('nothing of the engine runs any more', () => this.#leftovers().length === 0);
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const points = mounts.map((line) => line.split(' ')[1] ?? '').filter((point) => point.startsWith(this.#folder));
    // The innermost first.
    for (const point of points.reverse()) run('umount', '--lazy', point);
    if (readdirSync('/sys/class/net').includes(this.#bridge)) run('ip', 'link', 'delete', this.#bridge);
    for (const table of ['filter', 'nat']) removeRules(table, this.#bridge);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Its processes and those that watch its containers, which are told of its folder, and those in its containers. */
  #leftovers(): number[] {
    const inFolder = `${this.#folder}/`;
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => readIfThere(`/proc/${pid}/cmdline`).includes(inFolder) || rootMount(pid).includes(inFolder))
      .map(Number);
  }
}

function childrenOf(parent: number): string[] {
  return readdirSync('/proc').filter((name) => {
    const [, afterName = ''] = /^.*\) (.*)$/s.exec(readIfThere(`/proc/${name}/stat`)) ?? [];
    return /^\d+$/.test(name) && Number(afterName.split(' ')[1]) === parent;
  });
}

/** What a process has for its root, as the kernel describes it. */
function rootMount(pid: string): string {
  const mounts = readIfThere(`/proc/${pid}/mountinfo`).split('\n');
  return mounts.find((mount) => mount.split(' ')[4] === '/') ?? '';
}

/** Processes end while they are looked at. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Engines leave the rules of their own bridge in the machine's tables. */
function removeRules(table: string, bridge: string): void {
  const rules = execFileSync('iptables', ['--table', table, '--list-rules'], { encoding: 'utf8' }).split('\n');
  for (const rule of rules.filter((line) => line.startsWith('-A') && line.includes(bridge))) {
    run('iptables', '--wait', '--table', table, '-D', ...rule.split(' ').slice(1));
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run(program: string, ...parameters: string[]): void {
  execFileSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
}
