// Whether the server answers. Who has reason to doubt it has it asked; one that is gone is asked again until it is back.

const patience = 8000, firstPause = 1000, longestPause = 5000;

/** What a proxy answers in place of a server that is gone. */
export const away = [502, 503, 504];

class Connection extends EventTarget {
  #gone = new AbortController();
  #asking = null;

  constructor() {
    super();
    addEventListener('offline', () => this.check());
    addEventListener('online', () => this.check());
  }

  get isUp() { return !this.gone.aborted; }

  /** Aborted when the server does not answer any more; another one as soon as it does again. */
  get gone() { return this.#gone.signal; }

  /** Asks the server for a sign of life, and says whether it gave one. Tells of changes by 'lost' and 'back'. */
  check() {
    return this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
  }

  /** Resolves when the server answers. */
  async up() {
    if (!this.isUp)
      await new Promise(back => this.addEventListener('back', back, { once: true }));
  }

  async #ask() {
    const isThere = await answers();
    if (isThere && !this.isUp) {
      this.#gone = new AbortController();
      this.dispatchEvent(new Event('back'));
    } else if (!isThere && this.isUp) {
      this.#gone.abort();
      this.dispatchEvent(new Event('lost'));
      this.#askUntilBack();
    }
    return isThere;
  }

  async #askUntilBack() {
    for (let pause = firstPause; !this.isUp; pause = Math.min(longestPause, 1.5 * pause)) {
      await new Promise(over => setTimeout(over, pause));
      await this.check();
    }
  }
}

export const connection = new Connection();

async function answers() {
  try {
    const { status } = await fetch('api/v1/session', { cache: 'no-store', signal: AbortSignal.timeout(patience) });
    return !away.includes(status);
  } catch {
    return false;
  }
}
