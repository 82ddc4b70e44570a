import { describe, expect, it } from 'vitest';
import { defaultDataDirectory, folderOfSettings } from './service-environment.js';
import { Environment } from './settings.js';

describe('the data of an Ebb on this machine', () => {
  it('are in the repository where it runs from there', () => {
    expect(defaultDataDirectory(new Environment({}), '/home/me/ebb')).toBe('/home/me/ebb/.ebb');
  });

  it("are the user's own where it is an installed package, which the next version replaces", () => {
    const installed = '/usr/lib/node_modules/ebb';
    expect(defaultDataDirectory(new Environment({ XDG_DATA_HOME: '/home/me/data' }), installed)).toBe(
      '/home/me/data/ebb',
    );
    expect(defaultDataDirectory(new Environment({}), installed)).toMatch(/\/\.local\/share\/ebb$/);
  });

  it('are never in the folder of an installed package, whatever a setting begins with', () => {
    expect(folderOfSettings('/usr/lib/node_modules/ebb', '/home/me')).toBe('/home/me');
    expect(folderOfSettings('/home/me/ebb', '/tmp')).toBe('/home/me/ebb');
  });
});
