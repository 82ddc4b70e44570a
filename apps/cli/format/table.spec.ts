import { describe, expect, it } from 'vitest';
import { facts, table } from './table.js';

describe('a table', () => {
  it('lines up its columns, also where text is coloured or wide', () => {
    const rows = [
      ['a', '\u001b[32mok\u001b[0m', 'x'],
      ['日本', 'longer', 'y'],
    ];
    expect(table(['NAME', 'STATE', 'MORE'], rows)).toEqual([
      'NAME  STATE   MORE',
      'a     \u001b[32mok\u001b[0m      x',
      '日本  longer  y',
    ]);
  });

  it('keeps a row on one line, whatever a cell says', () => {
    expect(table(['A', 'B'], [['one\ntwo', 'x']])).toHaveLength(2);
  });

  it('cuts the last column where the terminal is too narrow, and nothing where there is none', () => {
    const rows = [['endpoint', 'a reason that is told at length']];
    expect(table(['NAME', 'REASON'], rows, 30)).toEqual(['NAME      REASON', 'endpoint  a reason that is to…']);
    expect(table(['NAME', 'REASON'], rows)[1]).toBe('endpoint  a reason that is told at length');
  });
});

describe('facts', () => {
  it('stand below each other, without those that are not known', () => {
    expect(
      facts([
        ['Id', 'x'],
        ['Nothing', undefined],
        ['State', 'Queued'],
      ]),
    ).toEqual(['Id     x', 'State  Queued']);
  });
});
