import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Terminal, printable } from './terminal.js';

describe('what is printed', () => {
  it('cannot move the cursor, whoever wrote it', () => {
    expect(printable('a\u001b]0;title\u0007b\u001b[2Jc\rd')).toBe('a\ufffd]0;title\ufffdb\ufffd[2Jc\ufffdd');
    expect(printable('\u001b[31mred\u001b[0m\ttab\nline')).toBe('\u001b[31mred\u001b[0m\ttab\nline');
  });

  it('has no colours where it is no terminal that is written to', () => {
    const manner = { isJson: false, isQuiet: false, mayColor: true };
    const terminal = new Terminal(new PassThrough(), new PassThrough(), manner);
    expect(terminal.paint.state('Failed')).toBe('Failed');
    const screen = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    expect(new Terminal(screen, screen, manner).paint.state('Failed')).toContain('\u001b[31m');
    expect(new Terminal(screen, screen, { ...manner, mayColor: false }).paint.state('Failed')).toBe('Failed');
  });

  it('is results on standard output and remarks on standard error, which --quiet leaves out', () => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const terminal = new Terminal(out, err, { isJson: false, isQuiet: true, mayColor: true });
    terminal.line('result');
    terminal.note('remark');
    terminal.warn('warning');
    expect(out.read().toString()).toBe('result\n');
    expect(err.read().toString()).toBe('warning\n');
  });
});
