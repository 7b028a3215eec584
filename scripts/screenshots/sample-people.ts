import path from 'node:path';

interface Person {
  readonly personId: string;
  readonly photos: number;
}

const NAMES = ['Ada', 'Grace', 'Hedy', 'Barbara', 'Edsger'];

/** Has the sample photos looked at and names some of the people on them, over HTTP as a user does. */
export class SamplePeople {
  readonly #address: string;
  #csrfToken = '';

  constructor(address: string) {
    this.#address = address;
  }

  async lookAt(files: readonly string[]): Promise<void> {
    for (const file of files) {
      await this.#ask('/photos', { path: file, assetId: path.basename(file) });
    }
  }

  /** Answers with two people who are on a photo together. */
  async introduce(): Promise<{ ada: string; grace: string }> {
    ({ csrfToken: this.#csrfToken } = await this.#ask<{ csrfToken: string }>('/api/session'));
    const photo = await this.#ask<{ faces: { personId: string | null }[] }>(
      '/api/photos/sample4.jpg',
    );
    const { items } = await this.#ask<{ items: Person[] }>('/api/people');
    const onOne = photo.faces.flatMap(({ personId }) => personId ?? []);
    const others = items.map(({ personId }) => personId).filter((id) => !onOne.includes(id));
    const [ada = '', grace = ''] = onOne;
    for (const [i, name] of NAMES.entries()) {
      const personId = [ada, grace, ...others][i] ?? '';
      await this.#ask('/api/corrections', { correction: { kind: 'person-named', personId, name } });
    }
    return { ada, grace };
  }

  async #ask<T>(place: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.#address + place, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': this.#csrfToken },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`${place}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
