import { describe, expect, it } from 'vitest';
import { QueryInput } from './query-input.js';

const read = (form: string): QueryInput => QueryInput.of(new URLSearchParams(form));

describe('the parameters of the Query protocol', () => {
  it('give lists in the order of their numbers', () => {
    const input = read('Tags.member.10.Key=j&Tags.member.2.Key=b&Tags.member.1.Key=a');
    expect(input.list('Tags').map((tag) => tag.text('Key'))).toEqual(['a', 'b', 'j']);
  });

  it('give lists of strings', () => {
    expect(
      read('TagKeys.member.1=a&TagKeys.member.2=b')
        .list('TagKeys')
        .map((key) => key.ownText),
    ).toEqual(['a', 'b']);
  });

  it('give maps, flattened or not', () => {
    expect(read('Attributes.entry.1.key=k&Attributes.entry.1.value=v').map('Attributes')).toEqual({ k: 'v' });
    expect(read('Attribute.1.Name=k&Attribute.1.Value=v').map('Attribute', 'Name', 'Value')).toEqual({ k: 'v' });
  });

  it('may have any name, even one of an object property', () => {
    const input = read('Attributes.entry.1.key=__proto__&Attributes.entry.1.value=v&constructor=c');
    expect(Object.entries(input.map('Attributes'))).toEqual([['__proto__', 'v']]);
    expect(input.text('constructor')).toBe('c');
    expect(input.text('toString')).toBeUndefined();
  });

  it('are refused if they are nested too deeply', () => {
    expect(() => read(`${'a.'.repeat(1_000)}a=1`)).toThrow('A parameter name is nested too deeply.');
  });
});
