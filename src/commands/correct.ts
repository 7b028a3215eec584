import { Command } from 'commander';

import type { Correction } from '../identities/journal/plan-fact.ts';

/** `correct …`: each subcommand is one correction; `run` carries it out. */
export function correctCommand(
  defaultOwnerId: string,
  run: (ownerId: string, correction: Correction) => Promise<void>,
): Command {
  const command = new Command('correct').description(
    "correct what the worker believes; each can be undone, and a re-run keeps it (face and person IDs: 'people', 'faces')",
  );
  const add = (
    usage: string,
    description: string,
    toCorrection: (...given: string[]) => Correction,
  ): void => {
    command
      .command(usage)
      .description(description)
      .option('--owner <id>', 'whose photos', defaultOwnerId)
      .action(async (...given: unknown[]) => {
        const { owner } = given.at(-2) as { owner: string };
        await run(owner, toCorrection(...(given.slice(0, -2) as string[])));
      });
  };
  addPeople(add);
  addFaces(add);
  add('undo <fact>', "take a correction back ('history' lists them)", (factId = '') => ({
    kind: 'undone',
    factId,
  }));
  return command;
}

type Add = (
  usage: string,
  description: string,
  toCorrection: (...given: string[]) => Correction,
) => void;

function addPeople(add: Add): void {
  add('name <person> [name]', 'name a person; without a name: take the name away', (...given) => {
    const [personId = '', name] = given;
    return { kind: 'person-named', personId, name: name ?? null };
  });
  add('merge <from> <into> [name]', 'two people are one; the second ID stays', (...given) => {
    const [from = '', into = '', name] = given;
    return { kind: 'people-merged', from, into, name: name ?? null };
  });
  add('distinct <person> <other>', 'two people are not one, ever', (...given) => {
    const [personA = '', personB = ''] = given;
    return { kind: 'people-distinct', personA, personB };
  });
  add('hide <person>', 'leave a person out of lists', (personId = '') => ({
    kind: 'person-hidden',
    personId,
    hidden: true,
  }));
  add('show <person>', 'show a hidden person again', (personId = '') => ({
    kind: 'person-hidden',
    personId,
    hidden: false,
  }));
  add('delete <person>', 'forget that these faces belong together', (personId = '') => ({
    kind: 'person-deleted',
    personId,
  }));
}

function addFaces(add: Add): void {
  const facesOf = (given: unknown): string[] => (Array.isArray(given) ? given : []) as string[];
  add('assign <person> <faces...>', 'these faces are that person', (personId = '', faces) => ({
    kind: 'faces-assigned',
    personId,
    faceIds: facesOf(faces),
  }));
  add('confirm <person> <faces...>', 'yes, these are faces of that person', (...given) => {
    const [personId = '', faces] = given;
    return { kind: 'faces-confirmed', personId, faceIds: facesOf(faces) };
  });
  add('split <faces...>', 'these faces are a person of their own', (faces) => ({
    kind: 'split',
    faceIds: facesOf(faces),
  }));
  add('deny <face> <person>', 'this face is not that person, ever', (...given) => {
    const [faceId = '', personId = ''] = given;
    return { kind: 'faces-denied', faceIds: [faceId], personId };
  });
  add(
    'ignore <face> <reason>',
    'this is no face to know anybody by; the reason is any text of yours',
    (...given) => {
      const [faceId = '', reason = ''] = given;
      return { kind: 'faces-ignored', faceIds: [faceId], reason };
    },
  );
}
