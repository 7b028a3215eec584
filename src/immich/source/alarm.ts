/** Wakes one sleeper: by the clock, or before it. */
export class Alarm {
  #isRinging = false;
  #wake: (() => void) | undefined;

  /** Wakes the sleeper; when nobody sleeps, the next one does not fall asleep. */
  ring(): void {
    this.#isRinging = true;
    this.#wake?.();
  }

  /** Resolves after the time, at a ring or when `signal` fires; answers whether it rang. */
  async sleep(millis: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isRinging && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, millis);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.#wake, { once: true });
      });
    }
    if (this.#wake !== undefined) signal.removeEventListener('abort', this.#wake);
    this.#wake = undefined;
    const rang = this.#isRinging;
    this.#isRinging = false;
    return rang;
  }
}
