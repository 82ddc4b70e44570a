import { Log, type LogFields } from '../../libs/engine/log.js';

/** The log lines of all processes, in order. */
export class MemoryLog {
  readonly lines: string[] = [];

  constructor(private readonly time: () => string) {}

  add(who: string, line: string): void {
    this.lines.push(`${this.time()} ${who} ${line}`);
  }

  of(workerId: string): Log {
    const say =
      (level: string) =>
      (event: string, fields?: LogFields): void =>
        this.add(workerId, `${level} ${event} ${JSON.stringify(fields ?? {})}`);
    return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  }
}
