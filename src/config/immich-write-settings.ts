import { readFileSync } from 'node:fs';

import { parse } from 'yaml';
import { z } from 'zod';

/** What is written into Immich. */
export interface ImmichWriteSettings {
  readonly people: boolean;
  readonly tags: boolean;
  readonly albums: boolean;
  readonly unnamedPeople: boolean;
  readonly albumRules: AlbumSettings;
  readonly readBackMillis: number;
  readonly detectionWaitMillis: number;
}

export interface AlbumSettings {
  /** An album of each person who has a name. */
  readonly everyone: boolean;
  readonly albums: readonly {
    readonly people: readonly string[];
    readonly name: string;
    readonly ownerId: string | null;
  }[];
}

/** The checked variables that this file reads. */
export interface ImmichWriteValues {
  readonly IMMICH_WRITE: readonly WriteKind[];
  readonly IMMICH_WRITE_UNNAMED: 'on' | 'off';
  readonly IMMICH_ALBUMS_FILE?: string | undefined;
  readonly IMMICH_READ_BACK_MINUTES: number;
  readonly IMMICH_DETECTION_WAIT_MINUTES: number;
}

const KINDS = ['people', 'tags', 'albums'] as const;
export type WriteKind = (typeof KINDS)[number];

/** `people,tags` or `none`; null when it is neither. */
export function readWriteKinds(text: string): readonly WriteKind[] | null {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length === 1 && parts[0] === 'none') return [];
  const kinds = parts.filter((part): part is WriteKind =>
    (KINDS as readonly string[]).includes(part),
  );
  return kinds.length === parts.length ? kinds : null;
}

/** Settings of writing that cannot stand together, a line each. */
export function immichWriteContradictions(
  given: Readonly<Record<string, string | undefined>>,
): string[] {
  const kinds = readWriteKinds(given['IMMICH_WRITE'] ?? 'none') ?? [];
  if (kinds.length > 0 && given['IMMICH_URL'] === undefined) {
    return ["IMMICH_WRITE: expected IMMICH_URL beside it, got no address of Immich's"];
  }
  return [];
}

/** Undefined when nothing is to be written. Adds to `problems` what is wrong with the albums' file. */
export function readImmichWrite(
  values: ImmichWriteValues,
  problems: string[],
): ImmichWriteSettings | undefined {
  const kinds = values.IMMICH_WRITE;
  const albumRules = readAlbumRules(values.IMMICH_ALBUMS_FILE, problems);
  if (kinds.length === 0) return undefined;
  return {
    people: kinds.includes('people'),
    tags: kinds.includes('tags'),
    albums: kinds.includes('albums'),
    unnamedPeople: values.IMMICH_WRITE_UNNAMED === 'on',
    albumRules,
    readBackMillis: values.IMMICH_READ_BACK_MINUTES * 60_000,
    detectionWaitMillis: values.IMMICH_DETECTION_WAIT_MINUTES * 60_000,
  };
}

const Name = z.string().trim().min(1);
const AlbumsFile = z.strictObject({
  everyone: z.boolean().default(false),
  albums: z
    .array(
      z.strictObject({
        people: z.union([Name.transform((name) => [name]), z.array(Name).min(1)]),
        name: Name.optional(),
        owner: Name.optional(),
      }),
    )
    .default([]),
});

/** Without a file there is an album of each person who has a name. */
function readAlbumRules(file: string | undefined, problems: string[]): AlbumSettings {
  if (file === undefined) return { everyone: true, albums: [] };
  try {
    const { everyone, albums } = AlbumsFile.parse(parse(readFileSync(file, 'utf8')) ?? {});
    return {
      everyone,
      albums: albums.map(({ people, name, owner }) => ({
        people,
        name: name ?? listOf(people),
        ownerId: owner ?? null,
      })),
    };
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
        : String(error instanceof Error ? error.message : error).split('\n')[0];
    problems.push(
      `IMMICH_ALBUMS_FILE: expected a YAML file with 'everyone' and 'albums' (people, name, owner), got ${JSON.stringify(file)}: ${why ?? ''}`,
    );
    return { everyone: false, albums: [] };
  }
}

/** `Ada`, `Ada and Grace`, `Ada, Alan and Grace`. */
function listOf(people: readonly string[]): string {
  const last = people.at(-1) ?? '';
  return people.length < 2 ? last : `${people.slice(0, -1).join(', ')} and ${last}`;
}
