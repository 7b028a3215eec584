import { currentBody, type StoredBody } from '../../identities/journal/current-body.ts';
import type { Fact } from '../../identities/journal/fact.ts';
import type { SqliteDatabase } from './database.ts';

interface FactRow {
  readonly owner_id: string;
  readonly sequence: number;
  readonly fact_id: string;
  readonly at: string;
  readonly details: string;
}

interface StoredDetails extends Pick<Fact, 'by' | 'changes'> {
  readonly body: StoredBody;
}

const COLUMNS = 'owner_id, sequence, fact_id, at, details';

/** Inserts the fact; its sequence must have been checked. */
export function insertFact(database: SqliteDatabase, fact: Fact): void {
  const { ownerId, sequence, factId, at, by, body, changes } = fact;
  database.run(
    `INSERT INTO facts (${COLUMNS}, unpublished) VALUES (?, ?, ?, ?, ?, 1)`,
    ...[ownerId, sequence, factId, at, JSON.stringify({ by, body, changes })],
  );
}

/** Facts of the owner after a sequence, in their order. */
export function factsAfter(
  database: SqliteDatabase,
  ownerId: string,
  { sequence, limit }: { sequence: number; limit: number },
): Fact[] {
  return database
    .all<FactRow>(
      `SELECT ${COLUMNS} FROM facts WHERE owner_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
      ...[ownerId, sequence, limit],
    )
    .map(factFromRow);
}

/** Facts of the owner, or of all, that are still to be published. */
export function unpublishedFacts(
  database: SqliteDatabase,
  limit: number,
  ownerId?: string,
): Fact[] {
  const [whose, values] = ownerId === undefined ? ['', []] : ['AND owner_id = ?', [ownerId]];
  return database
    .all<FactRow>(
      `SELECT ${COLUMNS} FROM facts WHERE unpublished = 1 ${whose}
       ORDER BY owner_id, sequence LIMIT ?`,
      ...[...values, limit],
    )
    .map(factFromRow);
}

function factFromRow(row: FactRow): Fact {
  const { by, body, changes } = JSON.parse(row.details) as StoredDetails;
  return {
    ownerId: row.owner_id,
    sequence: row.sequence,
    factId: row.fact_id,
    at: row.at,
    by,
    body: currentBody(body),
    changes,
  };
}
