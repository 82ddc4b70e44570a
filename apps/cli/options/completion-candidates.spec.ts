import { describe, expect, it } from 'vitest';
import { candidatesFor } from './completion-candidates.js';
import { createProgram } from '../program.js';

const program = createProgram(() => async () => undefined);
const values = (...words: string[]): string[] => candidatesFor(program, words).values.map(({ value }) => value);
const kind = (...words: string[]): string | undefined => candidatesFor(program, words).kind;

describe('completion', () => {
  it('offers commands, and those of a command', () => {
    expect(values('sc')).toEqual(['scale']);
    expect(values('keys', 'r')).toEqual(['rotate', 'revoke']);
    expect(values('')).not.toContain('complete');
  });

  it('offers the options of the command, and those of all', () => {
    expect(values('invoke', 'ocr', '--wa')).toEqual(['--wait']);
    expect(values('invoke', '--js')).toEqual(['--json']);
    expect(values('--u')).toEqual(['--url']);
  });

  it('offers the values of an option that has a choice of them', () => {
    expect(values('invoke', '--priority', '')).toEqual(['high', 'normal', 'low']);
    expect(values('cancel', '--state', 'Q')).toEqual(['Queued']);
    expect(values('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('knows where the name of an endpoint is wanted, and where that of a file', () => {
    expect(kind('invoke', '')).toBe('endpoints');
    expect(kind('invoke', 'ocr', '')).toBe('files');
    expect(kind('invoke', 'ocr', 'a.png', '')).toBe('files');
    expect(kind('invoke', '--wait', '--out', '')).toBe('files');
    expect(kind('ls', '--endpoint', '')).toBe('endpoints');
    expect(kind('status', '')).toBeUndefined();
  });

  it('does not take the value of an option for an argument', () => {
    expect(kind('invoke', '--priority', 'high', '')).toBe('endpoints');
    expect(kind('--url', 'http://ebb', 'logs', '')).toBe('endpoints');
  });
});
