import { setTimeout } from 'node:timers/promises';

import type { Fact } from '../../src/identities/journal/fact.ts';
import { exportPeople } from '../../src/people/export-people.ts';
import { importPeople, type ImportReport } from '../../src/pipeline/import-people.ts';
import { parsePeopleFile } from '../../src/pipeline/people-file.ts';
import type { house } from './house.ts';

export type House = Awaited<ReturnType<typeof house>>;

/** The file of the house's owner, read. */
export async function exported(home: House): Promise<unknown> {
  const head = { format: 'immich-face-worker/people', version: 1 };
  let text = '';
  for await (const part of exportPeople(await home.directories.current('o'), head)) text += part;
  return JSON.parse(text);
}

/** Imports the file; `told` takes what consumers are told. */
export async function moveInto(
  home: House,
  data: unknown,
  told: Fact[] = [],
): Promise<ImportReport> {
  const file = await parsePeopleFile(data, () => setTimeout(0));
  const publish = (fact: Fact): Promise<void> => {
    told.push(fact);
    return Promise.resolve();
  };
  return importPeople('o', file, { store: home.store, publish });
}
