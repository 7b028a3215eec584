import type { Page } from '../api/types.ts';

const PAGE_SIZE = 120;
const LARGEST_PAGE_SIZE = 500;

type LoadPage<T> = (query: { limit: number; cursor?: string }) => Promise<Page<T>>;

/** A list of the server read page by page; outlives its view, so that going back shows it at once. */
export class ListLoader<T> {
  items: readonly T[] = [];
  /** How many there are in all; null before the first answer. */
  total: number | null = null;
  error: unknown = null;
  isLoading = false;
  onChange: () => void = () => undefined;
  readonly #load: LoadPage<T>;
  #next: string | null = null;
  #version: number | null = null;
  #readAt = -Infinity;
  #run = 0;

  constructor(load: LoadPage<T>) {
    this.#load = load;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** Reads what is shown again when people have changed since. */
  bringTo(version: number): void {
    if (this.#version === version) return;
    this.#version = version;
    void this.#read(async () =>
      this.#readOn(await this.#load({ limit: pageSizeFor(this.items.length) })),
    );
  }

  /** Reads it again when that was not done for a while: photos are looked at meanwhile. */
  refresh(olderThanMillis: number): void {
    if (this.isLoading || performance.now() - this.#readAt < olderThanMillis) return;
    void this.#read(async () => {
      const page = await this.#load({ limit: pageSizeFor(this.items.length) });
      const shown = this.items.slice(0, page.items.length);
      const isSame =
        page.total === this.total && JSON.stringify(page.items) === JSON.stringify(shown);
      if (isSame) return { items: this.items, total: page.total, next: this.#next };
      return this.#readOn(page);
    });
  }

  loadMore(): void {
    const cursor = this.#next;
    if (this.isLoading || cursor === null) return;
    void this.#read(async () => {
      const page = await this.#load({ limit: PAGE_SIZE, cursor });
      return { ...page, items: [...this.items, ...page.items] };
    });
  }

  retry(): void {
    this.#version = null;
    this.bringTo(0);
  }

  /** The list from its first page on, as far as it was shown. */
  async #readOn(first: Page<T>): Promise<Page<T>> {
    let page = first;
    const items = [...page.items];
    while (items.length < this.items.length && page.next !== null) {
      page = await this.#load({ limit: LARGEST_PAGE_SIZE, cursor: page.next });
      items.push(...page.items);
    }
    return { ...page, items };
  }

  async #read(read: () => Promise<Page<T>>): Promise<void> {
    const run = ++this.#run;
    this.#readAt = performance.now();
    this.isLoading = true;
    this.onChange();
    try {
      const { items, total, next } = await read();
      if (run !== this.#run) return;
      Object.assign(this, { items, total, error: null });
      this.#next = next;
    } catch (error) {
      if (run !== this.#run) return;
      this.error = error;
    }
    this.isLoading = false;
    this.onChange();
  }
}

function pageSizeFor(shown: number): number {
  return Math.min(LARGEST_PAGE_SIZE, Math.max(PAGE_SIZE, shown));
}
